/* SPDX-License-Identifier: BSD-2-Clause */
/* The ring of a small zone, and the hashes of RFC 5155 appendix A with salt and iterations. */
#include "zone_fixture.h"

#include "zone/check_zone.h"

/* Hashes without salt and iterations, ascending. */
#define H_E    "48rgaum3f2akav66osjf95au9hu201h3"
#define H_CUT  "emrvqceie6mtofm03dh1p8ud7kt7j66k"
#define H_A    "h64kfa4p1acer2ebps9qsdk6dnp8b3jq"
#define H_X_E  "l3pnhkv0tkl5ibkvr4qtg84jc3k0qeug"
#define H_APEX "onib9mgub9h0rml3cdf5bgrj59dkjhvk"
#define H_NS   "ptj67j96lvvvbu5k3v6n10b6qmo17275"
#define NSEC3  " NSEC3 1 0 0 - "

#define RECORDS \
	"@ NSEC3PARAM 1 0 0 -\na A 192.0.2.1\ncut NS ns.cut\nns.cut A 192.0.2.1\nx.e TXT t\n"
#define N_E    H_E NSEC3 H_CUT "\n"
#define N_CUT  H_CUT NSEC3 H_A " NS\n"
#define N_A    H_A NSEC3 H_X_E " A\n"
#define N_X_E  H_X_E NSEC3 H_APEX " TXT\n"
#define N_APEX H_APEX NSEC3 H_NS " NS SOA NSEC3PARAM\n"
#define N_NS   H_NS NSEC3 H_E " A\n"

static void
test_whole_ring(void **state)
{
	(void)state;
	struct fixture fixture = fixture_clean(RECORDS N_E N_CUT N_A N_X_E N_APEX N_NS);
	check_nsec3(fixture.zone, &fixture.report);
	assert_int_equal(fixture.report.count, 0);
	fixture_free(&fixture);
}

static void
test_breaks(void **state)
{
	(void)state;
	fixture_warning(RECORDS N_E N_CUT H_A NSEC3 H_NS " A\n" N_X_E N_APEX N_NS, "is broken", 8);
	fixture_warning(RECORDS N_E N_CUT N_A N_X_E N_APEX H_NS NSEC3 H_CUT " A\n", "is broken",
			11);
	struct fixture fixture = fixture_zone(RECORDS N_E N_CUT N_X_E N_APEX N_NS);
	assert_true(fixture_has(&fixture, SEVERITY_WARNING, "is broken", 7));
	assert_true(fixture_has(&fixture, SEVERITY_WARNING, "a.example.com. has no NSEC3", 2));
	assert_int_equal(fixture.report.count, 2);
	fixture_free(&fixture);
}

static void
test_names(void **state)
{
	(void)state;
	/* An NSEC3 of a name that is not there, and one that lists a wrong type. */
	fixture_warning("@ NSEC3PARAM 1 0 0 -\na A 192.0.2.1\ncut NS x.\n" N_E N_CUT N_A
			"x.e TXT t\ny TXT t\n" N_X_E N_APEX N_NS,
			"y.example.com. has no NSEC3", 8);
	fixture_warning(
		"@ NSEC3PARAM 1 0 0 -\na A 192.0.2.1\nx.e TXT t\n" N_E N_CUT N_A N_X_E N_APEX N_NS,
		"is of no name", 5);
	fixture_warning(RECORDS N_E N_CUT H_A NSEC3 H_X_E " AAAA\n" N_X_E N_APEX N_NS,
			"lists other types", 8);
	/* The empty non-terminal has its own, with no type at all. */
	fixture_warning(RECORDS H_E NSEC3 H_CUT " A\n" N_CUT N_A N_X_E N_APEX N_NS,
			"lists other types", 6);
}

static void
test_opt_out(void **state)
{
	(void)state;
	static const char whole[] =
		"@ NSEC3PARAM 1 0 0 -\na A 192.0.2.1\ncut NS x.\nu.e NS x.\n" H_A
		" NSEC3 1 1 0 - " H_APEX " A\n" H_APEX " NSEC3 1 1 0 - " H_NS
		" NS SOA NSEC3PARAM\n" H_NS " NSEC3 1 1 0 - " H_A " A\n";
	/* Neither the insecure delegations nor the empty non-terminal above one need NSEC3. */
	struct fixture fixture = fixture_clean(whole);
	fixture_free(&fixture);
	/* Without the flag all three are missing; with a DS, that delegation and what leads to it.
	 */
	char *text = strdup(whole);
	for (char *flag; (flag = strstr(text, "NSEC3 1 1"));)
		flag[8] = '0';
	fixture = fixture_zone(text);
	assert_int_equal(fixture.report.warnings, 3);
	fixture_free(&fixture);
	free(text);
	assert_true(asprintf(&text, "%su.e DS 1 8 2 00\n", whole) > 0);
	fixture = fixture_zone(text);
	assert_true(fixture_has(&fixture, SEVERITY_WARNING, "u.e.example.com. has no NSEC3", 4));
	assert_true(fixture_has(&fixture, SEVERITY_WARNING, " e.example.com. has no NSEC3", 0) ||
		    fixture_has(&fixture, SEVERITY_WARNING, "e.example.com. has no NSEC3", 0));
	assert_int_equal(fixture.report.warnings, 2);
	fixture_free(&fixture);
	free(text);
}

