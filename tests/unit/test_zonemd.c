/* SPDX-License-Identifier: BSD-2-Clause */
/* The zones and digests of RFC 8976 appendix A, then each way in which a ZONEMD can be no good. */
#include "zone_fixture.h"

#include "zone/zonemd.h"

#define SOA   "@ 86400 SOA ns1 admin 2018031900 1800 900 604800 86400\n"
#define NS    "@ 86400 NS ns1\n@ 86400 NS ns2\n"
#define HOSTS "ns1 3600 A 203.0.113.63\nns2 3600 AAAA 2001:db8::63\n"
#define A1_DIGEST                                          \
	"c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3" \
	"a1ddc0b9a87153b9a9713b3c9ae5cc27777f98b8e730044c"
#define A1_ZONEMD "@ 86400 ZONEMD 2018031900 1 1 " A1_DIGEST "\n"

static struct fixture
load(const char *text, enum zonemd_policy policy)
{
	struct zone_options options = {.zonemd = policy, .now = FIXTURE_NOW};
	return fixture_load("example", text, strlen(text), &options);
}

/* With `require`: errors unless it verifies; with `warn` the same as a warning; with `off` nothing.
 */
static void
expect(const char *text, const char *why)
{
	static const enum zonemd_policy policies[] = {ZONEMD_REQUIRE, ZONEMD_WARN, ZONEMD_OFF};
	for (size_t i = 0; i < ARRAY_LENGTH(policies); i++) {
		struct fixture fixture = load(text, policies[i]);
		enum severity severity = i ? SEVERITY_WARNING : SEVERITY_ERROR;
		if (!why || policies[i] == ZONEMD_OFF) {
			assert_false(fixture_has(&fixture, severity, "ZONEMD", 0));
		} else if (!fixture_has(&fixture, severity, why, 0)) {
			report_print(&fixture.report, stderr);
			fail_msg("policy %u: no finding \"%s\"", policies[i], why);
		}
		fixture_free(&fixture);
	}
}

static void
test_simple(void **state)
{
	(void)state;
	expect(SOA NS A1_ZONEMD HOSTS, NULL);
}

static void
test_complex(void **state)
{
	(void)state;
	expect(SOA NS
	       "@ 86400 ZONEMD 2018031900 1 1 a3b69bad980a3504e1cffcb0fd6397f93848071c93151f55"
	       "2ae2f6b1711d4bd2d8b39808226d7b9db71e34b72077f8fe\n"
	       "ns1 3600 A 203.0.113.63\nNS2 3600 AAAA 2001:db8::63\n"
	       "occluded.sub 7200 TXT \"I'm occluded but must be digested\"\n"
	       "sub 7200 NS ns1\n"
	       "duplicate 300 TXT \"I must be digested just once\"\n"
	       "duplicate 300 TXT \"I must be digested just once\"\n"
	       "foo.test. 555 TXT \"out-of-zone data must be excluded\"\n"
	       "UPPERCASE 3600 TXT \"canonicalize uppercase owner names\"\n"
	       "* 777 PTR dont-forget-about-wildcards\n"
	       "mail 3600 MX 20 MAIL1\nmail 3600 MX 10 Mail2.Example.\n"
	       "sortme 3600 AAAA 2001:db8::5:61\nsortme 3600 AAAA 2001:db8::3:62\n"
	       "sortme 3600 AAAA 2001:db8::4:63\nsortme 3600 AAAA 2001:db8::1:65\n"
	       "sortme 3600 AAAA 2001:db8::2:64\n"
	       "non-apex 900 ZONEMD 2018031900 1 1 616c6c6f776564206275742069676e6f"
	       "7265642e20616c6c6f776564206275742069676e6f7265642e20616c6c6f7765\n",
	       NULL);
}

