/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/control.h"

#include "control_fixture.h"

#include <poll.h>
#include <sys/wait.h>

enum { ROOM = 1 << 16 };

/* Sends `text` as it is and compares the whole answer. */
static void
asked(const struct stage *stage, const char *text, const char *expected)
{
	char answer[ROOM];
	int fd = stage_connect(stage->path);

	/* Whoever is one too many is told so before it asks, and the connection may be closed by
	 * now; what counts is the answer. */
	(void)send(fd, text, strlen(text), MSG_NOSIGNAL);
	assert_string_equal(stage_hear(fd, answer, sizeof(answer)), expected);
}

static void
status(void **state)
{
	struct stage stage;
	char answer[ROOM], body[ROOM];
	size_t size;

	stage_open(&stage, *state);
	int fd = stage_connect(stage.path);
	assert_int_equal(send(fd, "status\n", 7, 0), 7);
	stage_hear(fd, answer, sizeof(answer));
	assert_int_equal(sscanf(answer, "ok %zu\n%65535c", &size, body), 2);
	assert_int_equal(strlen(strchr(answer, '\n') + 1), size);
	assert_non_null(strstr(answer, "\nfra1-a: anyns 1.2, serving"));
	fd = stage_connect(stage.path);
	assert_int_equal(send(fd, "status json\r\n", 13, 0), 13);
	stage_hear(fd, answer, sizeof(answer));
	assert_non_null(strstr(answer, "\n{\"instance\":\"fra1-a\","));
	stage_close(&stage);
}

static void
wishes(void **state)
{
	static const char *const words[] = {[CONTROL_DRAIN] = "drain\n",
					    [CONTROL_UNDRAIN] = "undrain\n",
					    [CONTROL_FREEZE] = "freeze\n",
					    [CONTROL_FREEZE_ANNOUNCED] = "freeze-announced\n",
					    [CONTROL_FREEZE_WITHDRAWN] = "freeze-withdrawn\n",
					    [CONTROL_UNFREEZE] = "unfreeze\n"};
	struct stage stage;

	stage_open(&stage, *state);
	for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
		asked(&stage, words[i], "ok 9\nso be it\n");
		assert_int_equal(atomic_load(&stage.wished), i);
	}
	for (unsigned i = 0; i < 3; i++)
		asked(&stage, "drained\n",
		      i < 2 ? "failed 27\nstill draining: 2 prefixes\n"
			    : "failed 27\nstill draining: 1 prefixes\n");
	asked(&stage, "drained\n", "ok 8\ndrained\n");
	stage.refuses_wishes = true;
	asked(&stage, "drained\n", "failed 13\nnot draining\n");
	asked(&stage, "drain\n", "failed 17\nnothing is gated\n");
	asked(&stage, "drain json\n",
	      "failed 42\n{\"ok\":false,\"message\":\"nothing is gated\"}\n");
	stage_close(&stage);
}

static void
lines(void **state)
{
	struct stage stage;
	char text[CONTROL_REQUEST + 64];

	stage_open(&stage, *state);
	/* In pieces; without line feed but with an end; with more behind it. */
	int fd = stage_connect(stage.path);
	for (const char *c = "drain\n"; *c; c++)
		assert_int_equal(send(fd, c, 1, 0), 1);
	assert_string_equal(stage_hear(fd, text, sizeof(text)), "ok 9\nso be it\n");
	fd = stage_connect(stage.path);
	assert_int_equal(send(fd, "freeze", 6, 0), 6);
	shutdown(fd, SHUT_WR);
	assert_string_equal(stage_hear(fd, text, sizeof(text)), "ok 9\nso be it\n");
	assert_int_equal(atomic_load(&stage.wished), CONTROL_FREEZE);
	asked(&stage, "undrain\ndrain\n", "ok 9\nso be it\n");
	assert_int_equal(atomic_load(&stage.wished), CONTROL_UNDRAIN);
	/* Nothing at all. */
	fd = stage_connect(stage.path);
	shutdown(fd, SHUT_WR);
	assert_string_equal(stage_hear(fd, text, sizeof(text)), "");
	stage_close(&stage);
}

