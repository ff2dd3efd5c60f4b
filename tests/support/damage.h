/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * damage.h - damaged answer images, asked about everything: no answer matters, only that there is
 * no crash.
 */
#ifndef ANYNS_TEST_DAMAGE_H
#define ANYNS_TEST_DAMAGE_H

#include "served.h"

/* A small zone that has every part an image can have, signed in every way. */
enum { DAMAGE_ZONES = 5 };
extern const struct served_zone damage_zones[DAMAGE_ZONES];

struct damage {
	struct served *served;
};

struct damage *damage_new(void);
void damage_free(struct damage *damage);

/*
 * Opens `size` bytes as a segment and, if it can be opened, asks questions on every path through
 * it. The iterations of NSEC3 are set to 0 first: many SHA-1 rounds are slow, not wrong. Returns
 * whether it was opened.
 */
bool damage_ask(struct damage *damage, uint8_t *bytes, size_t size);

struct image_file;

/* Asks the same of the first zones of an image file. */
void damage_ask_open(struct damage *damage, const struct image_file *file);

/* The same with `size` bytes as an image file, if it can be opened. */
bool damage_ask_file(struct damage *damage, const uint8_t *bytes, size_t size);

#endif
