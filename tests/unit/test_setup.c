/* SPDX-License-Identifier: BSD-2-Clause */
/* What of the configuration becomes part of answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "answer/setup.h"
#include "anyns/config.h"

static const uint8_t fallback[16] = "fallback-secret.";

static struct answer_setup *
make(struct config *config)
{
	struct report report = REPORT_INIT;
	struct answer_setup *setup = answer_setup_new(config, fallback, &report);
	assert_non_null(setup);
	assert_int_equal(report.count, 0);
	return setup;
}

static void
test_texts(void **state)
{
	(void)state;
	char long_text[400];
	char instance[] = "fra1-a";
	char empty[] = "";
	memset(long_text, 'v', sizeof long_text - 1);
	long_text[sizeof long_text - 1] = '\0';
	struct config config = {.instance = instance, .version = long_text, .udp_size = 1400};
	for (size_t size = 254; size <= 256; size++) {
		long_text[size] = '\0';
		struct answer_setup *setup = make(&config);
		assert_int_equal(setup->udp_size, 1400);
		assert_int_equal(setup->instance.size, 7);
		assert_memory_equal(setup->instance.rdata, "\6fra1-a", 7);
		assert_int_equal(setup->version.size, size > 255 ? 256 : size + 1);
		assert_int_equal(setup->version.rdata[0], size > 255 ? 255 : size);
		answer_setup_free(setup);
		long_text[size] = 'v';
	}
	config.version = NULL;
	struct answer_setup *setup = make(&config);
	assert_int_equal(setup->version.size, 0);
	answer_setup_free(setup);
	config.version = empty;
	setup = make(&config);
	assert_int_equal(setup->version.size, 1);
	assert_int_equal(setup->version.rdata[0], 0);
	answer_setup_free(setup);
	answer_setup_free(NULL);
}

/* The first key makes cookies: the active one, or the fallback when there is none. */
static void
test_keys(void **state)
{
	(void)state;
	char instance[] = "x";
	for (unsigned set = 0; set < 8; set++) {
		struct config config = {.instance = instance};
		config.secret_active.set = set & 1;
		config.secret_staged.set = set & 2;
		config.secret_retired.set = set & 4;
		memcpy(config.secret_active.key, "active..........", 16);
		memcpy(config.secret_staged.key, "staged..........", 16);
		memcpy(config.secret_retired.key, "retired.........", 16);
		struct answer_setup *setup = make(&config);
		unsigned count = 0;
		assert_memory_equal(setup->cookies.keys[count++],
				    set & 1 ? config.secret_active.key : fallback, 16);
		if (set & 2)
			assert_memory_equal(setup->cookies.keys[count++], config.secret_staged.key,
					    16);
		if (set & 4)
			assert_memory_equal(setup->cookies.keys[count++], config.secret_retired.key,
					    16);
		assert_int_equal(setup->cookies.count, count);
		answer_setup_free(setup);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
