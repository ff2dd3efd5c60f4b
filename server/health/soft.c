/* SPDX-License-Identifier: BSD-2-Clause */
#include "health/soft.h"

#include <pthread.h>
#include <stdlib.h>

#include "health/leaky.h"

/* As LEAKY_DEFAULT wants it. */
enum { ZONES_EVERY_S = 1 };

struct soft {
	struct command *command; /* NULL: none */
	struct sites *sites;     /* NULL: none */

	/* The health thread's own. */
	struct command_status ran;
	struct reason command_words;
	struct leaky leaky;
	struct monotime judged_at;
	struct reason judged; /* what was found then */
	struct reason zone_words;

	pthread_mutex_t lock;
	struct zone_facts facts;
};

static const char *
step_command(struct soft *s)
{
	if (!s->command)
		return NULL;
	command_read(s->command, &s->ran);
	if (!s->ran.bad)
		return NULL;
	/* The words of the first bad time stay while it lasts and the last run was a good one. */
	if (!s->ran.good || s->command_words.text[0] == '\0') {
		reason_set(&s->command_words, "command: ");
		reason_add(&s->command_words, s->ran.words.text);
	}
	return s->command_words.text;
}

static const char *
step_zones(struct soft *s, struct monotime now, int64_t clock)
{
	if (!monotime_is_never(s->judged_at) &&
	    monotime_since(now, s->judged_at) < ZONES_EVERY_S * MONOTIME_S)
		return s->leaky.bad ? s->zone_words.text : NULL;
	s->judged_at = now;
	pthread_mutex_lock(&s->lock);
	bool evident = zone_facts_judge(&s->facts, clock, &s->judged);
	pthread_mutex_unlock(&s->lock);
	/* Of a zone that has just been mended the old words still tell the reason. */
	if (evident)
		s->zone_words = s->judged;
	return leaky_count(&s->leaky, &LEAKY_DEFAULT, !evident) ? s->zone_words.text : NULL;
}

void
soft_step(struct soft *s, struct monotime now, int64_t clock, struct soft_verdict *verdict)
{
	if (s->sites)
		sites_turn(s->sites, now);
	*verdict = (struct soft_verdict){
		.soft = step_command(s),
		.zone = step_zones(s, now, clock),
		.last_stand = s->sites && sites_last_stand(s->sites, now),
	};
}

void
soft_set_facts(struct soft *s, const struct zone_facts *facts)
{
	pthread_mutex_lock(&s->lock);
	s->facts = *facts;
	pthread_mutex_unlock(&s->lock);
}

void
soft_read(const struct soft *s, struct monotime now, struct soft_status *status)
{
	*status = (struct soft_status){
		.has_command = s->command != NULL,
		.command = s->ran,
		.zones = s->judged,
		.zones_at = s->judged_at,
		.has_sites = s->sites != NULL,
		.known_up = s->sites ? sites_known_up(s->sites, now) : 0,
		.required = s->sites ? sites_required(s->sites) : 0,
	};
}

const struct sites *
soft_sites(const struct soft *s)
{
	return s->sites;
}

struct soft *
soft_new(const struct config *config, struct ev_loop *loop)
{
	const struct config_health *health = &config->health;
	struct soft *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->judged_at = MONOTIME_NEVER;
	s->facts = ZONE_FACTS_INIT;
	pthread_mutex_init(&s->lock, NULL);
	if (health->command.run)
		s->command = command_new(&health->command);
	if (health->last_stand.site_count > 0)
		s->sites = sites_new(&health->last_stand, config->instance, loop);
	if ((!health->command.run || s->command) &&
	    (health->last_stand.site_count == 0 || s->sites))
		return s;
	soft_free(s);
	return NULL;
}

bool
soft_same_command(const struct soft *a, const struct soft *b)
{
	if (!a->command || !b->command)
		return a->command == b->command;
	return command_same(a->command, b->command);
}

static void
inherit_command(struct soft *next, struct soft *old)
{
	struct command *fresh = next->command;

	if (!fresh || !old->command)
		return;
	next->command_words = old->command_words;
	if (!soft_same_command(next, old)) {
		command_inherit(fresh, old->command);
		return;
	}
	next->command = old->command;
	old->command = fresh;
	next->ran = old->ran;
}

void
soft_inherit(struct soft *next, struct soft *old)
{
	inherit_command(next, old);
	if (next->sites && old->sites && sites_same(next->sites, old->sites)) {
		struct sites *fresh = next->sites;
		next->sites = old->sites;
		old->sites = fresh;
	}
	next->leaky = old->leaky;
	next->judged_at = old->judged_at;
	next->judged = old->judged;
	next->zone_words = old->zone_words;
	pthread_mutex_lock(&old->lock);
	struct zone_facts facts = old->facts;
	pthread_mutex_unlock(&old->lock);
	soft_set_facts(next, &facts);
	/* Here: their sockets are watched by the loop of this thread. */
	sites_free(old->sites);
	old->sites = NULL;
}

int
soft_start(struct soft *s)
{
	return s->command ? command_start(s->command) : 0;
}

void
soft_stop(struct soft *s)
{
	if (s->command)
		command_stop(s->command);
}

void
soft_free(struct soft *s)
{
	if (!s)
		return;
	command_free(s->command);
	sites_free(s->sites);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