static void
wrong_requests(void **state)
{
	static const char prefix[] = "this server (anyns " ANYNS_VERSION ") knows no request \"";
	struct stage stage;
	char text[1024], expected[1024];

	stage_open(&stage, *state);
	snprintf(expected, sizeof(expected), "failed %zu\n%sdra?n\"\n", strlen(prefix) + 7, prefix);
	asked(&stage, "dra\x1bn\n", expected);
	snprintf(expected, sizeof(expected), "failed %zu\n%s\"\n", strlen(prefix) + 2, prefix);
	asked(&stage, "\n", expected);
	asked(&stage, "drain now\n",
	      "failed 49\nafter the word of a request only \"json\" is known\n");
	memset(text, 'x', CONTROL_REQUEST);
	text[CONTROL_REQUEST - 1] = '\0';
	asked(&stage, text, "failed 24\nthe request is too long\n");
	/* The longest that is looked at. */
	text[CONTROL_REQUEST - 2] = '\n';
	text[CONTROL_REQUEST - 1] = '\0';
	snprintf(expected, sizeof(expected), "failed %zu\n%s%.*s\"\n",
		 strlen(prefix) + CONTROL_REQUEST - 2 + 2, prefix, CONTROL_REQUEST - 2, text);
	asked(&stage, text, expected);
	assert_int_equal(atomic_load(&stage.wished), -1);
	stage_close(&stage);
}

/* Runs in the loop's thread, which therefore sees the order only when the asker is gone. */
static void
order_and_leave(struct stage *stage)
{
	static const char *const texts[] = {"drain\n", "freeze json\n", "reload\n", "undrain"};

	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		int fd = stage_connect(stage->path);
		assert_int_equal(send(fd, texts[i], strlen(texts[i]), 0), strlen(texts[i]));
		close(fd);
	}
}

/* A server that hung for a while does not do then what failed for who asked. */
static void
left_before(void **state)
{
	struct stage stage;

	stage_open(&stage, *state);
	stage_do(&stage, order_and_leave);
	/* Clients are looked at in the order they came. */
	asked(&stage, "drained\n", "failed 27\nstill draining: 2 prefixes\n");
	assert_int_equal(atomic_load(&stage.wished), -1);
	assert_int_equal(atomic_load(&stage.reloads), 0);
	stage_close(&stage);
}

/* ------------------------------------------------------------ reload */

static void
reload_begins(struct stage *stage)
{
	control_reload_begins(stage->control);
}

static void
reload_ends(struct stage *stage)
{
	static struct status_reload reload;

	reload = (struct status_reload){.taken = true, .unchanged = 1, .zones.total = 1};
	control_reload_ends(stage->control, &reload);
}

static void
reload_refused(struct stage *stage)
{
	static struct status_reload reload;

	control_reload_ends(stage->control, &reload);
}

static int
order_reload(struct stage *stage)
{
	int before = atomic_load(&stage->reloads);
	int fd = stage_connect(stage->path);

	assert_int_equal(send(fd, "reload\n", 7, 0), 7);
	assert_eventually(atomic_load(&stage->reloads) > before);
	return fd;
}

static bool
hears_nothing(int fd)
{
	struct pollfd look = {.fd = fd, .events = POLLIN};

	return poll(&look, 1, 0) == 0;
}

static void
reload(void **state)
{
	static const char refused[] = "failed 45\nreload refused, everything goes on as before\n";
	struct stage stage;
	char text[1024];

	stage_open(&stage, *state);
	int first = order_reload(&stage);
	stage_do(&stage, reload_ends); /* of one that began before */
	assert_true(hears_nothing(first));
	stage_do(&stage, reload_begins);
	int second = order_reload(&stage);
	stage_do(&stage, reload_refused);
	assert_string_equal(stage_hear(first, text, sizeof(text)), refused);
	assert_true(hears_nothing(second));
	stage_do(&stage, reload_begins);
	stage_do(&stage, reload_ends);
	stage_hear(second, text, sizeof(text));
	assert_non_null(strstr(text, "reloaded: 1 zones, 0 compiled, 1 unchanged"));
	assert_int_equal(strncmp(text, "ok ", 3), 0);
	/* Nobody asked, and nobody is there any more. */
	stage_do(&stage, reload_begins);
	stage_do(&stage, reload_ends);
	close(order_reload(&stage));
	stage_do(&stage, reload_begins);
	stage_do(&stage, reload_ends);
	asked(&stage, "drain\n", "ok 9\nso be it\n");
	/* One still waits when all ends. */
	first = order_reload(&stage);
	stage_close(&stage);
	assert_string_equal(stage_hear(first, text, sizeof(text)), "");
	control_reload_begins(NULL);
	control_reload_ends(NULL, NULL);
	control_close(NULL);
}

/* ------------------------------------------------------------ limits */

