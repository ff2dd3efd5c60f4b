/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/cli.h"
#include "serve_fixture.h"

#define LISTEN "instance: test\nlisten: [127.0.0.1@5300]\n"
#define ZONE   "zones: [{name: a.example, file: a.zone}]\n"

/* The exit status of `anyns check -c anyns.yaml [option]`. */
static int
check(struct folder *folder, const char *option)
{
	char path[128];
	char word[64];
	char *arguments[] = {(char[]){"check"}, (char[]){"-c"}, path, word, NULL};

	snprintf(path, sizeof(path), "%s/anyns.yaml", folder->path);
	snprintf(word, sizeof(word), "%s", option ? option : "");
	catch_output(folder);
	int status = cli_check(option ? 4 : 3, arguments);
	release_output(folder);
	return status;
}

static void
all_is_well(void **state)
{
	put_file(*state, "anyns.yaml", LISTEN ZONE);
	put_file(*state, "a.zone", ZONE_GOOD(1));
	assert_int_equal(check(*state, NULL), EXIT_OK);
	assert_caught(*state, "out", "1 zones checked, 1 would be served; 0 errors, 0 warnings\n");
	assert_caught(*state, "err", "");
	assert_int_equal(check(*state, "-q"), EXIT_OK);
	assert_caught(*state, "out", "");
	assert_caught(*state, "err", "");
}

/* Warnings are told and do no harm; the quiet do not hear them. */
static void
warnings(void **state)
{
	put_file(*state, "anyns.yaml", LISTEN ZONE);
	put_file(*state, "a.zone", ZONE_GOOD(1) "@ MX 10 nowhere\n");
	assert_int_equal(check(*state, NULL), EXIT_OK);
	assert_caught(*state, "out", "a.zone:5:");
	assert_caught(*state, "out", " warning: ");
	assert_caught(*state, "out", "0 errors, 1 warnings\n");
	assert_int_equal(check(*state, "--quiet"), EXIT_OK);
	assert_caught(*state, "out", "");
}

static void
broken_zones(void **state)
{
	put_file(*state, "anyns.yaml",
		 LISTEN "zones: [{name: a.example, file: a.zone}, {name: b.example, file: b.zone},"
			" {name: c.example, file: c.zone}]\n");
	put_file(*state, "a.zone", ZONE_BROKEN);
	put_file(*state, "b.zone", ZONE_GOOD(1));
	put_file(*state, "c.zone", ZONE_HEAD(1) "ns A 192.0.2.1\nx A y\nx MX z\n@ MX 10 no\n");
	assert_int_equal(check(*state, NULL), EXIT_FAILED);
	assert_caught(*state, "out", "a.zone:4:");
	assert_caught(*state, "out", "c.zone:5:");
	assert_caught(*state, "out", "c.zone:6:");
	assert_caught(*state, "out", "3 zones checked, 1 would be served; 3 errors, ");
	assert_int_equal(check(*state, "-q"), EXIT_FAILED);
	assert_caught(*state, "out", "c.zone:6:");
	char *text = get_file(*state, "out");
	assert_null(strstr(text, "warning"));
	assert_null(strstr(text, "zones checked"));
	free(text);
}

static void
broken_configuration(void **state)
{
	put_file(*state, "anyns.yaml", LISTEN ZONE "nonsense: 1\nworkers: none\n");
	put_file(*state, "a.zone", ZONE_GOOD(1));
	assert_int_equal(check(*state, NULL), EXIT_FAILED);
	assert_caught(*state, "out", "anyns.yaml:4:1: error: ");
	assert_caught(*state, "out", "anyns.yaml:5:");
	assert_int_equal(check(*state, "-q"), EXIT_FAILED);
	assert_caught(*state, "out", "anyns.yaml:4:1: error: ");
}

/* In the order of reading: the configuration, the zones, the sum. */
static void
order_of_findings(void **state)
{
	put_file(*state, "anyns.yaml",
		 LISTEN ZONE "tcp-idle-timeout: 60s\ntcp-total-timeout: 30s\n");
	put_file(*state, "a.zone", ZONE_BROKEN);
	assert_int_equal(check(*state, NULL), EXIT_FAILED);
	char *text = get_file(*state, "out");
	const char *config = strstr(text, "anyns.yaml:5:");
	const char *zone = strstr(text, "a.zone:4:");
	const char *sum = strstr(text, "zones checked");
	assert_non_null(config);
	assert_non_null(zone);
	assert_non_null(sum);
	assert_true(config < zone && zone < sum);
	free(text);
}

static void
identity_in_a_signed_zone(void **state)
{
	put_file(*state, "anyns.yaml", LISTEN ZONE "identity-name: identity.a.example\n");
	put_file(*state, "a.zone",
		 ZONE_GOOD(1) "@ DNSKEY 257 3 13 "
			      "mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxIL"
			      "fDLUT0rAK9iUzy1L53eKGQ==\n");
	assert_int_equal(check(*state, NULL), EXIT_FAILED);
	assert_caught(*state, "out", "anyns.yaml:4:");
	assert_caught(*state, "out", "2 zones checked, 2 would be served; 1 errors");
}

static void
usage(void **state)
{
	assert_int_equal(check(*state, "--help"), EXIT_OK);
	assert_caught(*state, "out", "usage: anyns check");
	assert_int_equal(check(*state, "--frobnicate"), EXIT_USAGE);
	assert_caught(*state, "err", "usage: anyns check");
	assert_int_equal(check(*state, "extra"), EXIT_USAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_well),
		cmocka_unit_test(warnings),
		cmocka_unit_test(broken_zones),
		cmocka_unit_test(broken_configuration),
		cmocka_unit_test(order_of_findings),
		cmocka_unit_test(identity_in_a_signed_zone),
		cmocka_unit_test(usage),
	};
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
