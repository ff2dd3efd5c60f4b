/* SPDX-License-Identifier: BSD-2-Clause */
#include "health_fixture.h"

#include <arpa/inet.h>
#include <ev.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "anyns/dns.h"
#include "anyns/wire.h"
#include "health/sites.h"

enum { SITES = 3 };

/* Other sites that a test plays: bound sockets, and time that it makes pass. */
struct world {
	struct ev_loop *loop;
	struct monotime now;
	int fds[SITES];
	struct config_address addresses[SITES];
	struct config_last_stand config;
	struct sites *sites;
	/* Of the last question. */
	struct sockaddr_in from;
	uint8_t query[512];
	size_t query_size;
};

static void
open_world(struct world *w, size_t count, unsigned at_least)
{
	memset(w, 0, sizeof(*w));
	w->loop = ev_loop_new(EVFLAG_AUTO);
	w->now = START;
	for (size_t i = 0; i < SITES; i++) {
		struct config_address *address = &w->addresses[i];
		address->size = sizeof(address->socket.v4);
		address->socket.v4.sin_family = AF_INET;
		address->socket.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		w->fds[i] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		assert_int_equal(bind(w->fds[i], &address->socket.any, address->size), 0);
		assert_int_equal(getsockname(w->fds[i], &address->socket.any, &address->size), 0);
		snprintf(address->text, sizeof(address->text), "site%zu", i);
	}
	w->config = (struct config_last_stand){w->addresses, count, at_least};
	w->sites = sites_new(&w->config, "fra1-a", w->loop);
	assert_non_null(w->sites);
}

static void
close_world(struct world *w)
{
	sites_free(w->sites);
	for (size_t i = 0; i < SITES; i++)
		if (w->fds[i] >= 0)
			close(w->fds[i]);
	ev_loop_destroy(w->loop);
}

static void
pass(struct world *w, int64_t ns)
{
	w->now = monotime_add(w->now, ns);
	sites_turn(w->sites, w->now);
}

/* false: nothing was asked. Over loopback a datagram is there when it is sent. */
static bool
hear(struct world *w, size_t site)
{
	socklen_t size = sizeof(w->from);
	ssize_t got = recvfrom(w->fds[site], w->query, sizeof(w->query), MSG_DONTWAIT,
			       (struct sockaddr *)&w->from, &size);

	w->query_size = got > 0 ? (size_t)got : 0;
	return got > 0;
}

/* Answers the question heard last; `nsid` NULL: without. */
static void
answer(struct world *w, size_t site, const char *nsid, uint16_t id_xor, uint16_t flags)
{
	uint8_t bytes[512];
	struct wire_writer out = wire_writer(bytes, sizeof(bytes));
	size_t size = nsid ? strlen(nsid) : 0;

	/* Header and question of the query, an OPT of our own. */
	wire_put_bytes(&out, w->query, w->query_size - 15);
	wire_poke_u16(bytes, wire_peek_u16(w->query) ^ id_xor);
	wire_poke_u16(bytes + 2, flags);
	wire_put_u8(&out, 0);
	wire_put_u16(&out, DNS_TYPE_OPT);
	wire_put_u16(&out, 1232);
	wire_put_u32(&out, 0);
	wire_put_u16(&out, (uint16_t)(nsid ? 4 + size : 0));
	if (nsid) {
		wire_put_u16(&out, EDNS_OPTION_NSID);
		wire_put_u16(&out, (uint16_t)size);
		wire_put_bytes(&out, (const uint8_t *)nsid, size);
	}
	assert_false(out.failed);
	assert_int_equal(sendto(w->fds[site], bytes, out.at, 0, (struct sockaddr *)&w->from,
				sizeof(w->from)),
			 out.at);
	ev_run(w->loop, EVRUN_NOWAIT);
}

static void
reply(struct world *w, size_t site, const char *nsid)
{
	assert_true(hear(w, site));
	answer(w, site, nsid, 0, DNS_FLAG_QR);
}

static const char *
told(const struct world *w, size_t index)
{
	static struct reason words;
	struct monotime at;

	assert_non_null(sites_tell(w->sites, index, &words, &at));
	return words.text;
}

