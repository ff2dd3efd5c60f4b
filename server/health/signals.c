/* SPDX-License-Identifier: BSD-2-Clause */
#include "health/signals.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "health/settings.h"
#include "health/soft.h"

enum { GATHER_EVERY_MS = 200 };

struct signals {
	/* The health thread's own. */
	struct monotime gathered_at; /* never: not yet */
	uint64_t passes;
	struct monotime passed_at;
	uint64_t turns[NET_WORKERS_MAX];
	struct monotime turned_at[NET_WORKERS_MAX];
	size_t next_count;
	struct signal_value next[SIGNALS_MAX];

	pthread_mutex_t lock;
	size_t count;
	struct signal_value values[SIGNALS_MAX];
};

/* The next one, to be filled; the last again when there is no room. */
static struct signal_value *
add(struct signals *s, const char *kind, const char *name, struct monotime at)
{
	struct signal_value *value = &s->next[size_min(s->next_count, SIGNALS_MAX - 1)];

	if (s->next_count < SIGNALS_MAX)
		s->next_count++;
	snprintf(value->name, sizeof(value->name), "%s%s", kind, name);
	reason_set(&value->words, NULL);
	value->at = at;
	return value;
}

/* The heartbeat of the slowest one counts. */
static void
add_workers(struct signals *s, const struct evidence_server *server, struct monotime now)
{
	struct monotime slowest = now;

	for (size_t w = 0; w < server->worker_count; w++) {
		if (server->workers[w].turns != s->turns[w]) {
			s->turns[w] = server->workers[w].turns;
			s->turned_at[w] = now;
		}
		slowest = monotime_sooner(slowest, s->turned_at[w]);
	}
	struct signal_value *value = add(s, "workers", "", slowest);
	reason_add_number(&value->words, server->worker_count);
	reason_add(&value->words, " turn");
}

/* It answers nobody, but whoever wants to reload or to drain depends on it. */
static void
add_main(struct signals *s, const struct evidence_server *server)
{
	struct signal_value *value = add(s, "main thread", "", server->main_at);
	reason_add(&value->words, "turns");
}

static void
add_image(struct signals *s, const struct evidence_server *server, struct monotime now)
{
	if (server->scrub_passes != s->passes) {
		s->passes = server->scrub_passes;
		s->passed_at = now;
	}
	struct signal_value *value = add(s, "image", "", s->passed_at);
	if (server->image_bad) {
		value->words = server->image_words;
		return;
	}
	reason_add(&value->words, "as it was loaded, read ");
	reason_add_number(&value->words, server->scrub_passes);
	reason_add(&value->words, " times");
}

static void
add_soft(struct signals *s, const struct soft *soft, struct monotime now)
{
	struct soft_status status;
	struct reason words;
	struct monotime at;
	const char *address;

	soft_read(soft, now, &status);
	add(s, "zones", "", status.zones_at)->words = status.zones;
	if (status.has_command) {
		bool ran = status.command.runs > 0;
		struct signal_value *value = add(s, "command", "",
						 ran ? status.command.at : MONOTIME_NEVER);
		reason_set(&value->words, ran ? status.command.words.text : "not ended yet");
		reason_add(&value->words, status.command.bad ? "; counts as a soft fault" : "");
	}
	if (!status.has_sites)
		return;
	struct signal_value *value = add(s, "last-stand", "", now);
	reason_add_number(&value->words, status.known_up);
	reason_add(&value->words, " other sites answer, ");
	reason_add_number(&value->words, status.required);
	reason_add(&value->words, " must");
	for (size_t i = 0; (address = sites_tell(soft_sites(soft), i, &words, &at)); i++)
		add(s, "site ", address, at)->words = words;
}

void
signals_gather(struct signals *s, const struct settings *settings,
	       const struct evidence_server *server, const struct soft *soft, struct monotime now)
{
	struct reason words;

	if (!monotime_is_never(s->gathered_at) &&
	    monotime_since(now, s->gathered_at) < GATHER_EVERY_MS * MONOTIME_MS)
		return;
	s->gathered_at = now;
	s->next_count = 0;
	add_workers(s, server, now);
	add_main(s, server);
	add_image(s, server, now);
	add_soft(s, soft, now);
	for (size_t i = 0; i < settings->count && s->next_count < SIGNALS_MAX; i++) {
		const struct evidence *evidence = settings->evidence[i];
		struct monotime at = evidence_tell(evidence, &words);
		add(s, "queries to ", evidence_address(evidence)->text, at)->words = words;
	}
	pthread_mutex_lock(&s->lock);
	s->count = s->next_count;
	memcpy(s->values, s->next, s->count * sizeof(s->values[0]));
	pthread_mutex_unlock(&s->lock);
}

bool
signals_read(struct signals *s, size_t index, struct signal_value *value)
{
	pthread_mutex_lock(&s->lock);
	bool found = index < s->count;
	if (found)
		*value = s->values[index];
	pthread_mutex_unlock(&s->lock);
	return found;
}

struct signals *
signals_new(void)
{
	struct signals *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->gathered_at = s->passed_at = MONOTIME_NEVER;
	for (size_t w = 0; w < NET_WORKERS_MAX; w++)
		s->turned_at[w] = MONOTIME_NEVER;
	pthread_mutex_init(&s->lock, NULL);
	return s;
}

void
signals_free(struct signals *s)
{
	if (!s)
		return;
	pthread_mutex_destroy(&s->lock);
	free(s);
}