static void
test_parameters(void **state)
{
	(void)state;
	fixture_warning(N_A, "without NSEC3PARAM", 1);
	fixture_warning("@ NSEC3PARAM 1 0 0 -\n", "not one NSEC3", 1);
	fixture_warning("@ NSEC3PARAM 2 0 0 -\n", "hash algorithm that is known", 1);
	struct fixture fixture = fixture_zone("@ NSEC3PARAM 1 0 501 -\n" N_A);
	assert_true(fixture_has(&fixture, SEVERITY_WARNING, "501 NSEC3 iterations", 1));
	assert_true(fixture_has(&fixture, SEVERITY_WARNING, "does not belong", 2));
	fixture_free(&fixture);
	fixture = fixture_zone("@ NSEC3PARAM 1 0 500 -\n" N_A);
	assert_false(fixture_has(&fixture, SEVERITY_WARNING, "iterations", 0));
	fixture_free(&fixture);
	/* Other salt, other algorithm, a hash that is not 20 bytes. */
	static const char *const strangers[] = {
		H_A " NSEC3 1 0 0 ab " H_A " A\n", H_A " NSEC3 2 0 0 - " H_A " A\n",
		H_A " NSEC3 1 0 1 - " H_A " A\n", H_A " NSEC3 1 0 0 - 48rgaum3 A\n"};
	for (size_t i = 0; i < ARRAY_LENGTH(strangers); i++) {
		char body[300];
		snprintf(body, sizeof body, "@ NSEC3PARAM 1 0 0 -\n%s", strangers[i]);
		fixture = fixture_zone(body);
		assert_true(fixture_has(&fixture, SEVERITY_WARNING, "does not belong", 2));
		fixture_free(&fixture);
	}
}

/* The names of RFC 5155 appendix A, hashed with its salt and 12 iterations, in the ring it prints.
 */
static void
test_rfc5155(void **state)
{
	(void)state;
	static const char *const ring[] = {
		"0p9mhaveqvm6t7vbl5lop2u3t2rp3tom", "2t7b4g4vsa5smi47k61mv5bv1a22bojr",
		"2vptu5timamqttgl4luu9kg21e0aor3s", "35mthgpgcu1qg68fab165klnsnk3dpvl",
		"b4um86eghhds6nea196smvmlo4ors995", "gjeqe526plbf1g8mklp59enfd789njgi",
		"ji6neoaepv8b5o6k4ev33abha8ht9fgc", "k8udemvp1j2f7eg6jebps17vp3n8i58h",
		"q04jkcevqvmu85r014c7dkba38o0ji5r", "r53bq7cc2uvmubfu5ocmm6pers9tk9en",
		"t644ebqk9bibcna874givr6joj62mlhv"};
	static const char *const types[] = {"NS SOA NSEC3PARAM MX", "A", "MX", "NS DS", "MX",
					    "A HINFO AAAA",         "",  "",   "A",     "MX",
					    "A HINFO AAAA"};
	char text[4096] =
		"$TTL 3600\n@ SOA ns1 bugs.x.w 1 3600 300 3600000 3600\n@ NS ns1\n@ NS ns2\n"
		"@ MX 1 xx\n@ NSEC3PARAM 1 0 12 aabbccdd\nns1 A 192.0.2.1\nns2 A 192.0.2.2\n"
		"a NS ns1\na DS 1 8 2 00\nai A 192.0.2.9\nai HINFO a b\nai AAAA ::1\n*.w MX 1 ai\n"
		"x.w MX 1 xx\nx.y.w MX 1 xx\nxx A 192.0.2.10\nxx HINFO a b\nxx AAAA ::2\n";
	for (size_t i = 0; i < 11; i++)
		sprintf(text + strlen(text), "%s NSEC3 1 1 12 aabbccdd %s %s\n", ring[i],
			ring[(i + 1) % 11], types[i]);
	struct zone_options options = {.now = FIXTURE_NOW};
	struct fixture fixture = fixture_load("example", text, strlen(text), &options);
	if (fixture.report.count)
		report_print(&fixture.report, stderr);
	assert_int_equal(fixture.report.count, 0);
	fixture_free(&fixture);
}

/* An apex that leaves 33 bytes for the hash label, and one that leaves 32. */
static void
test_long_apex(void **state)
{
	(void)state;
	for (int last = 28; last <= 30; last++) {
		char apex[300];
		snprintf(apex, sizeof apex, "%063d.%063d.%063d.%0*d", 1, 1, 1, last, 1);
		static const char text[] =
			"$TTL 1\n@ SOA . . 1 2 3 4 5\n@ NS x.\n@ NSEC3PARAM 1 0 0 -\n"
			"48rgaum3f2akav66osjf95au9hu201h3 NSEC3 1 0 0 - "
			"48rgaum3f2akav66osjf95au9hu201h3\n";
		struct zone_options options = {.now = FIXTURE_NOW};
		/* 3 * 64 + 1 + last + 1: the name's size */
		bool fits = 194 + last + 33 <= 255;
		struct fixture fixture = fixture_load(apex, text, strlen(text), &options);
		assert_int_equal(fixture.zone != NULL, fits);
		if (!fits)
			assert_true(fixture_has(&fixture, SEVERITY_ERROR, "owner is not", 0));
		fixture_free(&fixture);
		/* No NSEC3 at all, so that only the parameter can tell. */
		fixture = fixture_load(apex, text, (size_t)(strstr(text, "48r") - text), &options);
		assert_int_equal(fixture.zone != NULL, fits);
		if (!fits)
			assert_true(fixture_has(&fixture, SEVERITY_ERROR, "too long for NSEC3", 0));
		fixture_free(&fixture);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_ring), cmocka_unit_test(test_breaks),
		cmocka_unit_test(test_names),      cmocka_unit_test(test_opt_out),
		cmocka_unit_test(test_parameters), cmocka_unit_test(test_rfc5155),
		cmocka_unit_test(test_long_apex),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