static void
test_multiple(void **state)
{
	(void)state;
	static const char zone[] = SOA NS
		"@ 86400 ZONEMD 2018031900 1 1 62e6cf51b02e54b9b5f967d547ce43136792901f9f88e637"
		"493daaf401c92c279dd10f0edb1c56f8080211f8480ee306\n"
		"@ 86400 ZONEMD 2018031900 1 2 08cfa1115c7b948c4163a901270395ea226a930cd2cbcf2f"
		"a9a5e6eb85f37c8a4e114d884e66f176eab121cb02db7d652e0cc4827e7a3204f166b47e5613fd27\n"
		"@ 86400 ZONEMD 2018031900 1 240 e2d523f654b9422a96c5a8f44607bbee\n"
		"@ 86400 ZONEMD 2018031900 241 1 e1846540e33a9e4189792d18d5d131f605fc283eaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
		"ns1 3600 A 203.0.113.63\nns2 86400 TXT \"This example has multiple digests\"\n"
		"NS2 3600 AAAA 2001:db8::63\n";
	uint8_t digest[ZONEMD_DIGEST_MAX];
	expect(zone, NULL);
	struct fixture fixture = load(zone, ZONEMD_OFF);
	assert_int_equal(zonemd_digest(fixture.zone, ZONEMD_SHA384, digest), 48);
	assert_memory_equal(digest, "\x62\xe6\xcf\x51\xb0\x2e\x54\xb9", 8);
	assert_int_equal(zonemd_digest(fixture.zone, ZONEMD_SHA512, digest), 64);
	assert_memory_equal(digest, "\x08\xcf\xa1\x11\x5c\x7b\x94\x8c", 8);
	assert_int_equal(zonemd_digest(fixture.zone, 240, digest), 0);
	zonemd_check(fixture.zone, ZONEMD_REQUIRE, &fixture.report);
	assert_int_equal(fixture.report.errors, 0);
	fixture_free(&fixture);
}

static void
test_failures(void **state)
{
	(void)state;
	expect(SOA NS A1_ZONEMD HOSTS "x 60 A 192.0.2.1\n", "another one"); /* a record more */
	expect(SOA NS A1_ZONEMD "ns1 3600 A 203.0.113.63\nns2 3601 AAAA 2001:db8::63\n",
	       "another one"); /* a TTL */
	expect(SOA NS "@ 86400 ZONEMD 2018031901 1 1 " A1_DIGEST "\n" HOSTS, "serial");
	expect(SOA NS "@ 86400 ZONEMD 2018031900 2 1 " A1_DIGEST "\n" HOSTS, "not supported");
	expect(SOA NS "@ 86400 ZONEMD 2018031900 1 3 " A1_DIGEST "\n" HOSTS, "not supported");
	expect(SOA NS "@ 86400 ZONEMD 2018031900 1 2 " A1_DIGEST "\n" HOSTS, "another one");
	expect(SOA NS "@ 86400 ZONEMD 2018031900 1 1 c68090\n" HOSTS, "another one");
	/* Two of one scheme and algorithm are none (RFC 8976 4), even when one is right. */
	expect(SOA NS A1_ZONEMD "@ 86400 ZONEMD 2018031900 1 1 00\n" HOSTS, "with this scheme");
}

static void
test_absent(void **state)
{
	(void)state;
	struct fixture fixture = load(SOA NS HOSTS, ZONEMD_REQUIRE);
	assert_true(fixture_has(&fixture, SEVERITY_ERROR, "no ZONEMD", 0));
	fixture_free(&fixture);
	fixture = load(SOA NS HOSTS, ZONEMD_WARN);
	assert_int_equal(fixture.report.count, 0);
	fixture_free(&fixture);
}

/* Case of names in rdata changes neither the digest nor, by its sort order, the result. */
static void
test_case_of_rdata(void **state)
{
	(void)state;
	static const char *const zones[] = {
		SOA NS HOSTS "m 60 MX 10 aa\nm 60 MX 10 Bb\nm 60 MX 10 cc\nm 60 MX 10 CC\n",
		SOA NS HOSTS "m 60 MX 10 AA\nm 60 MX 10 bb\nm 60 MX 10 cc\n"};
	uint8_t digests[2][ZONEMD_DIGEST_MAX];
	for (size_t i = 0; i < 2; i++) {
		struct fixture fixture = load(zones[i], ZONEMD_OFF);
		assert_int_equal(zonemd_digest(fixture.zone, ZONEMD_SHA384, digests[i]), 48);
		fixture_free(&fixture);
	}
	assert_memory_equal(digests[0], digests[1], 48);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_simple),   cmocka_unit_test(test_complex),
		cmocka_unit_test(test_multiple), cmocka_unit_test(test_failures),
		cmocka_unit_test(test_absent),   cmocka_unit_test(test_case_of_rdata),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
