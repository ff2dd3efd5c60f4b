/* SPDX-License-Identifier: BSD-2-Clause */
#include "health/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "anyns/image.h"
#include "anyns/name.h"
#include "net/socket.h"

enum {
	ITEMS = EVIDENCE_ZONES + EVIDENCE_SUSPECTS,
	STREAM_TAG = 0x100, /* in a tag: over TCP; below: index of the item; above: the round */
	ROUND_SHIFT = 16,
};

/* One canary of a round. */
struct item {
	bool identity; /* no zone is served: CH TXT id.server. */
	uint8_t apex[DNS_NAME_MAX];
	bool right;
};

struct round {
	uint64_t number;                   /* 0: none begun */
	const struct directory *directory; /* compared, never followed */
	size_t count;
	struct item items[ITEMS];
	size_t next;        /* to ask over UDP */
	size_t next_stream; /* and over TCP */
	bool stream_right;
	uint64_t received[NET_WORKERS_MAX]; /* by each worker when it began */
};

struct evidence {
	struct config_address address;
	bool wildcard;
	bool served;
	bool present;
	struct net_address_status status;
	struct detector detector;
	uint64_t ok, lost, wrong, rounds;
	uint64_t answered; /* own queries; `wrong` counts more than those */
	uint64_t answered_seen;
	struct monotime answered_at; /* the last one; never: none */
	uint64_t mismatches_seen;
	struct reason wrong_words;
	size_t zone; /* the next round begins with this one of the directory */
	struct round round;
	size_t suspect_count;
	uint8_t suspects[EVIDENCE_SUSPECTS][DNS_NAME_MAX];
	void (*on_wrong)(void *);
	void *context;
};

/* ------------------------------------------------------------ rounds */

static void
add_item(struct round *round, const uint8_t *apex)
{
	struct item *item = &round->items[round->count++];

	*item = (struct item){.identity = apex == NULL};
	if (apex)
		(void)name_lower(item->apex, apex);
}

static void
add_zones(struct evidence *e, const struct directory *directory)
{
	size_t count = directory_count(directory);
	size_t asked = size_min(count, EVIDENCE_ZONES);

	if (e->zone >= count)
		e->zone = 0;
	for (size_t i = 0; i < asked; i++)
		add_item(&e->round, directory_apex(directory, (e->zone + i) % count));
	if (count == 0)
		add_item(&e->round, NULL);
	else
		e->zone = (e->zone + asked) % count;
	for (size_t i = 0; i < e->suspect_count; i++)
		add_item(&e->round, e->suspects[i]);
}

static void
begin_round(struct evidence *e, const struct evidence_server *server,
	    const struct directory *directory)
{
	struct round *round = &e->round;

	*round = (struct round){
		.number = round->number + 1,
		.directory = directory,
		.next_stream = round->next_stream,
	};
	add_zones(e, directory);
	for (size_t w = 0; w < server->worker_count; w++)
		round->received[w] = server->workers[w].received;
}

static bool
round_ended(const struct evidence *e, const struct evidence_server *server)
{
	const struct round *round = &e->round;

	if (round->number == 0 || !round->stream_right || server->image_bad)
		return false;
	for (size_t i = 0; i < round->count; i++)
		if (!round->items[i].right)
			return false;
	for (size_t w = 0; w < server->worker_count; w++)
		if (server->workers[w].received == round->received[w])
			return false;
	return true;
}

/* A new round when there is none, when one has ended, and when other zones are served. */
static void
turn_round(struct evidence *e, const struct evidence_server *server)
{
	const struct directory *directory = publish_read(server->publish)->zones;

	if (e->round.number > 0 && e->round.directory == directory) {
		if (!round_ended(e, server))
			return;
		e->rounds++;
		e->suspect_count = 0;
	}
	begin_round(e, server, directory);
}

/* ------------------------------------------------------------ answers */

static void
suspect(struct evidence *e, const struct item *item)
{
	if (item->identity || e->suspect_count == EVIDENCE_SUSPECTS)
		return;
	for (size_t i = 0; i < e->suspect_count; i++)
		if (name_equal(e->suspects[i], item->apex))
			return;
	(void)name_lower(e->suspects[e->suspect_count++], item->apex);
}

static void
note_wrong(struct evidence *e, const struct item *item, bool stream, const struct reason *words)
{
	char text[NAME_TEXT_MAX] = "id.server.";

	if (item && !item->identity)
		name_text(text, item->apex);
	reason_set(&e->wrong_words, item ? text : "zone");
	reason_add(&e->wrong_words, stream ? " over TCP: " : " over UDP: ");
	reason_add(&e->wrong_words, words->text);
	e->wrong++;
	if (item)
		suspect(e, item);
	/* What was right before proves nothing any more. 0: the next turn begins another. */
	e->round.directory = NULL;
	if (e->on_wrong)
		e->on_wrong(e->context);
}

static void
on_done(void *context, uint64_t tag, enum probe_result result, const struct reason *words)
{
	struct evidence *e = context;
	struct round *round = &e->round;
	bool stream = tag & STREAM_TAG;
	/* An item of an earlier round counts as an answer, but not for this round. */
	bool current = tag >> ROUND_SHIFT == round->number;
	struct item *item = current ? &round->items[tag % STREAM_TAG] : NULL;

	switch (result) {
	case PROBE_RIGHT:
		e->ok++;
		e->answered++;
		if (stream && current)
			round->stream_right = true;
		else if (item)
			item->right = true;
		break;
	case PROBE_WRONG:
		e->answered++;
		note_wrong(e, item, stream, words);
		break;
	case PROBE_LOST:
		e->lost++;
		break;
	case PROBE_VOID:
		break;
	}
}

