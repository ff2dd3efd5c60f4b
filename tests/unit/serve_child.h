/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * serve_child.h - a server in a child process, for the tests of server.c and run.c: a process of
 * its own, because it takes signals and gives up privileges.
 */
#ifndef ANYNS_TESTS_SERVE_CHILD_H
#define ANYNS_TESTS_SERVE_CHILD_H

#include "serve_fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { CHILD_PATIENCE = 20 }; /* seconds that anything may take, sanitizers included */

typedef int child_function(const char *config_path);

static UNUSED struct sockaddr_in
child_address(uint16_t port)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
				    .sin_port = htons(port),
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* A port that was free for UDP and TCP a moment ago. */
static UNUSED uint16_t
child_port(void)
{
	for (int i = 0; i < 100; i++) {
		struct sockaddr_in address = child_address(0);
		socklen_t size = sizeof(address);
		int tcp = socket(AF_INET, SOCK_STREAM, 0);
		int udp = socket(AF_INET, SOCK_DGRAM, 0);
		bool good = bind(tcp, (struct sockaddr *)&address, size) == 0 &&
			    getsockname(tcp, (struct sockaddr *)&address, &size) == 0 &&
			    bind(udp, (struct sockaddr *)&address, size) == 0;
		close(tcp);
		close(udp);
		if (good)
			return ntohs(address.sin_port);
	}
	fail_msg("no free port");
	return 0;
}

static UNUSED void
put_config(const struct folder *folder, uint16_t port, const char *more)
{
	char text[1024];

	snprintf(text, sizeof(text), "listen: [127.0.0.1@%u]\nworkers: 1\n%s", port, more);
	put_file(folder, "anyns.yaml", text);
}

/* Runs `function` in a child with its output in the files out and err. */
static UNUSED pid_t
child_start(struct folder *folder, child_function *function)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/anyns.yaml", folder->path);
	fflush(stdout);
	fflush(stderr);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		catch_output(folder);
		exit(function(path));
	}
	return pid;
}

/* The exit status, or -1 when it had to be killed. */
static UNUSED int
child_status(pid_t pid)
{
	int status = 0;

	for (int i = 0; i < CHILD_PATIENCE * 1000; i++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return -1;
}

/* One question for id.server CH TXT. The text of the answer, "" when none came within 50 ms. */
static UNUSED void
child_ask(uint16_t port, char text[static 256])
{
	static const uint8_t question[] =
		"\252\125\0\0\0\1\0\0\0\0\0\0\2id\6server\0\0\20\0\3"; /* the NUL is one too many */
	enum { QUESTION = sizeof(question) - 1, TXT_AT = QUESTION + 12 };
	struct sockaddr_in address = child_address(port);
	struct timeval patience = {.tv_usec = 50000};
	uint8_t answer[512];
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	text[0] = '\0';
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (send(fd, question, QUESTION, 0) == QUESTION) {
		ssize_t size = recv(fd, answer, sizeof(answer), 0);
		if (size > TXT_AT && size == TXT_AT + 1 + answer[TXT_AT])
			snprintf(text, 256, "%.*s", answer[TXT_AT], (char *)answer + TXT_AT + 1);
	}
	close(fd);
}

/* Asks until the instance is `expected`. */
static UNUSED void
child_wait(struct folder *folder, pid_t pid, uint16_t port, const char *expected)
{
	char text[256] = "";

	for (int i = 0; i < CHILD_PATIENCE * 20; i++) {
		child_ask(port, text);
		if (strcmp(text, expected) == 0)
			return;
		nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
	}
	char *err = get_file(folder, "err");
	kill(pid, SIGKILL);
	fail_msg("instance \"%s\", expected \"%s\"\n%s", text, expected, err);
}

/* Waits until the child has written `part` to standard error. */
static UNUSED void
child_wait_log(struct folder *folder, const char *part)
{
	for (int i = 0; i < CHILD_PATIENCE * 200; i++) {
		char *err = get_file(folder, "err");
		bool found = strstr(err, part) != NULL;
		free(err);
		if (found)
			return;
		nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
	}
	assert_caught(folder, "err", part);
}

#endif