static void
test_counts(void **state)
{
	struct world w;
	struct reason words;
	struct monotime at;
	(void)state;

	open_world(&w, 2, 2);
	assert_int_equal(sites_required(w.sites), 2);
	assert_string_equal(told(&w, 0), "not asked yet");
	assert_string_equal(sites_tell(w.sites, 1, &words, &at), "site1");
	assert_true(monotime_is_never(at));
	assert_null(sites_tell(w.sites, 2, &words, &at));
	assert_true(sites_last_stand(w.sites, w.now)); /* nothing is known: the last, perhaps */
	pass(&w, 0);
	reply(&w, 0, "ams1-a");
	assert_int_equal(sites_known_up(w.sites, w.now), 1);
	assert_true(sites_last_stand(w.sites, w.now));
	reply(&w, 1, "lon1-a");
	assert_int_equal(sites_known_up(w.sites, w.now), 2);
	assert_false(sites_last_stand(w.sites, w.now));
	assert_string_equal(told(&w, 1), "instance lon1-a");
	assert_string_equal(sites_tell(w.sites, 1, &words, &at), "site1");
	assert_int_equal(at.ns, w.now.ns);
	close_world(&w);
	sites_free(NULL);
}

/* Once a second each, not before; five seconds of silence are the end. */
static void
test_time(void **state)
{
	struct world w;
	(void)state;

	open_world(&w, 1, 1);
	pass(&w, 0);
	reply(&w, 0, "ams1-a");
	pass(&w, SITES_INTERVAL_MS * MS - 1);
	assert_false(hear(&w, 0));
	pass(&w, 1);
	assert_true(hear(&w, 0)); /* not answered */
	pass(&w, SITES_INTERVAL_MS * MS);
	assert_string_equal(told(&w, 0), "no answer");
	pass(&w, (SITES_FRESH_MS - 2 * SITES_INTERVAL_MS) * MS);
	assert_false(sites_last_stand(w.sites, w.now));
	pass(&w, 1);
	assert_true(sites_last_stand(w.sites, w.now));
	while (hear(&w, 0))
		;
	pass(&w, SITES_INTERVAL_MS * MS);
	reply(&w, 0, "ams1-a");
	assert_false(sites_last_stand(w.sites, w.now));
	close_world(&w);
}

static void
test_what_does_not_count(void **state)
{
	struct world w;
	(void)state;

	open_world(&w, 1, 1);
	pass(&w, 0);
	assert_true(hear(&w, 0));
	answer(&w, 0, "ams1-a", 1, DNS_FLAG_QR); /* a guessed ID: waits for the right one */
	assert_int_equal(sites_known_up(w.sites, w.now), 0);
	assert_string_equal(told(&w, 0), "not asked yet");
	answer(&w, 0, "fra1-a", 0, DNS_FLAG_QR); /* ourselves */
	assert_int_equal(sites_known_up(w.sites, w.now), 0);
	assert_string_equal(told(&w, 0), "instance fra1-a, which is our own name");
	pass(&w, SITES_INTERVAL_MS * MS);
	reply(&w, 0, NULL);
	assert_string_equal(told(&w, 0), "answers without NSID");
	pass(&w, SITES_INTERVAL_MS * MS);
	reply(&w, 0, ""); /* RFC 5001 2.3 has none that is empty */
	pass(&w, SITES_INTERVAL_MS * MS);
	assert_true(hear(&w, 0));
	answer(&w, 0, "ams1-a", 0, 0); /* a question */
	assert_int_equal(sites_known_up(w.sites, w.now), 0);
	pass(&w, SITES_INTERVAL_MS * MS);
	/* Ours is only the beginning of it; and control characters are kept from terminals. */
	reply(&w, 0, "fra1-a\x1b");
	assert_int_equal(sites_known_up(w.sites, w.now), 1);
	assert_string_equal(told(&w, 0), "instance fra1-a?");
	close_world(&w);
}

static void
test_one_instance_twice(void **state)
{
	struct world w;
	(void)state;

	open_world(&w, 3, 2);
	pass(&w, 0);
	reply(&w, 0, "ams1-a");
	reply(&w, 1, "ams1-a");
	assert_int_equal(sites_known_up(w.sites, w.now), 1);
	assert_true(sites_last_stand(w.sites, w.now));
	reply(&w, 2, "ams1-b");
	assert_int_equal(sites_known_up(w.sites, w.now), 2);
	close_world(&w);
}

/* Nobody there: the kernel says so, and the next question goes out all the same. */
static void
test_refused(void **state)
{
	struct world w;
	(void)state;

	open_world(&w, 1, 1);
	close(w.fds[0]);
	w.fds[0] = -1;
	pass(&w, 0);
	ev_run(w.loop, EVRUN_NOWAIT);
	assert_string_equal(told(&w, 0), "Connection refused");
	pass(&w, SITES_INTERVAL_MS * MS);
	ev_run(w.loop, EVRUN_NOWAIT);
	assert_string_equal(told(&w, 0), "Connection refused");
	close_world(&w);
}

static void
test_none(void **state)
{
	struct world w;
	(void)state;

	open_world(&w, 0, 1);
	assert_int_equal(sites_required(w.sites), 0);
	assert_false(sites_last_stand(w.sites, w.now));
	close_world(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_what_does_not_count),
		cmocka_unit_test(test_one_instance_twice),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