/* ------------------------------------------------------------ questions */

static bool
ask_item(struct evidence *e, const struct evidence_server *server, size_t index, bool stream,
	 struct monotime now)
{
	const struct item *item = &e->round.items[index];
	struct probe_question question = {
		.address = e->address,
		.transport = stream ? ANSWER_TCP : ANSWER_UDP,
		.apex = item->identity ? NULL : item->apex,
		.tag = e->round.number << ROUND_SHIFT | (stream ? STREAM_TAG : 0) | index,
	};

	return probes_ask(server->probes, &question, on_done, e, now);
}

/* The next canary that has not been right yet; when all have, the others serve to reach workers. */
static size_t
next_item(struct round *round)
{
	for (size_t i = 0; i < round->count; i++) {
		size_t at = (round->next + i) % round->count;
		if (!round->items[at].right) {
			round->next = at + 1;
			return at;
		}
	}
	/* NOLINTNEXTLINE(clang-analyzer-core.DivideZero): a round has one item at least */
	return round->next++ % round->count;
}

void
evidence_look(struct evidence *e, const struct evidence_server *server)
{
	e->served = net_read_address(server->net, &e->address, &e->status);
	if (e->wildcard) {
		e->present = true;
		return;
	}
	enum presence_state state = presence_check(server->presence, &e->address);
	if (state != PRESENCE_UNKNOWN)
		e->present = state == PRESENCE_HERE;
}

void
evidence_ask(struct evidence *e, const struct evidence_server *server, unsigned count, bool stream,
	     struct monotime now)
{
	if (!e->served || !e->present || !e->status.listening)
		return;
	turn_round(e, server);
	for (unsigned i = 0; i < count; i++)
		if (!ask_item(e, server, next_item(&e->round), false, now))
			break;
	if (stream)
		(void)ask_item(e, server, e->round.next_stream++ % e->round.count, true, now);
}

/* ------------------------------------------------------------ judgement */

static void
take_mismatches(struct evidence *e, const struct evidence_server *server)
{
	if (server->mismatches == e->mismatches_seen)
		return;
	e->mismatches_seen = server->mismatches;
	e->wrong++;
	e->wrong_words = server->image_words;
	e->round.directory = NULL;
}

bool
evidence_step(struct evidence *e, const struct evidence_server *server,
	      const struct detector_limits *limits, struct monotime now,
	      struct detector_verdict *verdict)
{
	struct detector_worker workers[DETECTOR_WORKERS];
	size_t count = size_min(server->worker_count, DETECTOR_WORKERS);
	uint64_t sent = 0;

	e->served = net_read_address(server->net, &e->address, &e->status);
	if (e->answered != e->answered_seen)
		e->answered_at = now;
	e->answered_seen = e->answered;
	take_mismatches(e, server);
	*verdict = (struct detector_verdict){0};
	if (!e->served)
		return false;
	if (e->round.number > 0 && round_ended(e, server))
		turn_round(e, server);
	for (size_t w = 0; w < count; w++)
		workers[w] = (struct detector_worker){
			.turns = server->workers[w].turns,
			.waiting = e->status.waiting[w] || server->workers[w].busy,
		};
	for (size_t w = 0; w < server->worker_count; w++)
		sent += server->workers[w].sent;
	struct detector_input input = {
		.workers = workers,
		.worker_count = count,
		.listening = e->status.listening,
		.present = e->present,
		.answered = sent,
		.dropped = e->status.dropped,
		.probes_ok = e->ok,
		.probes_lost = e->lost,
		.probes_wrong = e->wrong,
		.wrong = e->wrong ? e->wrong_words.text : NULL,
		.rounds = e->rounds,
	};
	*verdict = detector_step(&e->detector, limits, &input, now);
	return true;
}

struct evidence *
evidence_new(const struct config_address *address)
{
	struct evidence *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->address = *address;
	e->wildcard = socket_is_wildcard(address);
	e->present = true;
	e->answered_at = MONOTIME_NEVER;
	return e;
}

void
evidence_free(struct evidence *e, struct probes *probes)
{
	if (e && probes)
		probes_forget(probes, e);
	free(e);
}

const struct config_address *
evidence_address(const struct evidence *e)
{
	return &e->address;
}

void
evidence_on_wrong(struct evidence *e, void (*call)(void *), void *context)
{
	e->on_wrong = call;
	e->context = context;
}

uint64_t
evidence_answered(const struct evidence *e)
{
	return e->answered;
}

static void
tell_count(struct reason *words, uint64_t count, const char *what)
{
	reason_add_number(words, count);
	reason_add(words, what);
}

struct monotime
evidence_tell(const struct evidence *e, struct reason *words)
{
	reason_set(words, NULL);
	if (!e->served)
		reason_add(words, "not served; ");
	else if (!e->present)
		reason_add(words, "not an address of this machine; ");
	else if (!e->status.listening)
		reason_add(words, "nobody listens; ");
	tell_count(words, e->ok, " right, ");
	tell_count(words, e->lost, " lost, ");
	tell_count(words, e->wrong, " wrong, ");
	tell_count(words, e->rounds, " rounds; ");
	tell_count(words, e->status.dropped, " packets dropped");
	if (e->wrong > 0) {
		reason_add(words, "; wrong: ");
		reason_add(words, e->wrong_words.text);
	}
	return e->answered_at;
}
