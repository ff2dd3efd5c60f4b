/* SPDX-License-Identifier: BSD-2-Clause */
#include "health_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "health/state_file.h"

static struct state
full_state(void)
{
	struct state state = {.clean = true, .drain = true, .count = STATE_PREFIXES};

	for (size_t i = 0; i < STATE_PREFIXES; i++) {
		snprintf(state.prefixes[i].text, STATE_PREFIX_MAX,
			 "2001:db8:1111:2222:3333:4444:5555:%zx/128", i);
		state.prefixes[i].penalty = (struct gate_penalty){.level = 999999999,
								  .stable_ns = 999999999999999999,
								  .hold_ns = 999999999999999999,
								  .warm_ns = (int64_t)i};
	}
	return state;
}

static void
assert_same(const struct state *a, const struct state *b)
{
	assert_int_equal(a->clean, b->clean);
	assert_int_equal(a->drain, b->drain);
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		const struct gate_penalty *p = &a->prefixes[i].penalty,
					  *q = &b->prefixes[i].penalty;
		assert_string_equal(a->prefixes[i].text, b->prefixes[i].text);
		assert_true(p->level == q->level && p->stable_ns == q->stable_ns &&
			    p->hold_ns == q->hold_ns && p->warm_ns == q->warm_ns);
	}
}

static void
test_format_and_parse(void **state)
{
	struct state full = full_state(), none = {0}, read;
	char text[STATE_TEXT_MAX];
	(void)state;

	assert_true(state_format(&full, text) < STATE_TEXT_MAX);
	assert_true(state_parse(&read, text));
	assert_same(&full, &read);
	size_t size = state_format(&none, text);
	assert_int_equal(size, strlen(text));
	assert_string_equal(text, "anyns gates 1\nend running\nwish serve\n");
	assert_true(state_parse(&read, text));
	assert_same(&none, &read);
	assert_ptr_equal(state_find(&full, full.prefixes[63].text), &full.prefixes[63].penalty);
	assert_null(state_find(&full, "192.0.2.0/24"));
}

static void
test_refuses(void **state)
{
#define HEAD "anyns gates 1\nend clean\nwish serve\n"
	static const char *const texts[] = {
		"",
		"anyns gates 2\nend clean\nwish serve\n",
		"anyns gates 1\n",
		"anyns gates 1\nend clean\n",
		"anyns gates 1\nend clear\nwish serve\n",
		"anyns gates 1\nend clean\nwish freeze\n",
		HEAD "\n",
		HEAD "prefix 192.0.2.0/24 1 2 3 4",
		HEAD "prefix 192.0.2.0/24 1 2 3\n",
		HEAD "prefix 192.0.2.0/24 1 2 3 4 5\n",
		HEAD "prefix 192.0.2.0/24 1 2 3 9999999999999999999\n",
		HEAD "prefix 192.0.2.0/24 9999999999 2 3 4\n",
		HEAD "nonsense\n",
	};
	struct state read;
	char text[STATE_TEXT_MAX + 200];
	struct state full = full_state();
	(void)state;

	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		assert_false(state_parse(&read, texts[i]));
	assert_true(state_parse(&read, HEAD "prefix 192.0.2.0/24 1 2 3 4\n"));
	assert_int_equal(read.prefixes[0].penalty.level, 1);
	assert_int_equal(read.prefixes[0].penalty.warm_ns, 4);
	/* One prefix more than there is room for. */
	size_t size = state_format(&full, text);
	strcpy(text + size, "prefix 192.0.2.0/24 1 2 3 4\n");
	assert_false(state_parse(&read, text));
}

static void
test_file(void **state)
{
	char directory[] = "/tmp/anyns-state-XXXXXX", path[64], text[STATE_TEXT_MAX];
	struct state full = full_state(), read;
	struct report report = REPORT_INIT;
	(void)state;

	assert_non_null(mkdtemp(directory));
	assert_int_equal(state_read(directory, &read, &report), STATE_NONE);
	assert_int_equal(report.count, 0);
	assert_true(state_write(directory, text, state_format(&full, text)));
	assert_int_equal(state_read(directory, &read, &report), STATE_READ);
	assert_same(&full, &read);
	/* Replaced as a whole by a shorter one. */
	full.count = 1;
	full.clean = false;
	assert_true(state_write(directory, text, state_format(&full, text)));
	assert_int_equal(state_read(directory, &read, &report), STATE_READ);
	assert_same(&full, &read);
	assert_true(state_write(directory, "rubbish", 7));
	assert_int_equal(state_read(directory, &read, &report), STATE_BROKEN);
	assert_int_equal(report.warnings, 1);
	assert_int_equal(report.errors, 0);
	snprintf(path, sizeof(path), "%s/" STATE_FILE_NAME, directory);
	assert_int_equal(unlink(path), 0);
	/* A folder where the file should be: readable neither nor replaceable. */
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(state_read(directory, &read, &report), STATE_BROKEN);
	assert_int_equal(report.warnings, 2);
	assert_false(state_write(directory, "x", 1));
	assert_int_equal(rmdir(path), 0);
	strcat(path, ".new");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(directory), 0);
	assert_false(state_write(directory, "x", 1));
	report_clear(&report);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format_and_parse),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
