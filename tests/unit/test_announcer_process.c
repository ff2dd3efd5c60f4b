/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce_fixture.h"

#include <pthread.h>
#include <stdatomic.h>

#include "announce/announcer.h"
#include "announce/announcer_process.h"
#include "announce/bgp_socket.h"
#include "health/lease_watch.h"

/* The process's loop, in a thread of this one. */
struct rig {
	struct stand *stand;
	struct announcer_setup setup;
	struct listeners listeners;
	struct drivers drivers;
	int fd; /* the server's end */
	pthread_t thread;
	atomic_bool ended;
	bool result;
};

static void *
run(void *data)
{
	struct rig *rig = data;
	rig->result = announcer_process_run(&rig->setup);
	atomic_store(&rig->ended, true);
	return NULL;
}

static int
setup(void **state)
{
	static struct rig rig;
	int pair[2];
	memset(&rig, 0, sizeof rig);
	rig.stand = stand_open();
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
	rig.fd = pair[0];
	rig.setup = (struct announcer_setup){.config = &rig.stand->config,
					     .lease = rig.stand->lease,
					     .log = rig.stand->log,
					     .fd = pair[1],
					     .listeners = &rig.listeners,
					     .drivers = &rig.drivers};
	*state = &rig;
	return 0;
}

static void
start(struct rig *rig)
{
	assert_int_equal(pthread_create(&rig->thread, NULL, run, rig), 0);
}

static void
join(struct rig *rig)
{
	router_wait(&rig->stand->router, atomic_load(&rig->ended));
	pthread_join(rig->thread, NULL);
	assert_true(rig->result);
}

static int
teardown(void **state)
{
	struct rig *rig = *state;
	if (rig->fd >= 0)
		close(rig->fd);
	close(rig->setup.fd);
	stand_close(rig->stand);
	return 0;
}

/* The server is gone, and with it its end of the socketpair. */
static void
die(struct rig *rig)
{
	close(rig->fd);
	rig->fd = -1;
}

static void
order(struct rig *rig, enum announcer_order_type type, const char *text)
{
	struct announcer_order message = {.type = type};
	snprintf(message.text, sizeof message.text, "%s", text);
	assert_int_equal(send(rig->fd, &message, sizeof message, 0), sizeof message);
}

static bool
told(struct rig *rig, struct announcer_event *event)
{
	return recv(rig->fd, event, sizeof *event, MSG_DONTWAIT) == sizeof *event;
}

static void
test_follows_the_lease(void **state)
{
	struct rig *rig = *state;
	struct router *r = &rig->stand->router;
	struct announcer_event event;
	start(rig);
	router_establish(r);
	router_wait(r, told(rig, &event));
	assert_int_equal(event.type, ANNOUNCER_SESSION);
	assert_int_equal(event.peer, 0);
	assert_int_equal(event.up, 1);

	/* Boot, warming: nothing. The first word is the announcement. */
	stand_gate(rig->stand, GATE_BOOT);
	lease_renew(rig->stand->lease);
	stand_gate(rig->stand, GATE_WARMING);
	lease_renew(rig->stand->lease);
	stand_gate(rig->stand, GATE_UP);
	router_hear_update(r, ANNOUNCE_UP);
	stand_gate(rig->stand, GATE_DEGRADED);
	router_hear_update(r, ANNOUNCE_DEGRADED);
	stand_gate(rig->stand, GATE_DRAINING);
	router_hear_update(r, ANNOUNCE_DRAINING);
	stand_gate(rig->stand, GATE_DOWN);
	router_hear_update(r, WITHDRAW);
	stand_gate(rig->stand, GATE_UP);
	router_hear_update(r, ANNOUNCE_UP);
	lease_clear_gate(rig->stand->lease, 0);
	router_hear_update(r, WITHDRAW);
	order(rig, ANNOUNCER_STOP, "signal 15");
	router_hear_cease(r, BGP_CEASE_SHUTDOWN, "signal 15");
	join(rig);
}

