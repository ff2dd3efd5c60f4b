/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sites.c - asks CH TXT id.server. with NSID: every site answers that, whatever zones it has.
 *
 * A socket per question: a connected one keeps the source address it got when it was made, and
 * after a change of addresses would never hear anything again. Its random port and ID are all that
 * keeps a stranger from answering for a site that is gone; the worst he can do is let us step back.
 */
#include "health/sites.h"

#include <errno.h>
#include <ev.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "anyns/wire.h"
#include "health/canary.h"

enum {
	NSID_ROOM = 128, /* ours have 63 at most; of longer ones the beginning is compared */
	ANSWER_ROOM = 4096,
};

struct site {
	struct sites *sites;
	struct config_address address;
	ev_io io;
	int fd; /* -1: nothing is under way */
	uint16_t id;
	struct monotime asked_at; /* never: not yet */
	struct last_stand_site seen;
	uint8_t nsid[NSID_ROOM]; /* of the last answer that counted */
	size_t nsid_size;
	struct reason words; /* about the last question that is over */
};

struct sites {
	struct ev_loop *loop;
	char *instance;
	unsigned required;
	struct monotime now; /* of the last turn */
	size_t count;
	struct site at[];
};

static void
finish(struct site *site, const char *words)
{
	if (words)
		reason_set(&site->words, words);
	if (site->fd < 0)
		return;
	ev_io_stop(site->sites->loop, &site->io);
	close(site->fd);
	site->fd = -1;
}

/* ------------------------------------------------------------ answers */

static void
take_answer(struct site *site, const uint8_t *answer, size_t size)
{
	const struct sites *sites = site->sites;
	size_t nsid_size;
	const uint8_t *nsid = canary_nsid(answer, size, &nsid_size);

	if (!nsid) {
		finish(site, "answers without NSID");
		return;
	}
	reason_set(&site->words, "instance ");
	canary_add_nsid(&site->words, nsid, nsid_size);
	/* The address leads back here, or two sites were given one name. */
	if (nsid_size == strlen(sites->instance) && memcmp(nsid, sites->instance, nsid_size) == 0) {
		reason_add(&site->words, ", which is our own name");
		finish(site, NULL);
		return;
	}
	site->nsid_size = size_min(nsid_size, NSID_ROOM);
	memcpy(site->nsid, nsid, site->nsid_size);
	/* Of the turn before: 20 ms too old at most. */
	site->seen = (struct last_stand_site){.answered = true, .answered_at = sites->now};
	finish(site, NULL);
}

static void
on_answer(struct ev_loop *loop, ev_io *io, int events)
{
	struct site *site = io->data;
	uint8_t answer[ANSWER_ROOM];
	ssize_t size = recv(site->fd, answer, sizeof(answer), MSG_DONTWAIT);
	(void)loop, (void)events;

	if (size < 0 && errno != EAGAIN && errno != EINTR)
		finish(site, strerrordesc_np(errno));
	/* Another ID is a guess, or an answer to the port's owner before us. */
	else if (size >= 2 && wire_peek_u16(answer) == site->id)
		take_answer(site, answer, (size_t)size);
}

/* ------------------------------------------------------------ questions */

static int
open_socket(const struct config_address *address)
{
	int fd = socket(address->socket.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			0);

	if (fd < 0 || connect(fd, &address->socket.any, address->size) == 0)
		return fd;
	int error = errno;
	close(fd);
	errno = error;
	return -1;
}

static void
ask(struct site *site, struct monotime now)
{
	uint8_t query[CANARY_QUERY_MAX];

	finish(site, site->fd >= 0 ? "no answer" : NULL);
	site->asked_at = now;
	site->fd = open_socket(&site->address);
	if (site->fd < 0) {
		finish(site, strerrordesc_np(errno));
		return;
	}
	/* Without entropy, seconds after the machine's start, the port must do. */
	if (getrandom(&site->id, sizeof(site->id), GRND_NONBLOCK) != sizeof(site->id))
		site->id++;
	size_t size = canary_query(query, site->id, NULL);
	ev_io_set(&site->io, site->fd, EV_READ);
	ev_io_start(site->sites->loop, &site->io);
	if (send(site->fd, query, size, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		finish(site, strerrordesc_np(errno));
}

void
sites_turn(struct sites *s, struct monotime now)
{
	s->now = now;
	for (size_t i = 0; i < s->count; i++) {
		struct site *site = &s->at[i];
		if (monotime_is_never(site->asked_at) ||
		    monotime_since(now, site->asked_at) >= SITES_INTERVAL_MS * MONOTIME_MS)
			ask(site, now);
	}
}

/* ------------------------------------------------------------ judgement */

static bool
same_instance(const struct site *a, const struct site *b)
{
	return a->nsid_size == b->nsid_size && memcmp(a->nsid, b->nsid, a->nsid_size) == 0;
}

static bool
is_fresh(const struct site *site, struct monotime now)
{
	return last_stand_known_up(&site->seen, 1, now, SITES_FRESH_MS * MONOTIME_MS) == 1;
}

/* IPv4 and IPv6 of one machine, or an anycast address by mistake, are not two sites. */
unsigned
sites_known_up(const struct sites *s, struct monotime now)
{
	unsigned up = 0;

	for (size_t i = 0; i < s->count; i++) {
		bool counted = false;
		if (!is_fresh(&s->at[i], now))
			continue;
		for (size_t j = 0; j < i && !counted; j++)
			counted = is_fresh(&s->at[j], now) && same_instance(&s->at[i], &s->at[j]);
		up += !counted;
	}
	return up;
}

unsigned
sites_required(const struct sites *s)
{
	return s->required;
}

bool
sites_last_stand(const struct sites *s, struct monotime now)
{
	return !last_stand_may_step_back(s->required, sites_known_up(s, now));
}

const char *
sites_tell(const struct sites *s, size_t index, struct reason *words, struct monotime *at)
{
	if (index >= s->count)
		return NULL;
	const struct site *site = &s->at[index];
	*words = site->words;
	*at = site->seen.answered ? site->seen.answered_at : MONOTIME_NEVER;
	return site->address.text;
}

/* ------------------------------------------------------------ life */

struct sites *
sites_new(const struct config_last_stand *config, const char *instance, struct ev_loop *loop)
{
	struct sites *s = calloc(1, sizeof(*s) + config->site_count * sizeof(s->at[0]));

	if (!s)
		return NULL;
	s->instance = strdup(instance);
	if (!s->instance) {
		free(s);
		return NULL;
	}
	s->loop = loop;
	s->required = config->site_count > 0 ? config->at_least : 0;
	s->count = config->site_count;
	for (size_t i = 0; i < s->count; i++) {
		struct site *site = &s->at[i];
		site->sites = s;
		site->address = config->sites[i];
		site->fd = -1;
		site->asked_at = MONOTIME_NEVER;
		reason_set(&site->words, "not asked yet");
		ev_io_init(&site->io, on_answer, -1, EV_READ);
		site->io.data = site;
	}
	return s;
}

bool
sites_same(const struct sites *a, const struct sites *b)
{
	if (a->count != b->count || a->required != b->required ||
	    strcmp(a->instance, b->instance) != 0)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->at[i].address.text, b->at[i].address.text) != 0)
			return false;
	return true;
}

void
sites_free(struct sites *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->count; i++)
		finish(&s->at[i], NULL);
	free(s->instance);
	free(s);
}
