/* SPDX-License-Identifier: BSD-2-Clause */
#include "net_fixture.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>

#include "anyns/lease.h"
#include "net/socket.h"
#include "net/udp.h"

/* A worker that is not started yet, and its addresses. */
struct stage {
	struct publish *publish;
	struct answer_view view;
	struct udp_worker *worker;
	int fds[2];
};

static struct udp_set *
set_of(struct stage *stage, const struct config_address *addresses, size_t count)
{
	struct udp_set *set = udp_set_new(count);
	struct report report = REPORT_INIT;

	assert_non_null(set);
	for (size_t i = 0; i < count; i++) {
		struct socket_request request = {SOCKET_UDP, &addresses[i], "test.yaml", 0};
		stage->fds[i] = socket_open(&request, &report);
		assert_true(stage->fds[i] >= 0);
		udp_set_add(set, stage->fds[i], &addresses[i]);
	}
	return set;
}

static void
stage_open(struct stage *stage, const struct config_address *addresses, size_t count)
{
	atomic_store(&fake_gate, false);
	atomic_store(&fake_waiting, 0);
	stage->publish = publish_new();
	stage->view = fake_view(0);
	assert_null(publish_swap(stage->publish, &stage->view));
	stage->worker = udp_worker_new();
	assert_non_null(stage->worker);
	udp_worker_hand(stage->worker, set_of(stage, addresses, count));
	udp_worker_wait(stage->worker);
}

static void
stage_start(struct stage *stage)
{
	assert_int_equal(udp_worker_start(stage->worker, stage->publish), 0);
}

static struct net_counters
stage_close(struct stage *stage)
{
	struct net_counters counters = {0};

	udp_worker_stop(stage->worker);
	udp_worker_join(stage->worker);
	udp_worker_count(stage->worker, &counters);
	udp_worker_free(stage->worker);
	publish_free(stage->publish);
	return counters;
}

static void
ask_once(const struct config_address *to)
{
	int fd = client_connect(SOCK_DGRAM, to);

	udp_ask(fd, 4711, FAKE_ECHO, 0);
	assert_int_equal(udp_hear(fd), 4711);
	close(fd);
}

static void
test_one_address(void **state)
{
	struct config_address a = address_of(own_address(0), 15300);
	struct stage stage;
	(void)state;

	stage_open(&stage, &a, 1);
	stage_start(&stage);
	ask_once(&a);
	ask_once(&a);
	struct net_counters counters = stage_close(&stage);
	assert_int_equal(counters.udp_received, 2);
	assert_int_equal(counters.udp_sent, 2);
	assert_int_equal(counters.udp_ignored, 0);
	assert_int_equal(counters.udp_send_errors, 0);
}

static void
test_both_families(void **state)
{
	struct config_address a[2] = {address_of(own_address(0), 15300),
				      address_of("::1", free_port(AF_INET6))};
	struct stage stage;
	(void)state;

	stage_open(&stage, a, 2);
	stage_start(&stage);
	for (int i = 0; i < 2; i++) {
		uint8_t answer[64];
		int fd = client_connect(SOCK_DGRAM, &a[i]);
		udp_ask(fd, 1, FAKE_ECHO, 0);
		assert_int_equal(recv(fd, answer, sizeof(answer), 0), FAKE_HEADER);
		assert_int_equal(answer[7], ANSWER_UDP);
		assert_int_equal(answer[8], i == 0 ? 4 : 16);
		close(fd);
	}
	stage_close(&stage);
}

/* A connected client hears only the address it asked. */
static void
test_wildcard_source(void **state)
{
	unsigned port = free_port(AF_INET6);
	struct config_address wild[2] = {address_of("0.0.0.0", port), address_of("::", port)};
	struct config_address second = address_of("127.0.0.2", port);
	struct config_address own = address_of(own_address(0), port);
	struct config_address v6 = address_of("::1", port);
	struct stage stage;
	(void)state;

	stage_open(&stage, wild, 2);
	stage_start(&stage);
	for (int i = 0; i < 3; i++) {
		ask_once(&second);
		ask_once(&own);
		ask_once(&v6);
	}
	stage_close(&stage);
}

