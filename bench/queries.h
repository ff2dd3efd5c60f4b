/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * queries.h - the questions of a workload, as bench/run writes them for every generator alike.
 *
 * The file is a TCP stream of DNS messages: two bytes of length, then the message. dnsperf -B reads
 * the same.
 */
#ifndef ANYNS_BENCH_QUERIES_H
#define ANYNS_BENCH_QUERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct question {
	const uint8_t *bytes;
	size_t size;
};

struct questions {
	uint8_t *file;
	struct question *all;
	size_t count; /* at least one */
};

/* false, with a line on standard error, when the file cannot be read or is not such a stream. */
bool questions_read(struct questions *questions, const char *path);
void questions_free(struct questions *questions);

#endif
