/* SPDX-License-Identifier: BSD-2-Clause */
#include "serve/notify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A service manager's socket, in the abstract name space so that nothing is left behind. */
static int
listen_as_manager(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char name[64];
	int size = snprintf(name, sizeof(name), "@anyns-notify-%d", (int)getpid());
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path + 1, name + 1, (size_t)size - 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&address,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)size)),
			 0);
	assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
	return fd;
}

static const char *
heard(int fd)
{
	static char text[512];
	ssize_t size = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);

	text[size > 0 ? size : 0] = '\0';
	return text;
}

static void
test_words(void **state)
{
	int fd = listen_as_manager();
	long long us = 0;
	(void)state;

	notify_status("loading");
	assert_string_equal(heard(fd), "STATUS=loading");
	notify_phase(NOTIFY_READY, "one zone");
	assert_string_equal(heard(fd), "READY=1\nSTATUS=one zone");
	notify_phase(NOTIFY_RELOADING, "again");
	assert_int_equal(sscanf(heard(fd), "RELOADING=1\nMONOTONIC_USEC=%lld\nSTATUS=again", &us),
			 1);
	assert_true(us > 0);
	notify_phase(NOTIFY_STOPPING, "bye");
	assert_string_equal(heard(fd), "STOPPING=1\nSTATUS=bye");
	notify_alive();
	assert_string_equal(heard(fd), "WATCHDOG=1");
	assert_string_equal(heard(fd), "");
	close(fd);
}

static void
test_nobody_listens(void **state)
{
	(void)state;
	unsetenv("NOTIFY_SOCKET");
	notify_phase(NOTIFY_READY, "one zone");
	notify_alive();
	setenv("NOTIFY_SOCKET", "/nowhere/at/all", 1);
	notify_phase(NOTIFY_READY, "one zone");
}

static void
test_watchdog(void **state)
{
	char pid[16];
	(void)state;

	unsetenv("WATCHDOG_USEC");
	assert_int_equal(notify_watchdog_us(), 0);
	setenv("WATCHDOG_USEC", "2000000", 1);
	assert_int_equal(notify_watchdog_us(), 2000000);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(notify_watchdog_us(), 2000000);
	setenv("WATCHDOG_PID", "1", 1); /* meant for another process */
	assert_int_equal(notify_watchdog_us(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_nobody_listens),
		cmocka_unit_test(test_watchdog),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
