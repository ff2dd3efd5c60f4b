/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * answer_loop.c - the answer function alone: no socket, no system call.
 *
 *     answer_loop -c CONFIG -q FILE [-n COUNT] [-e]
 *
 * Loads the zones of a configuration as the server does and answers the questions of a file (see
 * queries.h) in batches, over and over. -e empties the caches before each batch; only the batches
 * are timed. Prints one JSON object.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "anyns/answer.h"
#include "anyns/config.h"
#include "queries.h"
#include "serve/load.h"

enum {
	BATCH = ANSWER_BATCH, /* as server/net/udp.c */
	ROOM = 4096,
	LINE = 64,
	CACHE_MIN = 64 << 20, /* when the system does not tell the size of its largest cache */
};

struct loop {
	struct questions questions;
	struct answer_view view;
	struct answer_worker *worker;
	uint8_t *evictor; /* NULL: warm */
	size_t evictor_size;
	int64_t ns;
	uint64_t answers;
	uint64_t bytes;
	uint64_t rcodes[16];
};

static int64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* Reads more than every cache holds, so that image, code and scratch space are gone from them. */
static void
evict(struct loop *loop)
{
	volatile uint8_t *p = loop->evictor;

	for (size_t i = 0; i < loop->evictor_size; i += LINE)
		p[i]++;
}

static bool
prepare_evictor(struct loop *loop)
{
	long cache = sysconf(_SC_LEVEL3_CACHE_SIZE);

	loop->evictor_size = cache > CACHE_MIN / 2 ? 2 * (size_t)cache : CACHE_MIN;
	loop->evictor = calloc(1, loop->evictor_size);
	return loop->evictor != NULL;
}

static void
answer_batch(struct loop *loop, size_t from, size_t count)
{
	static uint8_t out[BATCH][ROOM];
	static const uint8_t address[4] = {192, 0, 2, 1};
	const struct answer_client client = {
		.transport = ANSWER_UDP, .address = address, .address_size = 4, .now = 1700000000};
	size_t sizes[BATCH];

	if (loop->evictor)
		evict(loop);
	int64_t start = now_ns();
	for (size_t i = 0; i < count; i++) {
		const struct question *q = &loop->questions.all[(from + i) % loop->questions.count];
		answer_prepare(loop->worker, &loop->view, i, q->bytes, q->size);
	}
	for (size_t i = 0; i < count; i++)
		answer_fetch(loop->worker, i);
	for (size_t i = 0; i < count; i++)
		sizes[i] = answer_finish(loop->worker, &loop->view, &client, i, out[i], ROOM);
	loop->ns += now_ns() - start;
	for (size_t i = 0; i < count; i++) {
		loop->answers += sizes[i] > 0;
		loop->bytes += sizes[i];
		loop->rcodes[out[i][3] & 15] += sizes[i] > 0;
	}
}

static void
print(const struct loop *loop)
{
	double count = loop->answers ? (double)loop->answers : 1;

	printf("{\"answers\": %llu, \"ns\": %.1f, \"per_second\": %.0f, \"bytes\": %.1f, "
	       "\"rcodes\": [",
	       (unsigned long long)loop->answers, (double)loop->ns / count,
	       count * 1e9 / (double)loop->ns, (double)loop->bytes / count);
	for (unsigned i = 0; i < 16; i++)
		printf("%s%llu", i ? ", " : "", (unsigned long long)loop->rcodes[i]);
	puts("]}");
}

static int
run(struct loop *loop, const struct config *config, uint64_t count, struct report *report)
{
	static const uint8_t secret[CONFIG_SECRET_SIZE] = {1};
	struct load_options options = {.threads = config->workers};
	struct loaded *loaded = load_zones(config, &options, report);
	struct answer_setup *setup = answer_setup_new(config, secret, report);

	loop->worker = answer_worker_new();
	if (loaded && setup && loop->worker) {
		loop->view = (struct answer_view){.zones = loaded->directory, .setup = setup};
		/* One round unmeasured: the first touch of pages is not what this is about. */
		for (uint64_t at = 0; !loop->evictor && at < loop->questions.count; at += BATCH)
			answer_batch(loop, at, BATCH);
		loop->ns = 0;
		loop->answers = loop->bytes = 0;
		memset(loop->rcodes, 0, sizeof(loop->rcodes));
		for (uint64_t at = 0; at < count; at += BATCH)
			answer_batch(loop, at, size_min(BATCH, count - at));
		print(loop);
	}
	report_print(report, stderr);
	answer_worker_free(loop->worker);
	answer_setup_free(setup);
	load_free(loaded);
	return loop->answers ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct loop loop = {0};
	struct report report = REPORT_INIT;
	const char *path = NULL, *file = NULL;
	uint64_t count = 1000000;
	bool cold = false, usage = false;

	for (int c; (c = getopt(argc, argv, "c:q:n:e")) != -1;) {
		switch (c) {
		case 'c':
			path = optarg;
			break;
		case 'q':
			file = optarg;
			break;
		case 'n':
			count = strtoull(optarg, NULL, 10);
			break;
		case 'e':
			cold = true;
			break;
		default:
			usage = true;
		}
	}
	if (usage || !path || !file || optind != argc || count == 0) {
		fputs("usage: answer_loop -c CONFIG -q FILE [-n COUNT] [-e]\n", stderr);
		return 2;
	}
	struct config *config = config_read(path, &report);
	int status = 1;
	if (config && questions_read(&loop.questions, file) && (!cold || prepare_evictor(&loop)))
		status = run(&loop, config, count, &report);
	else
		report_print(&report, stderr);
	free(loop.evictor);
	questions_free(&loop.questions);
	config_free(config);
	report_clear(&report);
	return status;
}
