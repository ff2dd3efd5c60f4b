/* SPDX-License-Identifier: BSD-2-Clause */
#include "router_fixture.h"

#include "announce/bgp_session.h"
#include "announce/bgp_socket.h"

struct rig {
	struct router router;
	struct ev_loop *loop;
	struct bgp_session *session;
	struct bgp_prefix prefixes[2];
	struct attributes_table table;
};

static void
turn(void *data)
{
	ev_run(data, EVRUN_NOWAIT);
	router_sleep(NULL);
}

static void
make_session(struct rig *rig, bool listens)
{
	struct bgp_session_setup setup = {
		.peer = &rig->router.peer,
		.router_id = 0x0a000002,
		.listens = listens,
		.prefixes = rig->prefixes,
		.prefix_count = 2,
		.seed = 42,
		.loop = rig->loop,
	};
	rig->session = bgp_session_new(&setup);
	assert_non_null(rig->session);
}

static int
setup(void **state)
{
	static struct rig rig;
	rig = (struct rig){
		.prefixes = {{BGP_IPV4, 24, {192, 0, 2}}, {BGP_IPV6, 48, {0x20, 1, 0xd, 0xb8}}}};
	router_open(&rig.router);
	attributes_defaults(&rig.table);
	rig.loop = ev_loop_new(0);
	rig.router.turn = turn;
	rig.router.data = rig.loop;
	make_session(&rig, false);
	*state = &rig;
	return 0;
}

static int
teardown(void **state)
{
	struct rig *rig = *state;
	bgp_session_free(rig->session);
	router_close(&rig->router);
	ev_loop_destroy(rig->loop);
	return 0;
}

static void
want(struct rig *rig, enum gate_state gate)
{
	const struct attributes *attributes = attributes_get(&rig->table, gate,
							     bgp_session_kind(rig->session));
	for (size_t i = 0; i < 2; i++)
		bgp_session_want(rig->session, i, attributes);
	bgp_session_push(rig->session);
}

static void
establish(struct rig *rig)
{
	bgp_session_start(rig->session);
	router_establish(&rig->router);
}

static void
test_follows_what_is_wanted(void **state)
{
	struct rig *rig = *state;
	struct router *r = &rig->router;
	establish(rig);
	assert_true(bgp_session_status(rig->session)->up);
	want(rig, GATE_UP);
	router_hear_update(r, ANNOUNCE_UP);
	want(rig, GATE_UP); /* nothing new, nothing sent */
	want(rig, GATE_DEGRADED);
	router_hear_update(r, ANNOUNCE_DEGRADED);
	want(rig, GATE_DRAINING);
	router_hear_update(r, ANNOUNCE_DRAINING);
	want(rig, GATE_DOWN);
	router_hear_update(r, WITHDRAW);
	want(rig, GATE_UP);
	router_hear_update(r, ANNOUNCE_UP);
}

static void
test_sends_what_was_wanted_before(void **state)
{
	struct rig *rig = *state;
	struct router *r = &rig->router;
	want(rig, GATE_UP);
	bgp_session_start(rig->session);
	router_wait(r, router_accepts(r));
	router_hear(r, BGP_OPEN);
	struct bgp_open open;
	struct bgp_error error;
	assert_true(bgp_open_decode(&r->message, &open, &error));
	assert_int_equal(open.as, OUR_AS);
	assert_int_equal(open.hold, 9);
	assert_int_equal(open.families, BGP_IPV4);
	router_say_open(r, ROUTER_AS, 90);
	router_say_keepalive(r);
	router_hear_update(r, ANNOUNCE_UP);
	router_hear_update(r, END_OF_RIB);
}

static void
test_refresh(void **state)
{
	struct rig *rig = *state;
	struct router *r = &rig->router;
	uint8_t out[BGP_MESSAGE_MAX];
	establish(rig);
	want(rig, GATE_UP);
	router_hear_update(r, ANNOUNCE_UP);
	message_of(BGP_ROUTE_REFRESH, "0001 00 01", out);
	router_say(r, out, BGP_REFRESH_SIZE);
	router_hear_update(r, ANNOUNCE_UP);
	router_hear_update(r, END_OF_RIB);
}

static void
test_stop(void **state)
{
	struct rig *rig = *state;
	struct router *r = &rig->router;
	establish(rig);
	want(rig, GATE_UP);
	router_hear_update(r, ANNOUNCE_UP);
	/* What the router says meanwhile stays unread; it must not turn the end into a reset. */
	router_say_keepalive(r);
	bgp_session_stop(rig->session, BGP_CEASE_SHUTDOWN, "maintenance of fra1-a");
	router_hear_update(r, WITHDRAW);
	router_hear_cease(r, BGP_CEASE_SHUTDOWN, "maintenance of fra1-a");
	router_wait(r, router_sees_end(r));
	assert_false(bgp_session_status(rig->session)->up);
	assert_non_null(strstr(bgp_session_status(rig->session)->text, "fra1-a"));
	/* Stopped is stopped. */
	want(rig, GATE_UP);
	for (int i = 0; i < 20; i++)
		turn(rig->loop);
	assert_int_equal(accept4(r->listener, NULL, NULL, SOCK_NONBLOCK), -1);
}

/* The session ends; the next one begins with a full table. */
static void
test_peer_ends_and_comes_back(void **state)
{
	struct rig *rig = *state;
	struct router *r = &rig->router;
	uint8_t out[BGP_MESSAGE_MAX];
	struct bgp_error cease = bgp_notification_cease(BGP_CEASE_RESET, "new software");
	establish(rig);
	want(rig, GATE_UP);
	router_hear_update(r, ANNOUNCE_UP);
	router_say(r, out, bgp_notification_encode(&cease, out));
	router_wait(r, !bgp_session_status(rig->session)->up);
	assert_non_null(strstr(bgp_session_status(rig->session)->text, "\"new software\""));
	router_wait(r, router_sees_end(r));
	close(r->fd);
	r->fd = -1;
	r->size = 0;
	router_wait(r, router_accepts(r));
	router_hear(r, BGP_OPEN);
	router_say_open(r, ROUTER_AS, 90);
	router_say_keepalive(r);
	router_hear_update(r, ANNOUNCE_UP);
	router_hear_update(r, END_OF_RIB);
}

