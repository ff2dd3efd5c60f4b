/* SPDX-License-Identifier: BSD-2-Clause */
#include "serve/image_watch.h"

#include <sys/stat.h>

static bool
equal_times(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

struct image_stamp
image_stamp_of(const char *path)
{
	struct stat status;
	if (stat(path, &status) < 0)
		return (struct image_stamp){0};
	return (struct image_stamp){
		.device = status.st_dev,
		.inode = status.st_ino,
		.size = status.st_size,
		.modified = status.st_mtim,
		.changed = status.st_ctim,
	};
}

bool
image_stamp_equal(const struct image_stamp *a, const struct image_stamp *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       equal_times(a->modified, b->modified) && equal_times(a->changed, b->changed);
}

bool
image_watch_look(struct image_watch *watch, const char *path)
{
	struct image_stamp now = image_stamp_of(path);
	bool same = image_stamp_equal(&now, &watch->last);
	watch->last = now;
	watch->looks = same ? watch->looks + 1 : 1;
	return watch->looks >= IMAGE_WATCH_LOOKS;
}