/* The interface is part of a link-local address, so it must survive the way back. */
static void
test_wildcard_link_local(void **state)
{
	struct ifaddrs *all, *i;
	struct config_address wild = address_of("::", free_port(AF_INET6)), a = wild;
	(void)state;

	assert_int_equal(getifaddrs(&all), 0);
	for (i = all; i; i = i->ifa_next) {
		if (!i->ifa_addr || i->ifa_addr->sa_family != AF_INET6 || !(i->ifa_flags & IFF_UP))
			continue;
		memcpy(&a.socket.v6, i->ifa_addr, sizeof(a.socket.v6));
		if (IN6_IS_ADDR_LINKLOCAL(&a.socket.v6.sin6_addr))
			break;
	}
	freeifaddrs(all);
	if (!i)
		skip();
	a.socket.v6.sin6_port = wild.socket.v6.sin6_port;

	struct stage stage;
	stage_open(&stage, &wild, 1);
	stage_start(&stage);
	ask_once(&a);
	stage_close(&stage);
}

/* Several batches' worth waits before the worker runs. */
static void
test_many_queued(void **state)
{
	enum { MANY = 200 };
	struct config_address a[2] = {address_of(own_address(0), 15300),
				      address_of(own_address(1), 15300)};
	struct stage stage;
	bool heard[MANY] = {false};
	(void)state;

	stage_open(&stage, a, 2);
	int fd = client_connect(SOCK_DGRAM, &a[0]);
	for (unsigned i = 0; i < MANY; i++)
		udp_ask(fd, i, FAKE_ECHO, 0);
	stage_start(&stage);
	for (unsigned i = 0; i < MANY; i++) {
		int id = udp_hear(fd);
		assert_true(id >= 0 && id < MANY && !heard[id]);
		heard[id] = true;
	}
	close(fd);
	assert_int_equal(stage_close(&stage).udp_sent, MANY);
}

/* A worker that shares its core answers all the same, what waits and what comes alone; and whoever
 * swaps the view is not held up by its naps. */
static void
test_sharing(void **state)
{
	enum { MANY = 200 };
	struct config_address a[2] = {address_of(own_address(0), 15300),
				      address_of(own_address(1), 15300)};
	struct answer_view next = fake_view(1);
	struct stage stage;
	(void)state;

	for (size_t count = 1; count <= 2; count++) { /* both ways of waiting */
		stage_open(&stage, a, count);
		udp_worker_share(stage.worker, true);
		int fd = client_connect(SOCK_DGRAM, &a[0]);
		for (unsigned i = 0; i < MANY; i++)
			udp_ask(fd, i, FAKE_ECHO, 0);
		stage_start(&stage);
		assert_ptr_equal(publish_swap(stage.publish, &next), &stage.view);
		for (unsigned i = 0; i < MANY; i++)
			assert_true(udp_hear(fd) >= 0);
		ask_once(&a[0]);
		udp_worker_share(stage.worker, false);
		ask_once(&a[0]);
		close(fd);
		assert_int_equal(stage_close(&stage).udp_sent, MANY + 2);
	}
}

static void
test_ignored(void **state)
{
	struct config_address a = address_of(own_address(0), 15300);
	struct stage stage;
	uint8_t query[FAKE_HEADER];
	(void)state;

	stage_open(&stage, &a, 1);
	int fd = client_connect(SOCK_DGRAM, &a);
	udp_ask(fd, 1, FAKE_ECHO, 0);
	query_make(query, sizeof(query), 2, FAKE_ECHO, 0);
	query[2] = 0x80;
	assert_int_equal(send(fd, query, sizeof(query), 0), sizeof(query));
	assert_int_equal(send(fd, query, 0, 0), 0); /* an empty datagram */
	assert_int_equal(send(fd, query, FAKE_HEADER - 1, 0), FAKE_HEADER - 1);
	udp_ask(fd, 3, FAKE_ECHO, 0);
	stage_start(&stage);
	assert_int_equal(udp_hear(fd), 1);
	assert_int_equal(udp_hear(fd), 3);
	close(fd);
	struct net_counters counters = stage_close(&stage);
	assert_int_equal(counters.udp_received, 5);
	assert_int_equal(counters.udp_ignored, 3);
	assert_int_equal(counters.udp_sent, 2);
}

