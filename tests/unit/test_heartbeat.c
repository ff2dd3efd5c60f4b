/* SPDX-License-Identifier: BSD-2-Clause */
#include "health_fixture.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "health/heartbeat.h"

static void
test_silence(void **state)
{
	char name[] = "/tmp/anyns-test-XXXXXX", text[4096] = "";
	struct heartbeat heart = {0};
	struct monotime now = START;
	(void)state;

	int file = mkostemp(name, O_CLOEXEC | O_APPEND);
	int before = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	unlink(name);
	dup2(file, STDERR_FILENO);
	struct log *log = log_new("test", LOG_LEVEL_INFO);
	/* The first look is no silence, however late it comes. */
	assert_int_equal(heartbeat_watch(&heart, log, now).ns, now.ns);
	struct monotime last = now;
	for (unsigned i = 0; i < 20; i++) {
		now = monotime_add(now, HEARTBEAT_EVERY_MS * MS);
		heartbeat_beat(&heart);
		assert_int_equal(heartbeat_watch(&heart, log, now).ns, now.ns);
		last = now;
	}
	now = monotime_add(now, HEARTBEAT_LATE_MS * MS - 1);
	assert_int_equal(heartbeat_watch(&heart, log, now).ns, last.ns);
	bool quiet = pread(file, text, sizeof text - 1, 0) == 0;
	/* Told once. */
	for (unsigned i = 0; i < 3; i++) {
		now = monotime_add(now, 1 + i * S);
		heartbeat_watch(&heart, log, now);
	}
	heartbeat_beat(&heart);
	heartbeat_watch(&heart, log, now);
	(void)!pread(file, text, sizeof text - 1, 0);
	dup2(before, STDERR_FILENO);
	close(before);
	close(file);
	log_free(log);
	assert_true(quiet);
	const char *first = strstr(text, "the main thread has not turned for 5000 ms");
	assert_non_null(first);
	assert_null(strstr(first + 20, "has not turned"));
	assert_non_null(strstr(first, "the main thread turns again, after 8000 ms"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_silence)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
