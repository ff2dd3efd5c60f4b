/* SPDX-License-Identifier: BSD-2-Clause */
/* Limits of chains: how many links, how long names, how many bytes, proofs on the way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "anyns/name.h"
#include "anyns/wire.h"
#include "text_fixture.h"

/* ------------------------------------------------------------ chains */

static void
test_chain_lengths(void **state)
{
	(void)state;
	begin();
	for (unsigned i = 1; i <= 20; i++)
		add("c%u CNAME c%u\n", i, i - 1);
	add("c0 A 192.0.2.1\n");
	struct served *served = serve(PLAN_UNSIGNED);
	for (unsigned links = 1; links <= 20; links++) {
		char question[32];
		snprintf(question, sizeof question, "c%u.example. A", links);
		const char *got = served_ask(served, question);
		assert_int_equal(count_of(got, " CNAME "), links < 16 ? links : 16);
		assert_int_equal(count_of(got, " A "), links < 16);
		assert_non_null(strstr(got, "NOERROR aa"));
	}
	served_free(served);
}

static void
test_wildcard_chain_proofs(void **state)
{
	(void)state;
	/* 16 wildcards on the way, each with its proof. */
	begin();
	for (unsigned i = 1; i <= 17; i++)
		add("*.w%u CNAME x.w%u\n", i, i - 1);
	add("*.w0 A 192.0.2.1\n");
	struct served *served = serve(PLAN_NSEC);
	const char *got = served_ask(served, "x.w15.example. A do tcp");
	assert_int_equal(count_of(got, " CNAME "), 15);
	assert_int_equal(count_of(got, "RRSIG NSEC\n"), 16);
	got = served_ask(served, "x.w17.example. A do tcp");
	assert_int_equal(count_of(got, "RRSIG NSEC\n"), 16);
	served_free(served);
}

/* RFC 6672 2.2: a name of 255 bytes is made, one of 256 is YXDOMAIN. */
static void
test_dname_limit(void **state)
{
	(void)state;
	begin();
	add("d DNAME %060d.%060d.%060d\n", 1, 2, 3); /* 3 * 61 + 9 = 192 bytes */
	struct served *served = serve(PLAN_NSEC);
	for (int size = 58; size <= 63; size++) {
		char question[128];
		snprintf(question, sizeof question, "%0*d.d.example. A tcp", size, 7);
		const char *got = served_ask(served, question);
		bool fits = size + 1 + 192 <= 255;
		assert_non_null(strstr(got, fits ? "NXDOMAIN aa" : "YXDOMAIN aa"));
		assert_int_equal(count_of(got, " DNAME "), 1);
		assert_int_equal(count_of(got, " CNAME "), fits);
		assert_null(strstr(got, "BROKEN"));
	}
	served_free(served);
}

/* A DNAME into a CNAME back into it: every record once. */
static void
test_dname_loop(void **state)
{
	(void)state;
	begin();
	add("d DNAME t\na.t CNAME a.d\n");
	struct served *served = serve(PLAN_UNSIGNED);
	assert_true(served_matches(served, "a.d.example. A",
				   "NOERROR aa\nan d.example. 300 DNAME t.example.\n"
				   "an a.d.example. 300 CNAME a.t.example.\n"
				   "an a.t.example. 300 CNAME a.d.example.\n"));
	assert_true(served_matches(served, "a.t.example. A",
				   "NOERROR aa\nan a.t.example. 300 CNAME a.d.example.\n"
				   "an d.example. 300 DNAME t.example.\n"
				   "an a.d.example. 300 CNAME a.t.example.\n"));
	served_free(served);
}

/* Behind 8 KiB of CNAMEs nothing more could be pointed to: the chain ends there, whole. */
static void
test_long_links(void **state)
{
	(void)state;
	begin();
	for (unsigned i = 0; i < 20; i++)
		add("c%u CNAME c%u\nc%u RRSIG CNAME 13 2 300 20370101000000 20200101000000 1 "
		    "example. "
		    "%0960u\n",
		    i, i + 1, i, 0);
	struct served *served = serve(PLAN_UNSIGNED);
	const char *got = served_ask(served, "c0.example. A do tcp");
	size_t links = count_of(got, "RRSIG CNAME");
	assert_null(strstr(got, "BROKEN"));
	assert_true(links > 8 && links < 16);
	assert_int_equal(count_of(got, " CNAME c"), links);
	assert_true(served->size > 8192 && served->size < 8192 + 1000);
	/* Without signatures it is not so long. */
	assert_int_equal(count_of(served_ask(served, "c0.example. A tcp"), " CNAME "), 16);
	served_free(served);
}

/* Two images of the same shape: a proof of one is not that of the other. */
static void
test_twins(void **state)
{
	(void)state;
	static const struct served_zone twins[] = {
		{"aa.", SOA "*.w CNAME x.w.bb.\n", PLAN_NSEC},
		{"bb.", SOA "*.w CNAME x.v.aa.\n", PLAN_NSEC},
	};
	struct served *served = served_new(twins, 2);
	const char *got = served_ask(served, "x.w.aa. A do");
	assert_non_null(strstr(got, "au *.w.aa. 120 NSEC aa."));
	assert_non_null(strstr(got, "au *.w.bb. 120 NSEC bb."));
	served_free(served);
}

/* A DS question where the parent cannot answer. */
static void
test_bad_parent(void **state)
{
	(void)state;
	static const struct served_zone zones[] = {
		{"example.", NULL, PLAN_UNSIGNED},
		{"child.example.", SOA, PLAN_UNSIGNED},
		{".", SOA "example NS ns.other.\nbad NS ns.other.\n", PLAN_UNSIGNED},
		{"a.bad.", NULL, PLAN_UNSIGNED},
	};
	struct served *served = served_new(zones, 4);
	assert_true(served_matches(served, "child.example. DS edns",
				   "SERVFAIL\nopt udp=1232 ede=24\n"));
	/* What is below a cut and could not be loaded: a referral is all that is known. */
	assert_true(served_matches(served, "a.bad. DS", "NOERROR\nau bad. 300 NS ns.other.\n"));
	served_free(served);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chain_lengths), cmocka_unit_test(test_wildcard_chain_proofs),
		cmocka_unit_test(test_dname_limit),   cmocka_unit_test(test_dname_loop),
		cmocka_unit_test(test_long_links),    cmocka_unit_test(test_twins),
		cmocka_unit_test(test_bad_parent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