/* A lease that was never renewed holds for nobody, whatever its states say. */
static void
test_unborn(void **state)
{
	struct rig *rig = *state;
	struct router *r = &rig->stand->router;
	stand_gate(rig->stand, GATE_UP);
	start(rig);
	r->turn = router_sleep;
	router_establish(r);
	order(rig, ANNOUNCER_LOOK, "");
	order(rig, ANNOUNCER_STOP, "end");
	router_hear_cease(r, BGP_CEASE_SHUTDOWN, "end");
	join(rig);
}

static void
test_dry_run(void **state)
{
	struct rig *rig = *state;
	struct router *r = &rig->stand->router;
	rig->stand->config.announce.dry_run = true;
	stand_gate(rig->stand, GATE_UP);
	start(rig);
	router_establish(r);
	order(rig, ANNOUNCER_STOP, "end");
	router_hear_cease(r, BGP_CEASE_SHUTDOWN, "end");
	join(rig);
}

static void
test_poke(void **state)
{
	struct rig *rig = *state;
	struct router *r = &rig->stand->router;
	start(rig);
	router_establish(r);
	stand_gate(rig->stand, GATE_UP);
	router_hear_update(r, ANNOUNCE_UP);
	/* Not to be confused by what is no order, nor by one without a text. */
	uint32_t look = ANNOUNCER_LOOK;
	stand_gate(rig->stand, GATE_DOWN);
	assert_int_equal(send(rig->fd, &look, 1, 0), 1);
	router_hear_update(r, WITHDRAW);
	stand_gate(rig->stand, GATE_UP);
	assert_int_equal(send(rig->fd, &look, sizeof look, 0), sizeof look);
	router_hear_update(r, ANNOUNCE_UP);
	order(rig, ANNOUNCER_STOP, "");
	router_hear_update(r, WITHDRAW);
	router_hear_cease(r, BGP_CEASE_SHUTDOWN, "");
	join(rig);
}

static void
test_lapse(void **state)
{
	struct rig *rig = *state;
	struct router *r = &rig->stand->router;
	struct announcer_event event = {0};
	lease_begin_term(rig->stand->lease);
	start(rig);
	router_establish(r);
	stand_gate(rig->stand, GATE_UP);
	router_hear_update(r, ANNOUNCE_UP);
	/* The server stops renewing. */
	r->turn = router_sleep;
	int64_t begin = router_now_ms();
	router_hear_update(r, WITHDRAW);
	assert_true(router_now_ms() - begin >= LEASE_TICK_MS * (LEASE_TICKS - 2));
	do
		router_wait(r, told(rig, &event));
	while (event.type != ANNOUNCER_LAPSED);
	assert_int_equal(event.term, 1);
	/* Told again with every tick. */
	router_wait(r, told(rig, &event));
	assert_int_equal(event.type, ANNOUNCER_LAPSED);
	/* Renewals of the old term count for nothing; a new term does. */
	for (int i = 0; i < 3; i++) {
		lease_renew(rig->stand->lease);
		router_wait(r, told(rig, &event));
		assert_int_equal(event.type, ANNOUNCER_LAPSED);
	}
	assert_false(router_take(r));
	lease_begin_term(rig->stand->lease);
	r->turn = stand_turn;
	router_hear_update(r, ANNOUNCE_UP);
	/* The session was held all the time; at most one word of the lapse is still unread. */
	unsigned late = 0;
	while (told(rig, &event))
		late += event.type == ANNOUNCER_LAPSED;
	assert_in_range(late, 0, 1);
	order(rig, ANNOUNCER_STOP, "");
	join(rig);
	assert_non_null(strstr(stand_log(rig->stand), "has not renewed its lease"));
	assert_non_null(strstr(stand_log(rig->stand), "renews its lease again"));
}

