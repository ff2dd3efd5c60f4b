/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image_watch.h - an image file that somebody is at: when he is done with it.
 *
 * Whoever writes to a file in place, as cp does, takes a while; what is loaded meanwhile is neither
 * the old file nor the new one. So a file is waited for until it keeps still.
 */
#ifndef ANYNS_SERVE_IMAGE_WATCH_H
#define ANYNS_SERVE_IMAGE_WATCH_H

#include <time.h>

#include "anyns/base.h"

/* How many looks in a row find the same: with two looks a second it keeps still for a second. */
enum { IMAGE_WATCH_LOOKS = 3 };

/* What tells a file from the one that it was. All zero: there is none. */
struct image_stamp {
	uint64_t device;
	uint64_t inode;
	int64_t size;
	struct timespec modified;
	struct timespec changed;
};

struct image_stamp image_stamp_of(const char *path);
bool image_stamp_equal(const struct image_stamp *a, const struct image_stamp *b);

/* All zero: not looked at yet. */
struct image_watch {
	struct image_stamp last;
	unsigned looks; /* in a row at which it was like this */
};

/* Looks at the file once. Whether it keeps still. */
bool image_watch_look(struct image_watch *watch, const char *path);

#endif
