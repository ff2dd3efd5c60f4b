/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/config_announce.h"
#include "config/config_exabgp.h"
#include "config_fixture.h"

static const struct config_key key = {.name = "exabgp"};

static const struct config_exabgp *
read_exabgp(const char *text)
{
	start();
	read_more(text, &key, config_exabgp_read, config);
	return &config->announce.exabgp;
}

static void
test_smallest(void **state)
{
	const struct config_exabgp *exabgp;

	(void)state;
	exabgp = read_exabgp("{socket: /run/anyns/exabgp.sock, local-as: 64512}\n");
	assert_int_equal(report.count, 0);
	assert_string_equal(exabgp->socket, "/run/anyns/exabgp.sock");
	assert_null(exabgp->group);
	assert_int_equal(exabgp->peer.local_as, 64512);
	assert_int_equal(exabgp->peer.as, 0);
	assert_false(exabgp->peer.has_med);
	assert_int_equal(exabgp->peer.community_count, 0);
	assert_int_equal(exabgp->line, 1);
	config_exabgp_free(&config->announce.exabgp);
	assert_null(exabgp->socket);
	finish();
}

static void
test_every_key(void **state)
{
	const struct config_exabgp *exabgp;

	(void)state;
	exabgp = read_exabgp("socket: /s\ngroup: exabgp\nlocal-as: 64512\nas: 64512\nmed: 0\n"
			     "communities: [\"64496:1\"]\nlarge-communities: [\"64496:1:2\"]\n");
	assert_int_equal(report.count, 0);
	assert_string_equal(exabgp->group, "exabgp");
	assert_int_equal(exabgp->peer.as, 64512);
	assert_true(exabgp->peer.has_med);
	assert_int_equal(exabgp->peer.community_count, 1);
	assert_true(exabgp->peer.communities[0] == (64496u << 16 | 1));
	assert_int_equal(exabgp->peer.large_count, 1);
	config_exabgp_free(&config->announce.exabgp);
	finish();
}

static void
test_errors(void **state)
{
	char text[256], path[109];

	(void)state;
	read_exabgp("{}\n");
	expect_found("1:1: error: \"socket\" is missing; add socket: /run/anyns/exabgp.sock, for "
		     "`anyns exabgp` to connect to");
	expect_found("1:1: error: \"local-as\" is missing; add local-as: NUMBER, that of ExaBGP's "
		     "neighbor sections");
	read_exabgp("{socket: exabgp.sock, local-as: 1}\n");
	expect_found("1:10: error: socket: \"exabgp.sock\" is no absolute path; write the whole "
		     "path, as in /run/anyns/exabgp.sock");
	for (size_t size = 107; size <= 108; size++) {
		memset(path, '/', size);
		path[size] = '\0';
		snprintf(text, sizeof text, "{socket: %s, local-as: 1}\n", path);
		read_exabgp(text);
		assert_int_equal(report.errors, size - 107);
		config_exabgp_free(&config->announce.exabgp);
	}
	finish();
}

/* It is enough as the only way to announce, of either family. */
static void
test_alone(void **state)
{
	static const struct config_key announce = {.name = "announce"};

	(void)state;
	start();
	read_more("prefixes: [192.0.2.0/24, \"2001:db8::/48\"]\n"
		  "exabgp: {socket: /s, local-as: 64512}\n",
		  &announce, config_announce_read, config);
	assert_int_equal(report.count, 0);
	assert_int_equal(config->announce.peer_count, 0);
	config_announce_free(&config->announce);
	finish();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_smallest),
		cmocka_unit_test(test_every_key),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