static void
too_many(void **state)
{
	struct stage stage;
	int fds[CONTROL_CLIENTS];
	char text[1024];

	stage_open(&stage, *state);
	for (int i = 0; i < CONTROL_CLIENTS; i++)
		fds[i] = order_reload(&stage);
	asked(&stage, "drain\n", "refused 40\ntoo many clients ask already; try again\n");
	/* The places of those who left without waiting are free. */
	close(fds[0]);
	asked(&stage, "drain\n", "ok 9\nso be it\n");
	/* One that has sent all and still listens is no such. */
	shutdown(fds[1], SHUT_WR);
	fds[0] = order_reload(&stage);
	int more = stage_connect(stage.path);
	assert_non_null(strstr(stage_hear(more, text, sizeof(text)), "too many"));
	stage_do(&stage, reload_begins);
	stage_do(&stage, reload_ends);
	for (int i = 0; i < CONTROL_CLIENTS; i++)
		assert_non_null(strstr(stage_hear(fds[i], text, sizeof(text)), "reloaded"));
	stage_close(&stage);
}

/* Whether the server ended the connection, whatever of it is still to be read. */
static bool
closed(int fd)
{
	struct pollfd look = {.fd = fd};

	return poll(&look, 1, 0) == 1 && (look.revents & POLLHUP);
}

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Who is slow to ask, and who does not take the answer; others are served meanwhile. */
static void
slow_clients(void **state)
{
	static char text[1 << 20];
	struct stage stage;
	size_t size, head;

	stage_open(&stage, *state);
	stage.huge = true;
	double begin = seconds();
	int silent = stage_connect(stage.path), half = stage_connect(stage.path);
	int deaf = stage_connect(stage.path), late = stage_connect(stage.path);
	assert_int_equal(send(half, "sta", 3, 0), 3);
	assert_int_equal(send(deaf, "status json\n", 12, 0), 12);
	assert_int_equal(send(late, "status json\n", 12, 0), 12);
	asked(&stage, "drain\n", "ok 9\nso be it\n");
	/* More than the kernel keeps, and all there for who reads it in time. */
	stage_hear(late, text, sizeof(text));
	assert_int_equal(sscanf(text, "ok %zu", &size), 1);
	assert_true(size > 250000);
	head = (size_t)(strchr(text, '\n') + 1 - text);
	assert_int_equal(strlen(text), head + size);
	assert_string_equal(stage_hear(silent, text, sizeof(text)), "");
	assert_string_equal(stage_hear(half, text, sizeof(text)), "");
	assert_true(seconds() - begin > CONTROL_PATIENCE_MS / 1000. * 0.9);
	assert_eventually(closed(deaf));
	stage_hear(deaf, text, sizeof(text));
	assert_true(strlen(text) < head + size);
	asked(&stage, "drain\n", "ok 9\nso be it\n");
	stage_close(&stage);
}

static void
other_users(void **state)
{
	struct stage stage;
	int status;

	if (geteuid() != 0)
		skip();
	stage_open(&stage, *state);
	assert_int_equal(chmod(stage.folder->path, 0755), 0);
	assert_int_equal(chmod(stage.path, 0666), 0);
	pid_t pid = fork();
	if (pid == 0) {
		char text[1024];
		if (setuid(65534) != 0)
			_exit(1);
		stage_hear(stage_connect(stage.path), text, sizeof(text));
		_exit(strncmp(text, "refused 55\nonly root and", 24) == 0 ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	stage_close(&stage);
}

static void
one_server(void **state)
{
	struct stage stage;
	struct report report = REPORT_INIT;
	struct stat file;

	stage_open(&stage, *state);
	assert_null(control_open(stage.path, SEVERITY_WARNING, &report));
	assert_true(report_has(&report, SEVERITY_WARNING, "another anyns is running"));
	report_clear(&report);
	stage_close(&stage);
	assert_int_not_equal(lstat(stage.path, &file), 0);
	/* Opened, never started. */
	struct control *control = control_open(stage.path, SEVERITY_ERROR, &report);
	assert_non_null(control);
	control_close(control);
	assert_int_not_equal(lstat(stage.path, &file), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status),      cmocka_unit_test(wishes),
		cmocka_unit_test(lines),       cmocka_unit_test(wrong_requests),
		cmocka_unit_test(left_before), cmocka_unit_test(reload),
		cmocka_unit_test(too_many),    cmocka_unit_test(slow_clients),
		cmocka_unit_test(other_users), cmocka_unit_test(one_server),
	};
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
