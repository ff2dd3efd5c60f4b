/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/control_client.h"

#include "control_fixture.h"

#include <sys/wait.h>

static void
asks(void **state)
{
	struct report report = REPORT_INIT;
	struct control_answer answer;
	struct stage stage;

	stage_open(&stage, *state);
	assert_true(control_client_ask(stage.path, "drain", 20000, &answer, &report));
	assert_true(answer.ok);
	assert_string_equal(answer.text, "so be it\n");
	assert_int_equal(answer.size, 9);
	free(answer.text);
	assert_int_equal(atomic_load(&stage.wished), CONTROL_DRAIN);
	stage.refuses_wishes = true;
	assert_true(control_client_ask(stage.path, "freeze", -1, &answer, &report));
	assert_false(answer.ok);
	assert_string_equal(answer.text, "nothing is gated\n");
	free(answer.text);
	stage.huge = true;
	assert_true(control_client_ask(stage.path, "status json", 20000, &answer, &report));
	assert_true(answer.ok && answer.size > 250000);
	assert_int_equal(strlen(answer.text), answer.size);
	free(answer.text);
	assert_int_equal(report.count, 0);
	stage_close(&stage);
}

/* Asks and expects the error; cmocka shows what came instead. */
static void
fails(const char *path, int patience_ms, const char *message)
{
	struct report report = REPORT_INIT;
	struct control_answer answer;

	assert_false(control_client_ask(path, "status", patience_ms, &answer, &report));
	assert_null(answer.text);
	assert_int_equal(report.count, 1);
	if (!strstr(report.findings[0].message, message))
		assert_string_equal(report.findings[0].message, message);
	report_clear(&report);
}

static void
no_server(void **state)
{
	struct control_socket sock;
	struct report report = REPORT_INIT;
	char path[256];

	snprintf(path, sizeof(path), "%s/control", ((struct folder *)*state)->path);
	fails(path, 1000,
	      "no server runs with this configuration: there is no control socket /tmp/");
	assert_true(control_socket_open(&sock, path, SEVERITY_ERROR, &report));
	close(sock.fd);
	fails(path, 1000, "is left from one that ended");
	/* Listens, and nobody takes the connection: a server that was stopped. */
	assert_true(control_socket_open(&sock, path, SEVERITY_ERROR, &report));
	fails(path, 20, "does not answer");
	/* With the connection from before its queue is full. */
	assert_int_equal(listen(sock.fd, 0), 0);
	fails(path, 20, "takes no requests any more");
	control_socket_close(&sock);
	char longer[200];
	memset(longer, 'p', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	fails(longer, 1000, "the path is longer");
}

/* A server that says `text` to the first client and closes, with the request unread. */
static void *
say(void *argument)
{
	const struct control_socket *sock = ((void **)argument)[0];
	const char *text = ((void **)argument)[1];
	int fd = -1;

	while ((fd = accept(sock->fd, NULL, NULL)) < 0)
		nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
	(void)send(fd, text, strlen(text), MSG_NOSIGNAL);
	close(fd);
	return NULL;
}

static void
odd_servers(void **state)
{
	static const struct {
		const char *says;
		const char *message;
	} cases[] = {
		{"", "ended before it had answered"},
		{"ok 5\nhell", "ended before it had answered"},
		{"ok 5", "ended before it had answered"},
		{"ok 3\nhell", "ended before it had answered"},
		{"HTTP/1.1 200\n", "ended before it had answered"},
		{"\n", "ended before it had answered"},
		{"refused 5\nbusy\n", "refuses: busy"},
	};
	struct report report = REPORT_INIT;
	char path[256];

	snprintf(path, sizeof(path), "%s/control", ((struct folder *)*state)->path);
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct control_socket sock;
		pthread_t thread;
		char text[64];
		void *arguments[] = {&sock, text};
		snprintf(text, sizeof(text), "%s", cases[i].says);
		assert_true(control_socket_open(&sock, path, SEVERITY_ERROR, &report));
		assert_int_equal(pthread_create(&thread, NULL, say, arguments), 0);
		fails(path, 20000, cases[i].message);
		pthread_join(thread, NULL);
		control_socket_close(&sock);
	}
}

static void
no_permission(void **state)
{
	struct stage stage;
	int status;

	if (geteuid() != 0)
		skip();
	stage_open(&stage, *state);
	assert_int_equal(chmod(stage.folder->path, 0755), 0);
	for (int open = 0; open < 2; open++) {
		assert_int_equal(chmod(stage.path, open ? 0666 : 0660), 0);
		pid_t pid = fork();
		if (pid == 0) {
			struct report report = REPORT_INIT;
			struct control_answer answer;
			if (setgid(65534) != 0 || setuid(65534) != 0 ||
			    control_client_ask(stage.path, "drain", 20000, &answer, &report))
				_exit(1);
			bool right = strstr(report.findings[0].message,
					    open ? "refuses: only root" : "no permission");
			report_clear(&report);
			_exit(right ? 0 : 2);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
	assert_int_equal(atomic_load(&stage.wished), -1);
	stage_close(&stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks),
		cmocka_unit_test(no_server),
		cmocka_unit_test(odd_servers),
		cmocka_unit_test(no_permission),
	};
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