static void
test_peer_closes(void **state)
{
	struct rig *rig = *state;
	establish(rig);
	unsigned serial = bgp_session_status(rig->session)->serial;
	close(rig->router.fd);
	rig->router.fd = -1;
	router_wait(&rig->router, !bgp_session_status(rig->session)->up);
	assert_int_equal(bgp_session_status(rig->session)->serial, serial + 1);
	assert_string_equal(bgp_session_status(rig->session)->text,
			    "the peer closed the connection");
	/* It stays known when the next session is up. */
	router_establish(&rig->router);
	router_wait(&rig->router, bgp_session_status(rig->session)->up);
	assert_string_equal(bgp_session_status(rig->session)->failure,
			    "the peer closed the connection");
}

static void
test_wrong_as(void **state)
{
	struct rig *rig = *state;
	struct router *r = &rig->router;
	bgp_session_start(rig->session);
	router_wait(r, router_accepts(r));
	router_hear(r, BGP_OPEN);
	router_say_open(r, ROUTER_AS + 1, 90);
	router_hear(r, BGP_NOTIFICATION);
	assert_int_equal(r->message.body[0], BGP_OPEN_ERROR);
	assert_int_equal(r->message.body[1], BGP_OPEN_BAD_PEER_AS);
	router_wait(r, router_sees_end(r));
	assert_false(bgp_session_status(rig->session)->up);
	assert_int_equal(bgp_session_status(rig->session)->serial, 1);
}

static void
test_garbage(void **state)
{
	struct rig *rig = *state;
	struct router *r = &rig->router;
	establish(rig);
	router_say(r, (const uint8_t *)"GET / HTTP/1.0\r\n\r\n\r\n", 20);
	router_hear(r, BGP_NOTIFICATION);
	assert_int_equal(r->message.body[0], BGP_HEADER_ERROR);
	router_wait(r, !bgp_session_status(rig->session)->up);
}

static void
test_nobody_there(void **state)
{
	struct rig *rig = *state;
	close(rig->router.listener);
	rig->router.listener = -1;
	bgp_session_start(rig->session);
	router_wait(&rig->router, bgp_session_status(rig->session)->serial == 1);
	assert_false(bgp_session_status(rig->session)->up);
	assert_string_equal(bgp_session_status(rig->session)->text, "Connection refused");
}

/* Calls at a listener of the test's and hands the connection to the session. */
static void
call(struct rig *rig, struct config_address *from)
{
	struct router *r = &rig->router;
	r->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(r->fd, &r->peer.address.socket.any, r->peer.address.size), 0);
	int accepted = -1;
	router_wait(r, (accepted = bgp_socket_accept(r->listener, from)) >= 0);
	bgp_session_accept(rig->session, accepted);
}

static void
test_passive(void **state)
{
	struct rig *rig = *state;
	struct router *r = &rig->router;
	struct config_address from;
	assert_false(bgp_session_is_peer(rig->session, &r->peer.address));
	bgp_session_free(rig->session);
	r->peer.passive = true;
	make_session(rig, true);
	bgp_session_start(rig->session);
	call(rig, &from);
	assert_true(bgp_session_is_peer(rig->session, &from));
	from.socket.v4.sin_addr.s_addr = htonl(0x7f000002);
	assert_false(bgp_session_is_peer(rig->session, &from));
	router_establish(r);
	want(rig, GATE_UP);
	router_hear_update(r, ANNOUNCE_UP);

	/* A second connection while there is a session is turned away. */
	int first = r->fd;
	call(rig, &from);
	router_wait(r, router_sees_end(r));
	close(r->fd);
	r->fd = first;
	want(rig, GATE_DOWN);
	router_hear_update(r, WITHDRAW);
}

static void
test_internal(void **state)
{
	struct rig *rig = *state;
	assert_int_equal(bgp_session_kind(rig->session), PEER_EXTERNAL);
	bgp_session_free(rig->session);
	rig->router.peer.as = OUR_AS;
	make_session(rig, false);
	assert_int_equal(bgp_session_kind(rig->session), PEER_INTERNAL);
	bgp_session_free(NULL);
}

/* A peer that does not read: the last word goes out when it does, not the history. */
static void
test_slow_peer(void **state)
{
	struct rig *rig = *state;
	struct router *r = &rig->router;
	establish(rig);
	for (int i = 0; i < 200000; i++)
		want(rig, i % 2 ? GATE_DEGRADED : GATE_UP);
	want(rig, GATE_DOWN);
	unsigned heard = 0;
	do {
		router_hear(r, BGP_UPDATE);
		heard++;
	} while (r->message.body[1] == 0); /* no withdrawn routes */
	assert_true(heard > 1);
	assert_true(heard < 200000);
	assert_hex(r->message.body, r->message.body_size, WITHDRAW);
}

int
main(void)
{
#define CASE(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_follows_what_is_wanted),
		CASE(test_sends_what_was_wanted_before),
		CASE(test_refresh),
		CASE(test_stop),
		CASE(test_peer_ends_and_comes_back),
		CASE(test_peer_closes),
		CASE(test_wrong_as),
		CASE(test_garbage),
		CASE(test_nobody_there),
		CASE(test_passive),
		CASE(test_internal),
		CASE(test_slow_peer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
