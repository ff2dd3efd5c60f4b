/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scrub.c - reads for a millisecond, rests for forty-nine: two percent of one core at most. Small
 * zones are all read twenty times a second, a gigabyte takes minutes. But the first pass is read in
 * one go: a mapped image was not looked into before, and no gate opens until it was (verified.c).
 *
 * It holds a reference to the segment it reads and no view, so a reload never waits for it.
 */
#include "health/scrub.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "anyns/image.h"
#include "anyns/monotime.h"
#include "anyns/name.h"

enum {
	SLICE_US = 1000,
	FIRST_SLICE_US = 100000, /* mapped images keep gates shut until they were read */
	REST_PER_WORK = 49,
	REST_MIN_MS = 20,
	REST_MAX_MS = 60000,
	NICE = 19, /* whatever else wants the core gets it first */
};

struct scrub {
	const struct publish *publish;
	pthread_t thread;
	bool started;

	/* The thread's own. */
	uint64_t serial; /* of the view that is read */
	size_t at;
	bool dirty; /* in this pass */

	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stop;
	struct scrub_status status;
};

static int64_t
cpu_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * MONOTIME_S + now.tv_nsec;
}

static void
end_pass(struct scrub *s)
{
	pthread_mutex_lock(&s->lock);
	s->status.passes++;
	if (!s->dirty)
		s->status.bad = false;
	pthread_mutex_unlock(&s->lock);
	s->at = 0;
	s->dirty = false;
}

static void
note_mismatch(struct scrub *s, const uint8_t *apex)
{
	char text[NAME_TEXT_MAX];

	s->dirty = true;
	pthread_mutex_lock(&s->lock);
	s->status.mismatches++;
	s->status.bad = true;
	reason_set(&s->status.words, "the image of zone ");
	reason_add(&s->status.words, name_text(text, apex));
	reason_add(&s->status.words, " has changed in memory");
	pthread_mutex_unlock(&s->lock);
}

/* One more reference to the next segment, which may be NULL; its zone's name too. */
static struct segment *
next_segment(struct scrub *s, uint8_t apex[static DNS_NAME_MAX])
{
	struct segment *segment = NULL;

	publish_wake();
	const struct answer_view *view = publish_read(s->publish);
	const struct directory *directory = view->zones;
	if (view->serial != s->serial) {
		s->serial = view->serial;
		s->at = 0;
		s->dirty = false;
	}
	if (s->at < directory_count(directory)) {
		segment = directory_segment(directory, s->at);
		name_lower(apex, directory_apex(directory, s->at));
		if (segment)
			segment_share(segment);
	}
	bool last = s->at + 1 >= directory_count(directory);
	publish_sleep();
	s->at++;
	if (last && !segment)
		end_pass(s);
	return segment;
}

/* Reads one segment. Returns whether a pass has ended with it. */
static bool
read_one(struct scrub *s)
{
	uint8_t apex[DNS_NAME_MAX];
	size_t before = s->at;
	struct segment *segment = next_segment(s, apex);

	if (!segment)
		return s->at <= before;
	/* Twice: a lack of memory for the digest looks the same and is over a moment later. */
	/* NOLINTNEXTLINE(misc-redundant-expression) */
	if (!segment_verify(segment, NULL) && !segment_verify(segment, NULL))
		note_mismatch(s, apex);
	segment_release(segment);

	publish_wake();
	const struct answer_view *view = publish_read(s->publish);
	bool last = view->serial == s->serial && s->at >= directory_count(view->zones);
	publish_sleep();
	if (last)
		end_pass(s);
	return last;
}

/* false: stop. */
static bool
rest(struct scrub *s, int64_t worked)
{
	int64_t ms = worked * REST_PER_WORK / MONOTIME_MS;
	struct timespec until;

	ms = ms < REST_MIN_MS ? REST_MIN_MS : ms > REST_MAX_MS ? REST_MAX_MS : ms;
	clock_gettime(CLOCK_MONOTONIC, &until);
	int64_t ns = until.tv_nsec + ms % 1000 * MONOTIME_MS;
	until.tv_sec += ms / 1000 + ns / MONOTIME_S;
	until.tv_nsec = ns % MONOTIME_S;
	pthread_mutex_lock(&s->lock);
	while (!s->stop && pthread_cond_timedwait(&s->wake, &s->lock, &until) == 0)
		;
	bool stop = s->stop;
	pthread_mutex_unlock(&s->lock);
	return !stop;
}

static void *
run(void *argument)
{
	struct scrub *s = argument;
	int64_t worked;

	/* Of this thread alone, as Linux has it. A refusal does no harm. */
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
	publish_enter();
	publish_sleep();
	do {
		int64_t begin = cpu_time();
		bool first = s->status.passes == 0; /* written by this thread alone */
		int64_t slice = (first ? FIRST_SLICE_US : SLICE_US) * 1000;
		do
			worked = read_one(s) ? slice : cpu_time() - begin;
		while (worked < slice);
		worked = first ? 0 : cpu_time() - begin;
	} while (rest(s, worked));
	publish_wake();
	publish_leave();
	return NULL;
}

struct scrub *
scrub_new(void)
{
	struct scrub *s = calloc(1, sizeof(*s));
	pthread_condattr_t monotonic;

	if (!s)
		return NULL;
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&s->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return s;
}

int
scrub_start(struct scrub *s, const struct publish *publish)
{
	s->publish = publish;
	int error = pthread_create(&s->thread, NULL, run, s);
	if (error == 0) {
		s->started = true;
		pthread_setname_np(s->thread, "anyns-scrub");
	}
	return error;
}

void
scrub_read(struct scrub *s, struct scrub_status *status)
{
	pthread_mutex_lock(&s->lock);
	*status = s->status;
	pthread_mutex_unlock(&s->lock);
}

void
scrub_stop(struct scrub *s)
{
	if (!s->started)
		return;
	pthread_mutex_lock(&s->lock);
	s->stop = true;
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->thread, NULL);
	s->started = false;
}

void
scrub_free(struct scrub *s)
{
	if (!s)
		return;
	pthread_cond_destroy(&s->wake);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
