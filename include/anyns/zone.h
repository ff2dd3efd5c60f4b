/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * zone.h - a zone as checked records: what the zone room makes of a master file and the image room
 * compiles. Everything is sorted, deduplicated and reachable by index; nothing here is used to
 * answer.
 *
 * A zone is built by one thread, then never changed; many threads may read it.
 */
#ifndef ANYNS_ZONE_H
#define ANYNS_ZONE_H

#include <stdatomic.h>
#include <time.h>

#include "anyns/base.h"
#include "anyns/dns.h"
#include "anyns/report.h"

/* "No such name" in the index fields below. */
#define ZONE_NONE UINT32_MAX

enum zone_name_flag {
	ZONE_NAME_EMPTY = 1,    /* empty non-terminal: owns no record, exists by RFC 4592 2.2.2 */
	ZONE_NAME_CUT = 2,      /* delegation: NS below the apex, not itself occluded */
	ZONE_NAME_OCCLUDED = 4, /* below a cut or a DNAME: glue, or data that is never an answer */
	ZONE_NAME_HASHED =
		8, /* owns only NSEC3 (and RRSIG): in the NSEC3 chain, not in the name tree */
};

struct zone_rdata {
	const uint8_t *bytes; /* wire, names uncompressed, case as in the file */
	uint16_t size;
	uint32_t place; /* index into zone.places */
};

/* An RRset and the signatures over it. RRSIGs are never a set of their own: a name whose RRSIGs
 * cover a type it does not have gets a set with rdata_count 0 for that type. */
struct zone_set {
	uint16_t type;
	uint32_t ttl;     /* of all records; differing ones were a finding, the smallest counts */
	uint32_t sig_ttl; /* of the RRSIGs, likewise */
	uint32_t first_rdata;
	uint32_t rdata_count; /* in canonical form sorted (RFC 4034 6.3) and none twice */
	uint32_t first_sig;   /* RRSIG rdata covering `type`, in zone.rdatas too */
	uint32_t sig_count;
};

struct zone_name {
	const uint8_t *wire; /* whole name, lower case, with the root label */
	uint8_t size;        /* bytes of it */
	uint8_t labels;      /* without the root */
	uint16_t flags;      /* enum zone_name_flag */
	uint32_t parent;     /* index of the name one label up; ZONE_NONE at the apex; for a
			      * HASHED name the apex */
	uint32_t cover;      /* OCCLUDED: index of the topmost cut or DNAME above; else ZONE_NONE */
	uint32_t first_set;
	uint32_t set_count; /* sets by ascending type, no type twice */
};

struct zone_place {
	uint32_t file; /* index into zone.files */
	uint32_t line; /* where the record begins, 1-based */
};

enum { ZONE_DIGEST_SIZE = 32 }; /* SHA-256 */

/* A file that was read, $INCLUDEd ones too, with what tells whether it changed since. */
struct zone_file {
	char *path;
	struct timespec modified;
	struct timespec changed; /* ctime: moves with every change, and nobody can set it back. Zero
				  * when it was so near the reading that it tells nothing */
	int64_t size;
	uint64_t inode;
	uint64_t device;
	uint8_t digest[ZONE_DIGEST_SIZE]; /* of its bytes, if that was asked for; else zeros */
};

struct zone {
	uint8_t apex[DNS_NAME_MAX]; /* lower case wire name */
	uint8_t apex_size;
	uint8_t apex_labels;
	uint16_t class;          /* IN */
	uint32_t serial;         /* of the SOA */
	struct zone_name *names; /* canonical order (RFC 4034 6.1), empty non-terminals included;
				  * names[0] is the apex */
	uint32_t name_count;
	struct zone_set *sets;
	uint32_t set_count;
	struct zone_rdata *rdatas;
	uint32_t rdata_count;
	struct zone_place *places;
	uint32_t place_count;
	struct zone_file *files;
	uint32_t file_count;
	struct arena *arena; /* owns every byte the pointers above lead to */
};

enum zonemd_policy { ZONEMD_OFF, ZONEMD_WARN, ZONEMD_REQUIRE };

struct zone_options {
	enum zonemd_policy zonemd;
	time_t now; /* for expired signatures; a parameter so that tests are not tied to the clock
		     */
	unsigned threads; /* for a large file; 0 and 1: the caller's alone */
	bool digest;      /* take the digest of every file */
	bool no_include;  /* $INCLUDE is an error: text that must not reach other files */
	const atomic_bool
		*cancel;       /* set by another thread: stop soon, with an error; may be NULL */
	uint32_t generate_max; /* records that all $GENERATEs may make; 0: 4,194,304 */
};

/*
 * Reads the master file at `path` for the zone `apex` (a well-formed wire name, any case), groups
 * and sorts its records, and runs all checks. Every finding goes to the report with file and line.
 *
 * Returns the zone, owned by the caller (zone_free), or NULL when the report got an error: such a
 * zone must not be served. Warnings do not make it NULL.
 *
 * Master file: RFC 1035 5, 2308 4 ($TTL), 3597; $INCLUDE and $GENERATE as BIND has them. ZONEMD:
 * RFC 8976.
 */
struct zone *zone_load(const uint8_t *apex, const char *path, const struct zone_options *options,
		       struct report *report) NODISCARD;

/*
 * The same from text in memory; `name` stands for the file in findings, relative $INCLUDEs are
 * relative to the working directory. The text is not kept.
 */
struct zone *zone_load_text(const uint8_t *apex, const char *name, const char *text, size_t size,
			    const struct zone_options *options, struct report *report) NODISCARD;

/* Whether whoever loads wants it to stop. */
static inline bool
zone_cancelled(const struct zone_options *options)
{
	return options->cancel && atomic_load_explicit(options->cancel, memory_order_relaxed);
}

/* NULL is legal. */
void zone_free(struct zone *zone);

/*
 * Whether a file of the zone has another time (ctime too: nobody can set it), size, inode or device
 * than when it was read, or is gone; or was written so shortly before that nobody can know.
 */
bool zone_files_changed(const struct zone_file *files, size_t count);

/*
 * The same by contents: a file that looks the same to the last detail is taken for the same,
 * others are read and their digest compared; those found equal get their new details. For files
 * that were read with the digest option.
 */
bool zone_files_differ(struct zone_file *files, size_t count);

/* What a zone's signatures say about time; seconds since 1970, INT64_MAX: never, INT64_MIN: ever.
 */
struct zone_times {
	int64_t expires; /* the first signature that can be in an answer does, or did */
	/* Checks find the same from `since` on, `now` is not before it, until just before
	 * `recheck`. Both are what the zone says: what a clock that is wrong found holds only
	 * there. */
	int64_t since;
	int64_t recheck;
};

/* Reads every signature. */
struct zone_times zone_times(const struct zone *zone, time_t now);

/* The set of `type` at `name`, or NULL. */
const struct zone_set *zone_find_set(const struct zone *zone, const struct zone_name *name,
				     uint16_t type);

/* Index of the name equal to `wire` (well-formed, lower case), ZONE_NONE when it does not exist. */
uint32_t zone_find_name(const struct zone *zone, const uint8_t *wire);

#endif