static void
test_sizes(void **state)
{
	struct config_address a = address_of(own_address(0), 15300);
	struct stage stage;
	static uint8_t query[5000], answer[8192];
	(void)state;

	stage_open(&stage, &a, 1);
	stage_start(&stage);
	int fd = client_connect(SOCK_DGRAM, &a);
	udp_ask(fd, 1, FAKE_SIZE, 65535);
	assert_int_equal(recv(fd, answer, sizeof(answer), 0), 4096);
	/* A query larger than its buffer is cut, not lost, and the next is whole again. */
	query_make(query, sizeof(query), 2, FAKE_ECHO, 0);
	assert_int_equal(send(fd, query, sizeof(query), 0), sizeof(query));
	assert_int_equal(recv(fd, answer, sizeof(answer), 0), 4096);
	assert_int_equal(send(fd, query, 100, 0), 100);
	assert_int_equal(recv(fd, answer, sizeof(answer), 0), 100);
	close(fd);
	stage_close(&stage);
}

/* Sends a fake query from UDP port 0, to which no answer can be sent. */
static bool
ask_from_port_0(const struct config_address *to)
{
	struct {
		struct udphdr header;
		uint8_t query[FAKE_HEADER];
	} packet = {
		.header = {.uh_dport = to->socket.v4.sin_port, .uh_ulen = htons(sizeof(packet))}};
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_UDP);

	if (fd < 0)
		return false; /* needs CAP_NET_RAW */
	query_make(packet.query, sizeof(packet.query), 99, FAKE_ECHO, 0);
	ssize_t sent = sendto(fd, &packet, sizeof(packet), 0, &to->socket.any, to->size);
	close(fd);
	assert_int_equal(sent, sizeof(packet));
	return true;
}

/* One answer that cannot be sent costs the others of its batch nothing. */
static void
test_send_error(void **state)
{
	struct config_address a = address_of(own_address(0), 15300);
	struct stage stage;
	(void)state;

	stage_open(&stage, &a, 1);
	int fd = client_connect(SOCK_DGRAM, &a);
	bool raw = ask_from_port_0(&a);
	udp_ask(fd, 1, FAKE_ECHO, 0);
	raw = raw && ask_from_port_0(&a) && ask_from_port_0(&a);
	udp_ask(fd, 2, FAKE_ECHO, 0);
	stage_start(&stage);
	assert_int_equal(udp_hear(fd), 1);
	assert_int_equal(udp_hear(fd), 2);
	close(fd);
	struct net_counters counters = stage_close(&stage);
	assert_int_equal(counters.udp_sent, 2);
	if (!raw)
		skip();
	assert_int_equal(counters.udp_send_errors, 3);
}

/* A swapped view is seen by the next batch, and publish_swap() is not held up by an idle worker. */
static void
test_view_swap(void **state)
{
	struct config_address a[2] = {address_of(own_address(0), 15300),
				      address_of(own_address(1), 15300)};
	struct stage stage;
	struct answer_view next = fake_view(1);
	uint8_t answer[64];
	(void)state;

	for (size_t count = 1; count <= 2; count++) { /* both ways of waiting */
		stage_open(&stage, a, count);
		stage_start(&stage);
		int fd = client_connect(SOCK_DGRAM, &a[0]);
		udp_ask(fd, 1, FAKE_ECHO, 0);
		assert_int_equal(recv(fd, answer, sizeof(answer), 0), FAKE_HEADER);
		assert_int_equal(answer[6], 1);
		assert_ptr_equal(publish_swap(stage.publish, &next), &stage.view);
		udp_ask(fd, 2, FAKE_ECHO, 0);
		assert_int_equal(recv(fd, answer, sizeof(answer), 0), FAKE_HEADER);
		assert_int_equal(answer[6], 2);
		close(fd);
		stage_close(&stage);
	}
}

/* What is queued on a socket that goes is answered; the one that stays is not touched. */
static void
test_hand_over_drains(void **state)
{
	enum { MANY = 100 };
	struct config_address a[2] = {address_of(own_address(0), 15300),
				      address_of(own_address(1), 15300)};
	struct stage stage;
	(void)state;

	stage_open(&stage, a, 2);
	stage_start(&stage);
	int stays = client_connect(SOCK_DGRAM, &a[0]), goes = client_connect(SOCK_DGRAM, &a[1]);
	udp_ask(stays, 1, FAKE_WAIT, 0);
	assert_eventually(atomic_load(&fake_waiting) == 1);
	for (unsigned i = 0; i < MANY; i++)
		udp_ask(goes, i, FAKE_ECHO, 0);
	struct udp_set *next = udp_set_new(1);
	udp_set_add(next, stage.fds[0], &a[0]);
	udp_worker_hand(stage.worker, next);
	atomic_store(&fake_gate, true);
	udp_worker_wait(stage.worker);
	for (unsigned i = 0; i < MANY; i++)
		assert_int_equal(udp_hear(goes), i);
	assert_int_equal(udp_hear(stays), 1);
	/* The address is gone: the kernel says so to a connected client. */
	udp_ask(goes, 1, FAKE_ECHO, 0);
	assert_int_equal(udp_hear(goes), -1);
	assert_int_equal(errno, ECONNREFUSED);
	ask_once(&a[0]);
	close(stays), close(goes);
	assert_int_equal(stage_close(&stage).udp_sent, MANY + 2);
}

