/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * answer.c - query bytes to answer bytes.
 *
 * A message is taken apart (query.c), what its EDNS options get is settled (edns.c, cookie.c), the
 * records are written (resolve.c for class IN, identity.c for CH), the OPT is appended and the
 * header put in front. Everything works in the caller's buffers and the worker's scratch space: no
 * allocation, no lock, no clock.
 */
#include "anyns/answer.h"

#include <stdlib.h>
#include <string.h>

#include "answer/edns.h"
#include "answer/identity.h"
#include "answer/query.h"
#include "answer/reply.h"
#include "answer/resolve.h"
#include "answer/setup.h"
#include "anyns/wire.h"

enum { UDP_SIZE_MIN = 512 }; /* RFC 1035 4.2.1; RFC 6891 6.2.3 reads smaller sizes as this */

/* A query taken apart and not yet answered. */
struct pending {
	const uint8_t *message;
	const struct zone_entry *zone; /* of the question's name; NULL: none, or none needed */
	enum query_verdict verdict;
	struct query query;
	struct lookup_name name;
};

struct answer_worker {
	struct cookie_hasher *hasher;
	struct lookup_name chain[2];
	struct pending pending[ANSWER_BATCH];
};

struct answer_worker *
answer_worker_new(void)
{
	struct answer_worker *worker = calloc(1, sizeof *worker);
	if (!worker)
		return NULL;
	worker->hasher = cookie_hasher_new();
	if (!worker->hasher) {
		free(worker);
		return NULL;
	}
	return worker;
}

void
answer_worker_free(struct answer_worker *worker)
{
	if (!worker)
		return;
	cookie_hasher_free(worker->hasher);
	free(worker);
}

/* The most bytes the client takes. */
static size_t
answer_limit(const struct query *query, const struct answer_setup *setup,
	     const struct answer_client *client, size_t room)
{
	if (client->transport == ANSWER_TCP)
		return size_min(room, DNS_MESSAGE_MAX);
	size_t asked = query->edns.present ? query->edns.udp_size : UDP_SIZE_MIN;
	if (asked < UDP_SIZE_MIN)
		asked = UDP_SIZE_MIN;
	return size_min(room, size_min(asked, setup->udp_size));
}

/* Questions that no data of any zone answers. true: the reply is settled. */
static bool
refuse_type(struct reply *reply, uint16_t type)
{
	switch (type) {
	case DNS_TYPE_AXFR:
	case DNS_TYPE_IXFR:
		reply->rcode = DNS_RCODE_REFUSED;
		return true;
	case DNS_TYPE_MAILA:
	case DNS_TYPE_MAILB:
		reply->rcode = DNS_RCODE_NOTIMP;
		return true;
	case DNS_TYPE_OPT:
	case DNS_TYPE_TKEY:
	case DNS_TYPE_TSIG:
		reply->rcode = DNS_RCODE_FORMERR;
		return true;
	default:
		return false;
	}
}

static void
answer_question(struct answer_worker *worker, const struct answer_view *view,
		const struct pending *pending, const struct image_node *node, struct reply *reply)
{
	const struct query *query = &pending->query;
	if (query->class == DNS_CLASS_CH) {
		identity_answer(reply, view->setup, query);
	} else if (query->class != DNS_CLASS_IN) {
		reply->rcode = DNS_RCODE_REFUSED;
		reply->error = EDNS_ERROR_NOT_AUTHORITATIVE;
	} else if (!refuse_type(reply, query->type)) {
		resolve(reply, view->zones, pending->zone, node, query, worker->chain);
	}
}

static inline void
put_header(const struct reply *reply, const struct query *query)
{
	/* CD and AD are for validators; an authoritative answer clears them (RFC 4035 3.1.6). */
	uint16_t kept = query->flags & (DNS_OPCODE_MASK | DNS_FLAG_RD);
	uint16_t flags = DNS_FLAG_QR | kept | reply->flags | (reply->truncated ? DNS_FLAG_TC : 0) |
			 (reply->rcode & DNS_RCODE_MASK);
	wire_poke_u16(reply->out, query->id);
	wire_poke_u16(reply->out + 2, flags);
	wire_poke_u16(reply->out + 4, query->question_size ? 1 : 0);
	wire_poke_u16(reply->out + 6, reply->counts[REPLY_ANSWER]);
	wire_poke_u16(reply->out + 8, reply->counts[REPLY_AUTHORITY]);
	wire_poke_u16(reply->out + 10, reply->counts[REPLY_ADDITIONAL]);
}

static inline void
take_apart(struct pending *pending, const struct answer_view *view, const uint8_t *message,
	   size_t size)
{
	struct query *query = &pending->query;

	pending->message = message;
	pending->zone = NULL;
	pending->verdict = query_parse(query, &pending->name, message, size);
	if (pending->verdict == QUERY_ANSWER && query->class == DNS_CLASS_IN)
		pending->zone = resolve_zone(view->zones, query);
}

