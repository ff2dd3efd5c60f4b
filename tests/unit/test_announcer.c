/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce_fixture.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "announce/announcer.h"
#include "announce/bgp_socket.h"

static struct report report;

static void
start(struct announcer *announcer, struct stand *stand)
{
	assert_true(announcer_start(announcer, &stand->config, stand->lease, stand->log, &report));
	assert_int_equal(report.errors, 0);
	assert_true(announcer->pid > 0);
	assert_true(fcntl(announcer->fd, F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(announcer->fd, F_GETFL) & O_NONBLOCK);
}

/* A file of /proc of the announcer. */
static const char *
proc(const struct announcer *announcer, const char *name)
{
	static char text[8192];
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/%s", (int)announcer->pid, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	ssize_t size = read(fd, text, sizeof text - 1);
	close(fd);
	text[size > 0 ? size : 0] = '\0';
	return text;
}

static void
test_life(void **state)
{
	struct stand *stand = stand_open();
	struct router *r = &stand->router;
	struct announcer announcer;
	struct announcer_event event;
	(void)state;
	start(&announcer, stand);
	router_establish(r);
	stand_gate(stand, GATE_UP);
	router_hear_update(r, ANNOUNCE_UP);
	assert_string_equal(proc(&announcer, "comm"), "anyns-announce\n");
	assert_int_equal(recv(announcer.fd, &event, sizeof event, MSG_DONTWAIT), sizeof event);
	assert_int_equal(event.type, ANNOUNCER_SESSION);
	assert_int_equal(event.up, 1);

	/* What a terminal and a service manager send to everybody is not for it. */
	kill(announcer.pid, SIGINT);
	kill(announcer.pid, SIGTERM);
	kill(announcer.pid, SIGHUP);
	stand_gate(stand, GATE_DOWN);
	announcer_poke(&announcer);
	router_hear_update(r, WITHDRAW);
	stand_gate(stand, GATE_UP);
	announcer_poke(&announcer);
	router_hear_update(r, ANNOUNCE_UP);

	pid_t pid = announcer.pid;
	announcer_stop(&announcer, "signal 15");
	router_hear_update(r, WITHDRAW);
	router_hear_cease(r, BGP_CEASE_SHUTDOWN, "signal 15");
	router_wait(r, router_sees_end(r));
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(announcer.pid, -1);
	assert_int_equal(announcer.fd, -1);
	/* Legal, and nothing. */
	announcer_stop(&announcer, "again");
	announcer_poke(&announcer);
	stand_close(stand);
}

/* It holds nothing of the server's: above all not the other end of its socketpair. */
static void
test_closes_what_is_not_its_own(void **state)
{
	struct stand *stand = stand_open();
	struct router *r = &stand->router;
	struct announcer announcer;
	int pipes[2], word;
	(void)state;
	assert_int_equal(pipe(pipes), 0);
	start(&announcer, stand);
	close(pipes[1]);
	router_establish(r);
	struct pollfd end = {.fd = pipes[0], .events = POLLIN};
	assert_int_equal(poll(&end, 1, ROUTER_LIMIT_MS), 1);
	assert_int_equal(read(pipes[0], &word, sizeof word), 0);
	close(pipes[0]);

	close(announcer.fd);
	router_hear_cease(r, BGP_CEASE_SHUTDOWN, "server died");
	int status;
	assert_int_equal(waitpid(announcer.pid, &status, 0), announcer.pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	stand_close(stand);
}

/* Its death ends the sessions, and the server sees it. */
static void
test_dies(void **state)
{
	struct stand *stand = stand_open();
	struct announcer announcer;
	struct announcer_event event;
	(void)state;
	start(&announcer, stand);
	router_establish(&stand->router);
	stand_gate(stand, GATE_UP);
	router_hear_update(&stand->router, ANNOUNCE_UP);
	while (recv(announcer.fd, &event, sizeof event, MSG_DONTWAIT) > 0)
		;
	kill(announcer.pid, SIGKILL);
	router_wait(&stand->router, recv(announcer.fd, &event, sizeof event, MSG_DONTWAIT) == 0);
	router_wait(&stand->router, router_sees_end(&stand->router));
	announcer_poke(&announcer);
	announcer_stop(&announcer, "too late");
	assert_int_equal(announcer.pid, -1);
	stand_close(stand);
}

/* One that is stopped itself is killed when its time is over. */
static void
test_stuck(void **state)
{
	struct stand *stand = stand_open();
	struct announcer announcer;
	(void)state;
	start(&announcer, stand);
	router_establish(&stand->router);
	kill(announcer.pid, SIGSTOP);
	/* A full socket does not block the health thread. */
	for (int i = 0; i < 10000; i++)
		announcer_poke(&announcer);
	int64_t begin = router_now_ms();
	announcer_stop(&announcer, "end");
	assert_true(router_now_ms() - begin < 5000);
	router_wait(&stand->router, router_sees_end(&stand->router));
	stand_close(stand);
}

static void
test_passive(void **state)
{
	struct stand *stand = stand_open();
	struct router *r = &stand->router;
	struct announcer announcer;
	char password[] = "secret";
	(void)state;
	/* The port that the router had is the one where it calls. */
	close(r->listener);
	r->listener = -1;
	r->peer.passive = true;
	r->peer.password = password;
	start(&announcer, stand);
	r->fd = bgp_socket_connect(&r->peer);
	assert_true(r->fd >= 0);
	router_wait(r, bgp_socket_acknowledged(r->fd) && bgp_socket_error(r->fd) == 0 &&
			       router_take(r));
	assert_int_equal(r->message.type, BGP_OPEN);
	router_say_open(r, ROUTER_AS, 90);
	router_hear(r, BGP_KEEPALIVE);
	router_say_keepalive(r);
	router_hear_update(r, END_OF_RIB);
	announcer_stop(&announcer, "end");
	router_hear_cease(r, BGP_CEASE_SHUTDOWN, "end");
	stand_close(stand);
}

static void
test_refuses_to_start(void **state)
{
	struct stand *stand = stand_open();
	struct announcer announcer;
	char line[512];
	(void)state;
	stand->config.path = (char[]){"anyns.yaml"};
	stand->router.peer.address.line = 7;
	stand->router.peer.passive = true; /* at a port that the test has already */
	assert_false(
		announcer_start(&announcer, &stand->config, stand->lease, stand->log, &report));
	assert_int_equal(report.errors, 1);
	assert_int_equal(announcer.fd, -1);
	assert_non_null(strstr(report_line(&report.findings[0], line, sizeof line),
			       "anyns.yaml:7: error: BGP peer 127.0.0.1@"));
	assert_non_null(strstr(line, "another BGP speaker has the port"));
	report_clear(&report);
	stand_close(stand);
}

/* A user that does not exist: said, and ended, which the server sees. */
static void
test_no_such_user(void **state)
{
	struct stand *stand = stand_open();
	struct announcer announcer;
	(void)state;
	stand->config.user = (char[]){"no-such-user"};
	assert_false(
		announcer_start(&announcer, &stand->config, stand->lease, stand->log, &report));
	assert_int_equal(announcer.pid, -1);
	assert_int_equal(report.errors, 1);
	assert_non_null(strstr(report.findings[0].message, "there is no user \"no-such-user\""));
	report_clear(&report);
	stand_close(stand);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_closes_what_is_not_its_own),
		cmocka_unit_test(test_dies),
		cmocka_unit_test(test_stuck),
		cmocka_unit_test(test_passive),
		cmocka_unit_test(test_refuses_to_start),
		cmocka_unit_test(test_no_such_user),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