static void
test_stop_drains(void **state)
{
	enum { MANY = 100 };
	struct config_address a = address_of(own_address(0), 15300);
	struct stage stage;
	(void)state;

	stage_open(&stage, &a, 1);
	stage_start(&stage);
	int fd = client_connect(SOCK_DGRAM, &a);
	udp_ask(fd, 1000, FAKE_WAIT, 0);
	assert_eventually(atomic_load(&fake_waiting) == 1);
	for (unsigned i = 0; i < MANY; i++)
		udp_ask(fd, i, FAKE_ECHO, 0);
	udp_worker_stop(stage.worker);
	atomic_store(&fake_gate, true);
	udp_worker_join(stage.worker);
	assert_int_equal(udp_hear(fd), 1000);
	for (unsigned i = 0; i < MANY; i++)
		assert_int_equal(udp_hear(fd), i);
	close(fd);
	stage_close(&stage);
}

static void
test_never_started(void **state)
{
	struct config_address a = address_of(own_address(0), 15300);
	struct stage stage;
	(void)state;

	stage_open(&stage, &a, 1);
	struct udp_set *none = udp_set_new(0);
	udp_worker_hand(stage.worker, none);
	udp_worker_wait(stage.worker);
	assert_int_equal(close(stage.fds[0]), -1); /* was closed */
	stage_close(&stage);
	udp_worker_free(NULL);
	udp_set_free(NULL);
	udp_set_free(udp_set_new(3));
}

static struct net_worker_status
status_of(const struct stage *stage)
{
	struct net_worker_status status;

	udp_worker_read(stage->worker, &status);
	return status;
}

/* An idle worker turns; one that is stuck in a packet does not, and the lease tells in which. */
static void
test_signs_of_life(void **state)
{
	struct config_address a = address_of(own_address(0), 15300);
	struct lease *lease = lease_new();
	uint8_t packet[LEASE_PACKET_SIZE];
	struct stage stage;
	size_t length;
	(void)state;

	stage_open(&stage, &a, 1);
	udp_worker_set_lease(stage.worker, lease, 3);
	stage_start(&stage);
	uint64_t turns = status_of(&stage).turns;
	assert_eventually(status_of(&stage).turns > turns + 1);
	int fd = client_connect(SOCK_DGRAM, &a);
	udp_ask(fd, 4711, FAKE_WAIT, 0);
	assert_eventually(atomic_load(&fake_waiting) == 1);
	assert_true(status_of(&stage).busy);
	assert_int_equal(lease_packet_get(lease, 3, packet, &length), FAKE_HEADER);
	assert_int_equal(wire_peek_u16(packet), 4711);
	turns = status_of(&stage).turns;
	assert_int_equal(status_of(&stage).received, 0);
	atomic_store(&fake_gate, true);
	assert_int_equal(udp_hear(fd), 4711);
	assert_eventually(status_of(&stage).turns > turns);
	assert_int_equal(status_of(&stage).received, 1);
	assert_int_equal(status_of(&stage).sent, 1);
	assert_false(status_of(&stage).busy);
	close(fd);
	stage_close(&stage);
	lease_free(lease);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_address),     cmocka_unit_test(test_both_families),
		cmocka_unit_test(test_wildcard_source), cmocka_unit_test(test_wildcard_link_local),
		cmocka_unit_test(test_many_queued),     cmocka_unit_test(test_ignored),
		cmocka_unit_test(test_sizes),           cmocka_unit_test(test_send_error),
		cmocka_unit_test(test_view_swap),       cmocka_unit_test(test_hand_over_drains),
		cmocka_unit_test(test_stop_drains),     cmocka_unit_test(test_never_started),
		cmocka_unit_test(test_signs_of_life),   cmocka_unit_test(test_sharing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
