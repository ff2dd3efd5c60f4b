/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exabgp_line.h - ExaBGP's text commands for routes, and the records in which they travel. Pure.
 *
 * ExaBGP 4.2 looks for the names of its commands anywhere in a line: a route whose community is
 * written as graceful-shutdown ends the whole daemon. So a line is made of numbers and of the few
 * words below, and the child takes no other line from anybody.
 */
#ifndef ANNOUNCE_EXABGP_LINE_H
#define ANNOUNCE_EXABGP_LINE_H

#include "anyns/config.h"
#include "health/attributes.h"

enum {
	EXABGP_PREFIX_MAX = 64,
	/*
	 * Room for 255 communities, 128 large ones and 33 AS numbers at their longest is not there:
	 * a line that does not fit is not announced. It is for 128 and 64.
	 */
	EXABGP_LINE_MAX = 6144,
	EXABGP_MAGIC = 0x41584231, /* "AXB1": another version of the record gets another number */
};

/*
 * From the announcer to the child over a SOCK_SEQPACKET socket of the same machine. A record with a
 * line says what prefix `index` of `count` (which may grow) is to look like; one without a line,
 * after those of all prefixes, says that all of them still hold.
 */
struct exabgp_record {
	uint32_t magic;
	uint16_t index;
	uint16_t count;
	char line[EXABGP_LINE_MAX]; /* without a terminating zero: the record ends with it */
};

enum exabgp_verb { EXABGP_OTHER, EXABGP_ANNOUNCE, EXABGP_WITHDRAW };

/*
 * Writes the command that announces the prefix with what the state says and what the operator adds
 * (`peer`: AS numbers, communities, MED). false: it does not fit.
 */
bool exabgp_line_announce(char line[static EXABGP_LINE_MAX], const char *prefix,
			  const struct attributes *attributes,
			  const struct config_peer *peer) NODISCARD;

/* `prefix` is at most EXABGP_PREFIX_MAX - 1 bytes. */
void exabgp_line_withdraw(char line[static EXABGP_LINE_MAX], const char *prefix);

/*
 * What a line does, and to which prefix; EXABGP_OTHER for one that exabgp_line_announce() and
 * exabgp_line_withdraw() cannot have made.
 */
enum exabgp_verb exabgp_line_read(const char *line, char prefix[static EXABGP_PREFIX_MAX]);

/* Whether the text can be a prefix: address, slash, length. ExaBGP judges the rest. */
bool exabgp_line_is_prefix(const char *text);

#endif