static void
test_server_dies(void **state)
{
	struct rig *rig = *state;
	struct router *r = &rig->stand->router;
	static const uint8_t packet[] = {0xab, 0xcd, 0x00, 0x0a};
	uint8_t long_packet[600] = {0x77};
	start(rig);
	router_establish(r);
	stand_gate(rig->stand, GATE_UP);
	router_hear_update(r, ANNOUNCE_UP);
	lease_packet_begin(rig->stand->lease, 0, packet, sizeof packet);
	lease_packet_begin(rig->stand->lease, 1, long_packet, sizeof long_packet);
	lease_packet_begin(rig->stand->lease, 2, packet, 2);
	die(rig);
	router_hear_update(r, WITHDRAW);
	router_hear_cease(r, BGP_CEASE_SHUTDOWN, "server died");
	join(rig);
	const char *text = stand_log(rig->stand);
	assert_non_null(strstr(text, "worker 0 was busy with this packet of 4 bytes: abcd000a\n"));
	const char *second = strstr(text, "worker 1 was busy with this packet of 600 bytes: 7700");
	assert_non_null(second);
	assert_non_null(strstr(second, "00...\n"));
	assert_non_null(
		strstr(text, "the TCP thread was busy with this packet of 2 bytes: abcd\n"));
}

/* Nobody reads what is told, and then somebody does: the last news are not lost. */
static void
test_news_wait(void **state)
{
	struct rig *rig = *state;
	struct router *r = &rig->stand->router;
	struct announcer_event event = {0};
	int least = 1;
	setsockopt(rig->setup.fd, SOL_SOCKET, SO_SNDBUF, &least, sizeof least);
	while (send(rig->setup.fd, &event, sizeof event, MSG_DONTWAIT) > 0)
		;
	start(rig);
	router_establish(r);
	bool up = false;
	while (!up) {
		router_wait(r, told(rig, &event));
		up = event.up;
	}
	die(rig);
	join(rig);
}

static void
test_passive(void **state)
{
	struct rig *rig = *state;
	struct router *r = &rig->stand->router;
	struct config_address own = {.size = sizeof own.socket};
	struct listener *listener = &rig->listeners.list[0];
	/* The router calls at our port, which is the one of its address. */
	close(r->listener);
	r->listener = -1;
	listener->family = AF_INET;
	listener->fd = bgp_socket_listen(AF_INET, 0, NULL);
	assert_int_equal(getsockname(listener->fd, &own.socket.any, &own.size), 0);
	listener->port = own.socket.v4.sin_port;
	rig->listeners.count = 1;
	r->peer.passive = true;
	assert_null(listeners_of(&rig->listeners, &r->peer));
	r->peer.address.socket.v4.sin_port = listener->port;
	assert_ptr_equal(listeners_of(&rig->listeners, &r->peer), listener);
	start(rig);

	/* A stranger is turned away. */
	own.socket.v4.sin_addr.s_addr = htonl(0x7f000002);
	own.socket.v4.sin_port = 0;
	r->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(r->fd, &own.socket.any, own.size), 0);
	assert_int_equal(connect(r->fd, &r->peer.address.socket.any, r->peer.address.size), 0);
	router_wait(r, router_sees_end(r));
	close(r->fd);

	r->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(r->fd, &r->peer.address.socket.any, r->peer.address.size), 0);
	router_hear(r, BGP_OPEN);
	router_say_open(r, ROUTER_AS, 90);
	router_say_keepalive(r);
	router_hear_update(r, END_OF_RIB);
	stand_gate(rig->stand, GATE_UP);
	router_hear_update(r, ANNOUNCE_UP);
	die(rig);
	join(rig);
}

int
main(void)
{
#define CASE(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_follows_the_lease),
		CASE(test_unborn),
		CASE(test_dry_run),
		CASE(test_poke),
		CASE(test_lapse),
		CASE(test_server_dies),
		CASE(test_news_wait),
		CASE(test_passive),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
