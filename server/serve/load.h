/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load.h - all zones of a configuration, on all cores: mapped from an image file, taken from the
 * image cache, or read, checked and compiled.
 */
#ifndef ANYNS_SERVE_LOAD_H
#define ANYNS_SERVE_LOAD_H

#include <stdatomic.h>

#include "anyns/config.h"
#include "anyns/image_file.h"
#include "serve/image_watch.h"

/* What the segment of a zone was made from. */
enum zone_origin {
	ORIGIN_TEXT,  /* its master file, by this process */
	ORIGIN_CACHE, /* its master file, by an earlier process: `image-cache:` */
	ORIGIN_IMAGE, /* `image:` */
};

struct loaded_zone {
	uint8_t apex[DNS_NAME_MAX];
	struct segment *segment; /* NULL: could not be loaded, answered with SERVFAIL */
	enum zone_origin origin;
	struct zone_file
		*files; /* what it was read from, to see whether it changed; NULL: do not reuse */
	size_t file_count;
	enum zonemd_policy zonemd; /* it was checked with */
	bool image_refused;        /* the image has it, but not so that it may be served */
	bool reused;               /* the previous load had the same, its files have not changed */
	int64_t expires;  /* the segment's first signature, seconds since 1970; INT64_MAX: none */
	int64_t since;    /* from when on its findings hold, likewise; INT64_MIN: ever */
	int64_t recheck;  /* when other findings may come up, likewise; INT64_MAX: never */
	bool refreshed;   /* of the cache, which does not yet know how its files look by now */
	uint32_t records; /* 0: unknown */
	bool stale;       /* the new files have errors: the previous segment goes on being served */
	struct report report; /* new findings */
	struct report known;  /* of the reused segment, reported by an earlier load */
};

struct loaded {
	atomic_uint references;
	uint64_t serial; /* one more than that of the previous load */
	struct loaded_zone *zones;
	size_t count;
	struct directory *directory; /* NULL when zones were only checked */
	struct image_file *image;    /* NULL: none */
	bool image_kept;             /* `image:` cannot be used: it is the one of the load before */
	bool image_due;              /* what is served is not what `image:` should give: */
	struct image_stamp image_seen; /* another file than this may be better */
	/* A zone of the image and one of the cache, to see whether their files are still whole.
	 * NULL: none. Borrowed. */
	const struct segment *witnesses[2];
	bool cache_due;       /* a zone was compiled that the image cache does not have */
	struct report report; /* findings about no single zone */
};

struct load_options {
	const struct loaded
		*previous; /* zones whose files have not changed are taken over; may be NULL */
	unsigned threads;  /* at least 1 */
	bool progress;     /* show how far it is on standard error (a terminal) */
	bool text_only;    /* from master files alone: no image, cache and identity zone */
	const atomic_bool *cancel; /* set by another thread: stop soon; may be NULL */
};

/*
 * Loads every zone of `config` and of its image, and the identity zone. A zone with errors does not
 * stop the others: its report says why, and it is served from the previous load or not at all.
 *
 * NULL with an error in `report` when there is no memory for the whole, or it was cancelled.
 */
struct loaded *load_zones(const struct config *config, const struct load_options *options,
			  struct report *report) NODISCARD;

/* One more reference. Nothing in it changes any more. Returns `loaded`. */
struct loaded *load_share(struct loaded *loaded);

/* Drops a reference; NULL is legal. */
void load_free(struct loaded *loaded);

#endif
