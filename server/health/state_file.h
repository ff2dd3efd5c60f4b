/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state_file.h - what survives a restart: the operator's drain, each prefix's penalty, and whether
 * the last run ended in order. A small text file in `state-directory:`.
 */
#ifndef ANYNS_HEALTH_STATE_FILE_H
#define ANYNS_HEALTH_STATE_FILE_H

#include "anyns/lease.h"
#include "anyns/report.h"
#include "health/gate.h"

#define STATE_FILE_NAME "gates"

enum {
	STATE_PREFIX_MAX = 64,
	STATE_ABSENT = LEASE_GATES, /* prefixes that are not configured at present (absent.h) */
	STATE_PREFIXES = LEASE_GATES + STATE_ABSENT,
	/* A line of it: a prefix of 63 bytes and four numbers of 20. */
	STATE_TEXT_MAX = 256 + STATE_PREFIXES * 160,
};

struct state_prefix {
	char text[STATE_PREFIX_MAX]; /* canonical, as in the configuration */
	struct gate_penalty penalty;
};

struct state {
	bool clean; /* the run that wrote it has ended in order */
	bool drain;
	size_t count;
	struct state_prefix prefixes[STATE_PREFIXES];
};

/* The penalty of a prefix, or NULL. */
const struct gate_penalty *state_find(const struct state *state, const char *prefix);

/* As text, ended by NUL; returns its length. */
size_t state_format(const struct state *state, char text[static STATE_TEXT_MAX]);

/* false: not such a text. Values out of range are the gate's to judge. */
bool state_parse(struct state *state, const char *text) NODISCARD;

enum state_read {
	STATE_READ,
	STATE_NONE,   /* no file: the first start */
	STATE_BROKEN, /* cannot be read or understood: a warning in the report */
};

enum state_read state_read(const char *directory, struct state *state, struct report *report);

/*
 * Replaces the file as a whole and waits until it is on the disk: after a crash or a power cut
 * there is the old one or the new one. false, with errno.
 */
bool state_write(const char *directory, const char *text, size_t size) NODISCARD;

#endif
