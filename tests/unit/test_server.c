/* SPDX-License-Identifier: BSD-2-Clause */
#include "serve/server.h"

#include "serve_child.h"

#define ZONE "zones: [{name: a.example, file: a.zone}]\n"

static int
run_server(const char *path)
{
	return server_run(path) ? 0 : 1;
}

static void
serves_until_a_signal(void **state)
{
	static const int signals[] = {SIGTERM, SIGINT};
	struct folder *folder = *state;

	put_file(folder, "a.zone", ZONE_GOOD(1));
	for (size_t i = 0; i < ARRAY_LENGTH(signals); i++) {
		uint16_t port = child_port();
		put_config(folder, port, "instance: one\n" ZONE);
		pid_t pid = child_start(folder, run_server);
		child_wait(folder, pid, port, "one");
		kill(pid, signals[i]);
		assert_int_equal(child_status(pid), 0);
		assert_caught(folder, "out", "");
		assert_caught(folder, "err", "serving 1 zones on 1 addresses");
		assert_caught(folder, "err", "stopped");
	}
}

static void
reloads(void **state)
{
	struct folder *folder = *state;
	uint16_t port = child_port();

	put_file(folder, "a.zone", ZONE_GOOD(1));
	put_config(folder, port, "instance: one\n" ZONE);
	pid_t pid = child_start(folder, run_server);
	child_wait(folder, pid, port, "one");
	put_config(folder, port, "instance: two\n" ZONE);
	kill(pid, SIGHUP);
	child_wait(folder, pid, port, "two");
	child_wait_log(folder, "1 unchanged");
	kill(pid, SIGTERM);
	assert_int_equal(child_status(pid), 0);
}

/* With a SIGHUP that came before anybody could take it: kept, and then obeyed. */
static int
run_with_pending_hangup(const char *path)
{
	sigset_t hangup;

	sigemptyset(&hangup);
	sigaddset(&hangup, SIGHUP);
	sigprocmask(SIG_BLOCK, &hangup, NULL);
	raise(SIGHUP);
	return run_server(path);
}

static void
reload_ordered_too_early(void **state)
{
	struct folder *folder = *state;
	uint16_t port = child_port();

	put_file(folder, "a.zone", ZONE_GOOD(1));
	put_config(folder, port, "instance: one\n" ZONE);
	pid_t pid = child_start(folder, run_with_pending_hangup);
	child_wait_log(folder, "reloaded: 1 zones");
	child_wait(folder, pid, port, "one");
	kill(pid, SIGTERM);
	assert_int_equal(child_status(pid), 0);
}

static void
refuses_a_bad_reload(void **state)
{
	struct folder *folder = *state;
	uint16_t port = child_port();

	put_file(folder, "a.zone", ZONE_GOOD(1));
	put_config(folder, port, "instance: one\n" ZONE);
	pid_t pid = child_start(folder, run_server);
	child_wait(folder, pid, port, "one");
	put_config(folder, port, "instance: two\nnonsense: 1\n" ZONE);
	kill(pid, SIGHUP);
	child_wait_log(folder, "reload refused");
	child_wait(folder, pid, port, "one");
	/* The next good one is taken as if nothing had been. */
	put_config(folder, port, "instance: three\n" ZONE);
	kill(pid, SIGHUP);
	child_wait(folder, pid, port, "three");
	kill(pid, SIGTERM);
	assert_int_equal(child_status(pid), 0);
}

static void
keeps_a_zone_that_broke(void **state)
{
	struct folder *folder = *state;
	uint16_t port = child_port();

	put_file(folder, "a.zone", ZONE_GOOD(77));
	put_config(folder, port, "instance: one\n" ZONE);
	pid_t pid = child_start(folder, run_server);
	child_wait(folder, pid, port, "one");
	put_file(folder, "a.zone", ZONE_BROKEN);
	kill(pid, SIGHUP);
	child_wait_log(folder, "1 kept in their previous version");
	child_wait_log(folder, "serial 77, goes on");
	kill(pid, SIGTERM);
	assert_int_equal(child_status(pid), 0);
}

static void
starts_with_a_broken_zone(void **state)
{
	struct folder *folder = *state;
	uint16_t port = child_port();

	put_file(folder, "a.zone", ZONE_BROKEN);
	put_config(folder, port, "instance: one\n" ZONE);
	pid_t pid = child_start(folder, run_server);
	child_wait(folder, pid, port, "one");
	child_wait_log(folder, "answered with SERVFAIL");
	kill(pid, SIGTERM);
	assert_int_equal(child_status(pid), 0);
}

static void
cannot_start(void **state)
{
	struct folder *folder = *state;
	uint16_t port = child_port();
	struct sockaddr_in address = child_address(port);

	put_file(folder, "a.zone", ZONE_GOOD(1));
	put_config(folder, port, "nonsense: 1\n" ZONE);
	assert_int_equal(child_status(child_start(folder, run_server)), 1);
	assert_caught(folder, "err", "nonsense");
	put_config(folder, port, "zones: [{name: a.example, file: none}]\n");
	assert_int_equal(child_status(child_start(folder, run_server)), 1);
	assert_caught(folder, "err", "anyns.yaml:3:");

	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	put_config(folder, port, ZONE);
	assert_int_equal(child_status(child_start(folder, run_server)), 1);
	assert_caught(folder, "err", "in use");
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(serves_until_a_signal),
		cmocka_unit_test(reloads),
		cmocka_unit_test(reload_ordered_too_early),
		cmocka_unit_test(refuses_a_bad_reload),
		cmocka_unit_test(keeps_a_zone_that_broke),
		cmocka_unit_test(starts_with_a_broken_zone),
		cmocka_unit_test(cannot_start),
	};
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