void
answer_prepare(struct answer_worker *worker, const struct answer_view *view, size_t slot,
	       const uint8_t *message, size_t size)
{
	struct pending *pending = &worker->pending[slot];

	take_apart(pending, view, message, size);
	if (pending->zone && pending->zone->image.base)
		image_fetch_bucket(&pending->zone->image, &pending->name);
}

void
answer_fetch(struct answer_worker *worker, size_t slot)
{
	const struct pending *pending = &worker->pending[slot];

	if (pending->zone && pending->zone->image.base)
		image_fetch_node(&pending->zone->image, &pending->name);
}

/*
 * Most answers are one set of a name that exists, as it was compiled, and an OPT as the
 * configuration made it. 0: this one is not, or does not fit, and all is still to be done.
 */
static inline size_t
finish_plainly(const struct pending *pending, const struct answer_setup *setup,
	       const struct image_node *node, uint8_t *out, size_t limit)
{
	const struct query *query = &pending->query;
	const struct image *image = &pending->zone->image;
	if (node->flags & IMAGE_NODE_CUT || !edns_is_plain(&query->edns))
		return 0;
	const struct image_set *set = image_find_set(image, node, query->type);
	if (!set || set->extra_count)
		return 0;

	bool sigs = query->edns.dnssec_ok;
	size_t size = read_once(set->data_size) + (sigs ? read_once(set->sig_size) : 0);
	size_t opt_size = edns_plain_size(setup, &query->edns);
	size_t at = DNS_HEADER_SIZE + query->question_size;
	if (at + size + opt_size > limit)
		return 0;
	memcpy(out + DNS_HEADER_SIZE, pending->message + DNS_HEADER_SIZE, query->question_size);
	memcpy(out + at, image_set_data(set), size);
	if (opt_size)
		edns_write_plain(setup, &query->edns, opt_size, out + at + size);
	struct reply reply = {
		.out = out,
		.flags = DNS_FLAG_AA,
		.counts = {[REPLY_ANSWER] = (uint16_t)(set->rr_count + (sigs ? set->sig_count : 0)),
			   [REPLY_ADDITIONAL] = opt_size != 0},
	};
	put_header(&reply, query);
	return image_lost(image) ? 0 : at + size + opt_size;
}

/* Every other one. Not inlined: its stack frame would be made for each of the plain ones too. */
static __attribute__((noinline)) size_t
finish_at_length(struct answer_worker *worker, const struct answer_view *view,
		 const struct answer_client *client, const struct pending *pending,
		 const struct image_node *node, uint8_t *out, size_t limit)
{
	const struct query *query = &pending->query;
	struct edns_reply edns;
	edns_prepare(&edns, worker->hasher, view->setup, client, query);
	struct reply reply = {
		.out = out,
		.at = DNS_HEADER_SIZE + query->question_size,
		.question_end = DNS_HEADER_SIZE + query->question_size,
		.limit = limit - edns.size,
	};
	/* The question as it came: resolvers check that the case of its letters returns (0x20). */
	memcpy(out + DNS_HEADER_SIZE, pending->message + DNS_HEADER_SIZE, query->question_size);

	if (pending->verdict == QUERY_REJECT)
		reply.rcode = query->rcode;
	else if (pending->verdict == QUERY_ANSWER)
		answer_question(worker, view, pending, node, &reply);
	else if (query->edns.cookie_size > COOKIE_CLIENT && !edns.cookie_valid)
		reply.rcode = DNS_RCODE_BADCOOKIE;

	edns_write(&edns, view->setup, client, query, &reply, limit);
	put_header(&reply, query);
	return reply.at;
}

static inline size_t
finish(struct answer_worker *worker, const struct answer_view *view,
       const struct answer_client *client, const struct pending *pending, uint8_t *out, size_t room)
{
	const struct image_node *node = NULL;
	if (pending->verdict == QUERY_IGNORE)
		return 0;
	size_t limit = answer_limit(&pending->query, view->setup, client, room);
	if (pending->zone && pending->zone->image.base)
		node = image_find(&pending->zone->image, &pending->name);
	size_t size = node ? finish_plainly(pending, view->setup, node, out, limit) : 0;
	return size ? size : finish_at_length(worker, view, client, pending, node, out, limit);
}

size_t
answer_finish(struct answer_worker *worker, const struct answer_view *view,
	      const struct answer_client *client, size_t slot, uint8_t *out, size_t room)
{
	return finish(worker, view, client, &worker->pending[slot], out, room);
}

size_t
answer_message(struct answer_worker *worker, const struct answer_view *view,
	       const struct answer_client *client, const uint8_t *message, size_t size,
	       uint8_t *out, size_t room)
{
	struct pending *pending = &worker->pending[0];

	take_apart(pending, view, message, size);
	return finish(worker, view, client, pending, out, room);
}
