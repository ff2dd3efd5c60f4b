/* SPDX-License-Identifier: BSD-2-Clause */
#include "serve/missing_address.h"

#include "serve_fixture.h"

/* What a server that listens on these addresses logs. */
static void
tell(struct folder *folder, const char *listen)
{
	struct report report = REPORT_INIT;
	char text[256];
	size_t size = (size_t)snprintf(
		text, sizeof(text), "{instance: x, listen: [%s], identity-name: who.test}", listen);
	struct config *config = config_read_text("f", text, size, &report);
	struct log *log = log_new("x", LOG_LEVEL_NOTICE);

	assert_non_null(config);
	assert_non_null(log);
	catch_output(folder);
	missing_address_tell(config, log);
	release_output(folder);
	log_free(log);
	config_free(config);
	report_clear(&report);
}

static void
silent(void **state)
{
	/* No interface has the second, 127.0.0.0/8 is local by its route. */
	tell(*state, "127.0.0.1@5300, 127.99.98.97@5300, 0.0.0.0@5301, \"::@5302\"");
	assert_caught(*state, "err", "");
}

static void
absent(void **state)
{
	tell(*state, "127.0.0.1, 192.0.2.77@5300, \"2001:db8:77::1\"");
	assert_caught(*state, "err", "x notice: 2 of 3 addresses of `listen:` are not on this");
	assert_caught(*state, "err", "the first of them 192.0.2.77@5300: nobody reaches us there");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(silent),
		cmocka_unit_test(absent),
	};
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
