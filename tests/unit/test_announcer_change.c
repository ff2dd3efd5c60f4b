/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/announcer_change.h"

#include "announce_fixture.h"

#include <pthread.h>
#include <sys/mman.h>

#include "announce/announce_pack.h"

/* The announcer's end, played by a thread. */
struct partner {
	int fd;
	struct announcer_event events[3];
	size_t count;
	struct config_announce *got;
	unsigned orders[ANNOUNCER_ABORT + 1];
};

struct scene {
	struct stand *stand;
	struct announcer announcer;
	struct partner partner;
	struct report report;
	unsigned others;
};

static void
count_other(void *context, const struct announcer_event *event)
{
	struct scene *scene = context;
	assert_int_equal(event->type, ANNOUNCER_SESSION);
	scene->others++;
}

/* Takes orders to the end of the stream; answers PREPAREs with what it was given to say. */
static void *
take_orders(void *data)
{
	struct partner *p = data;
	for (;;) {
		struct announcer_order order;
		int attached;
		ssize_t size = announcer_hear(p->fd, &order, &attached);
		if (size == 0)
			return NULL;
		if (size < 0) {
			router_sleep(NULL);
			continue;
		}
		p->orders[order.type]++;
		if (order.type != ANNOUNCER_PREPARE)
			continue;
		announce_unpack_free(p->got);
		p->got = announcer_read_change(attached);
		for (size_t i = 0; i < p->count; i++)
			if (send(p->fd, &p->events[i], sizeof p->events[i], 0) < 0)
				return NULL;
	}
}

static int
setup(void **state)
{
	static struct scene scene;
	int pair[2];
	scene = (struct scene){.report = REPORT_INIT, .stand = stand_open()};
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
	scene.announcer = (struct announcer){.pid = 1, .fd = pair[0]};
	scene.partner.fd = pair[1];
	*state = &scene;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *scene = *state;
	announce_unpack_free(scene->partner.got);
	close(scene->partner.fd);
	report_clear(&scene->report);
	stand_close(scene->stand);
	return 0;
}

static bool
prepare(struct scene *scene, uint32_t serial)
{
	return announcer_prepare(&scene->announcer, &scene->stand->config, serial, count_other,
				 scene, &scene->report);
}

static void
test_ready(void **state)
{
	struct scene *scene = *state;
	struct partner *p = &scene->partner;
	pthread_t thread;
	/* News of something else and a word that comes too late do not confuse it. */
	p->events[0] = (struct announcer_event){.type = ANNOUNCER_SESSION};
	p->events[1] = (struct announcer_event){.type = ANNOUNCER_REFUSED, .term = 1};
	p->events[2] = (struct announcer_event){.type = ANNOUNCER_READY, .term = 2};
	p->count = 3;
	assert_int_equal(pthread_create(&thread, NULL, take_orders, p), 0);
	assert_true(prepare(scene, 2));
	assert_int_equal(scene->others, 1);
	assert_int_equal(scene->report.count, 0);
	assert_true(announcer_commit(&scene->announcer));
	announcer_abort(&scene->announcer);
	close(scene->announcer.fd);
	pthread_join(thread, NULL);
	assert_non_null(p->got);
	assert_int_equal(p->got->prefix_count, 1);
	assert_int_equal(p->got->peers[0].as, ROUTER_AS);
	assert_int_equal(p->orders[ANNOUNCER_PREPARE], 1);
	assert_int_equal(p->orders[ANNOUNCER_COMMIT], 1);
	assert_int_equal(p->orders[ANNOUNCER_ABORT], 1);
}

static void
test_refused(void **state)
{
	struct scene *scene = *state;
	struct partner *p = &scene->partner;
	pthread_t thread;
	p->events[0] = (struct announcer_event){
		.type = ANNOUNCER_REFUSED, .term = 5, .text = "there is no room"};
	p->count = 1;
	assert_int_equal(pthread_create(&thread, NULL, take_orders, p), 0);
	assert_false(prepare(scene, 5));
	close(scene->announcer.fd);
	pthread_join(thread, NULL);
	assert_int_equal(scene->report.errors, 1);
	assert_string_equal(scene->report.findings[0].message, "announce: there is no room");
	assert_non_null(strstr(scene->report.findings[0].remedy, "restart the server"));
}

/* One that says nothing, and one that is gone. */
static void
test_no_word(void **state)
{
	struct scene *scene = *state;
	int64_t begin = router_now_ms();
	assert_false(prepare(scene, 1));
	assert_in_range(router_now_ms() - begin, 1900, 10000);
	assert_non_null(strstr(scene->report.findings[0].message, "cannot be told"));
	assert_non_null(strstr(scene->report.findings[0].message, "timed out"));
	/* It is told to forget what it may still read. */
	struct announcer_order order;
	int attached;
	assert_int_equal(announcer_hear(scene->partner.fd, &order, &attached), sizeof order);
	assert_int_equal(order.type, ANNOUNCER_PREPARE);
	close(attached);
	assert_int_equal(announcer_hear(scene->partner.fd, &order, &attached), sizeof order);
	assert_int_equal(order.type, ANNOUNCER_ABORT);
	assert_int_equal(attached, -1);
	close(scene->partner.fd);
	scene->partner.fd = -1;
	begin = router_now_ms();
	assert_false(prepare(scene, 2));
	assert_false(announcer_commit(&scene->announcer));
	assert_true(router_now_ms() - begin < 1000);
	close(scene->announcer.fd);
}

/* Only a block that nobody can change any more is read. */
static void
test_unsealed(void **state)
{
	struct scene *scene = *state;
	size_t size;
	uint8_t *bytes = announce_pack(&scene->stand->config.announce, &size);
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_int_equal(write(fd, bytes, size), size);
	announce_pack_free(bytes, size);
	assert_null(announcer_read_change(dup(fd)));
	assert_null(announcer_read_change(-1));
	/* One seal more, as the kernel sets with vm.memfd_noexec=1, is no less. */
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_FUTURE_WRITE), 0);
	assert_null(announcer_read_change(dup(fd)));
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_GROW | F_SEAL_WRITE), 0);
	struct config_announce *announce = announcer_read_change(fd);
	assert_non_null(announce);
	announce_unpack_free(announce);
	close(scene->announcer.fd);
}

int
main(void)
{
#define CASE(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_ready),
		CASE(test_refused),
		CASE(test_no_word),
		CASE(test_unsealed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
