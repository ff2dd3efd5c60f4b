/* SPDX-License-Identifier: BSD-2-Clause */
/* Signed zones with NSEC: what each negative, wildcard and referral answer proves. */
#include "answer_fixture.h"

#include "answer/denial.h"

static const char zone_two[] = "$TTL 300\n"
			       "@ SOA ns host 7 3600 600 86400 120\n"
			       "@ NS ns\n"
			       "ns A 192.0.2.1\n"
			       "*.w CNAME x.w.example.\n"
			       "end CNAME none.example.\n";

static const struct served_zone nsec_zones[] = {
	{"example.", zone_example, PLAN_NSEC},
};

/* RFC 4035 3.1.3. */
static const struct expectation nsec_table[] = {
	{"www.example. MX do", "NOERROR aa\n"
			       "au example. 120 SOA ns.example. host.example. 7\n"
			       "au example. 120 RRSIG SOA\n"
			       "au www.example. 120 NSEC example.\n"
			       "au www.example. 120 RRSIG NSEC\n"
			       "opt udp=1232 do\n"},
	{"www.example. MX", "NOERROR aa\n"
			    "au example. 120 SOA ns.example. host.example. 7\n"},
	{"none.example. A do", "NXDOMAIN aa\n"
			       "au example. 120 SOA ns.example. host.example. 7\n"
			       "au example. 120 RRSIG SOA\n"
			       "au *.we.e.example. 120 NSEC ns.example.\n"
			       "au *.we.e.example. 120 RRSIG NSEC\n"
			       "au example. 120 NSEC abc.example.\n"
			       "au example. 120 RRSIG NSEC\n"
			       "opt udp=1232 do\n"},
	{"a.none.example. A do", "NXDOMAIN aa\n"
				 "au example. 120 SOA ns.example. host.example. 7\n"
				 "au example. 120 RRSIG SOA\n"
				 "au *.we.e.example. 120 NSEC ns.example.\n"
				 "au *.we.e.example. 120 RRSIG NSEC\n"
				 "au example. 120 NSEC abc.example.\n"
				 "au example. 120 RRSIG NSEC\n"
				 "opt udp=1232 do\n"},
	{"example. MX do", "NOERROR aa\n"
			   "au example. 120 SOA ns.example. host.example. 7\n"
			   "au example. 120 RRSIG SOA\n"
			   "au example. 120 NSEC abc.example.\n"
			   "au example. 120 RRSIG NSEC\n"
			   "opt udp=1232 do\n"},
	{"example. NSEC do", "NOERROR aa\n"
			     "an example. 120 NSEC abc.example.\n"
			     "an example. 120 RRSIG NSEC\n"
			     "opt udp=1232 do\n"},
	{"example. NSEC3PARAM do", "NOERROR aa\n"
				   "au example. 120 SOA ns.example. host.example. 7\n"
				   "au example. 120 RRSIG SOA\n"
				   "au example. 120 NSEC abc.example.\n"
				   "au example. 120 RRSIG NSEC\n"
				   "opt udp=1232 do\n"},
	{"www.example. NSEC do", "NOERROR aa\n"
				 "an www.example. 120 NSEC example.\n"
				 "an www.example. 120 RRSIG NSEC\n"
				 "opt udp=1232 do\n"},
	{"b.c.example. A do", "NOERROR aa\n"
			      "au example. 120 SOA ns.example. host.example. 7\n"
			      "au example. 120 RRSIG SOA\n"
			      "au alias.example. 120 NSEC a.b.c.example.\n"
			      "au alias.example. 120 RRSIG NSEC\n"
			      "opt udp=1232 do\n"},
	{"c.example. A do", "NOERROR aa\n"
			    "au example. 120 SOA ns.example. host.example. 7\n"
			    "au example. 120 RRSIG SOA\n"
			    "au alias.example. 120 NSEC a.b.c.example.\n"
			    "au alias.example. 120 RRSIG NSEC\n"
			    "opt udp=1232 do\n"},
	{"x.b.c.example. A do", "NXDOMAIN aa\n"
				"au example. 120 SOA ns.example. host.example. 7\n"
				"au example. 120 RRSIG SOA\n"
				"au a.b.c.example. 120 NSEC dn.example.\n"
				"au a.b.c.example. 120 RRSIG NSEC\n"
				"au alias.example. 120 NSEC a.b.c.example.\n"
				"au alias.example. 120 RRSIG NSEC\n"
				"opt udp=1232 do\n"},
	{"x.w.example. A do", "NOERROR aa\n"
			      "an x.w.example. 300 A 192.0.2.30\n"
			      "an x.w.example. 300 RRSIG A\n"
			      "au *.w.example. 120 NSEC *.wc.example.\n"
			      "au *.w.example. 120 RRSIG NSEC\n"
			      "opt udp=1232 do\n"},
	{"a.b.w.example. A do", "NOERROR aa\n"
				"an a.b.w.example. 300 A 192.0.2.30\n"
				"an a.b.w.example. 300 RRSIG A\n"
				"au *.w.example. 120 NSEC *.wc.example.\n"
				"au *.w.example. 120 RRSIG NSEC\n"
				"opt udp=1232 do\n"},
	{"x.w.example. MX do", "NOERROR aa\n"
			       "au example. 120 SOA ns.example. host.example. 7\n"
			       "au example. 120 RRSIG SOA\n"
			       "au *.w.example. 120 NSEC *.wc.example.\n"
			       "au *.w.example. 120 RRSIG NSEC\n"
			       "opt udp=1232 do\n"},
	{"w.example. A do", "NOERROR aa\n"
			    "au example. 120 SOA ns.example. host.example. 7\n"
			    "au example. 120 RRSIG SOA\n"
			    "au under.un.example. 120 NSEC *.w.example.\n"
			    "au under.un.example. 120 RRSIG NSEC\n"
			    "opt udp=1232 do\n"},
	{"*.w.example. A do", "NOERROR aa\n"
			      "an *.w.example. 300 A 192.0.2.30\n"
			      "an *.w.example. 300 RRSIG A\n"
			      "opt udp=1232 do\n"},
	{"*.w.example. MX do", "NOERROR aa\n"
			       "au example. 120 SOA ns.example. host.example. 7\n"
			       "au example. 120 RRSIG SOA\n"
			       "au *.w.example. 120 NSEC *.wc.example.\n"
			       "au *.w.example. 120 RRSIG NSEC\n"
			       "opt udp=1232 do\n"},
	{"x.wc.example. A do", "NOERROR aa\n"
			       "an x.wc.example. 300 CNAME www.example.\n"
			       "an x.wc.example. 300 RRSIG CNAME\n"
			       "an www.example. 300 A 192.0.2.10\n"
			       "an www.example. 300 RRSIG A\n"
			       "au *.wc.example. 120 NSEC *.wc2.example.\n"
			       "au *.wc.example. 120 RRSIG NSEC\n"
			       "opt udp=1232 do\n"},
	{"x.wc2.example. A do", "NOERROR aa\n"
				"an x.wc2.example. 300 CNAME x.wc.example.\n"
				"an x.wc2.example. 300 RRSIG CNAME\n"
				"an x.wc.example. 300 CNAME www.example.\n"
				"an x.wc.example. 300 RRSIG CNAME\n"
				"an www.example. 300 A 192.0.2.10\n"
				"an www.example. 300 RRSIG A\n"
				"au *.wc2.example. 120 NSEC www.example.\n"
				"au *.wc2.example. 120 RRSIG NSEC\n"
				"au *.wc.example. 120 NSEC *.wc2.example.\n"
				"au *.wc.example. 120 RRSIG NSEC\n"
				"opt udp=1232 do\n"},
	{"x.wc.example. CNAME do", "NOERROR aa\n"
				   "an x.wc.example. 300 CNAME www.example.\n"
				   "an x.wc.example. 300 RRSIG CNAME\n"
				   "au *.wc.example. 120 NSEC *.wc2.example.\n"
				   "au *.wc.example. 120 RRSIG NSEC\n"
				   "opt udp=1232 do\n"},
	{"q.we.e.example. A do", "NOERROR aa\n"
				 "au example. 120 SOA ns.example. host.example. 7\n"
				 "au example. 120 RRSIG SOA\n"
				 "au *.we.e.example. 120 NSEC ns.example.\n"
				 "au *.we.e.example. 120 RRSIG NSEC\n"
				 "opt udp=1232 do\n"},
	{"secure.example. A do",
	 "NOERROR\n"
	 "au secure.example. 300 NS ns.secure.example.\n"
	 "au secure.example. 300 DS "
	 "00010d0200112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"
	 "au secure.example. 300 RRSIG DS\n"
	 "ad ns.secure.example. 300 A 192.0.2.40\n"
	 "opt udp=1232 do\n"},
	{"x.secure.example. A do",
	 "NOERROR\n"
	 "au secure.example. 300 NS ns.secure.example.\n"
	 "au secure.example. 300 DS "
	 "00010d0200112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"
	 "au secure.example. 300 RRSIG DS\n"
	 "ad ns.secure.example. 300 A 192.0.2.40\n"
	 "opt udp=1232 do\n"},
	{"secure.example. DS do",
	 "NOERROR aa\n"
	 "an secure.example. 300 DS "
	 "00010d0200112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"
	 "an secure.example. 300 RRSIG DS\n"
	 "opt udp=1232 do\n"},
	{"plain.example. A do", "NOERROR\n"
				"au plain.example. 300 NS ns.plain.example.\n"
				"au plain.example. 120 NSEC secure.example.\n"
				"au plain.example. 120 RRSIG NSEC\n"
				"ad ns.plain.example. 300 A 192.0.2.41\n"
				"opt udp=1232 do\n"},
	{"plain.example. DS do", "NOERROR aa\n"
				 "au example. 120 SOA ns.example. host.example. 7\n"
				 "au example. 120 RRSIG SOA\n"
				 "au plain.example. 120 NSEC secure.example.\n"
				 "au plain.example. 120 RRSIG NSEC\n"
				 "opt udp=1232 do\n"},
	{"abc.example. DS do", "NOERROR aa\n"
			       "au example. 120 SOA ns.example. host.example. 7\n"
			       "au example. 120 RRSIG SOA\n"
			       "au abc.example. 120 NSEC alias.example.\n"
			       "au abc.example. 120 RRSIG NSEC\n"
			       "opt udp=1232 do\n"},
	{"x.abc.example. A do", "NOERROR\n"
				"au abc.example. 300 NS ns.other.\n"
				"au abc.example. 120 NSEC alias.example.\n"
				"au abc.example. 120 RRSIG NSEC\n"
				"opt udp=1232 do\n"},
	{"under.un.example. A do", "NOERROR\n"
				   "au under.un.example. 300 NS ns.other.\n"
				   "au under.un.example. 120 NSEC *.w.example.\n"
				   "au under.un.example. 120 RRSIG NSEC\n"
				   "opt udp=1232 do\n"},
	{"un.example. A do", "NOERROR aa\n"
			     "au example. 120 SOA ns.example. host.example. 7\n"
			     "au example. 120 RRSIG SOA\n"
			     "au x.t.example. 120 NSEC under.un.example.\n"
			     "au x.t.example. 120 RRSIG NSEC\n"
			     "opt udp=1232 do\n"},
	{"under.un.example. DS do", "NOERROR aa\n"
				    "au example. 120 SOA ns.example. host.example. 7\n"
				    "au example. 120 RRSIG SOA\n"
				    "au under.un.example. 120 NSEC *.w.example.\n"
				    "au under.un.example. 120 RRSIG NSEC\n"
				    "opt udp=1232 do\n"},
	{"q.un.example. A do", "NXDOMAIN aa\n"
			       "au example. 120 SOA ns.example. host.example. 7\n"
			       "au example. 120 RRSIG SOA\n"
			       "au x.t.example. 120 NSEC under.un.example.\n"
			       "au x.t.example. 120 RRSIG NSEC\n"
			       "opt udp=1232 do\n"},
	{"y.dn.example. A do", "NXDOMAIN aa\n"
			       "an dn.example. 300 DNAME t.example.\n"
			       "an dn.example. 300 RRSIG DNAME\n"
			       "an y.dn.example. 300 CNAME y.t.example.\n"
			       "au example. 120 SOA ns.example. host.example. 7\n"
			       "au example. 120 RRSIG SOA\n"
			       "au x.t.example. 120 NSEC under.un.example.\n"
			       "au x.t.example. 120 RRSIG NSEC\n"
			       "au secure.example. 120 NSEC x.t.example.\n"
			       "au secure.example. 120 RRSIG NSEC\n"
			       "opt udp=1232 do\n"},
	{"x.dn.example. A do", "NOERROR aa\n"
			       "an dn.example. 300 DNAME t.example.\n"
			       "an dn.example. 300 RRSIG DNAME\n"
			       "an x.dn.example. 300 CNAME x.t.example.\n"
			       "an x.t.example. 300 A 192.0.2.50\n"
			       "an x.t.example. 300 RRSIG A\n"
			       "opt udp=1232 do\n"},
	{"alias.example. A do", "NXDOMAIN aa\n"
				"an alias.example. 300 CNAME none.example.\n"
				"an alias.example. 300 RRSIG CNAME\n"
				"au example. 120 SOA ns.example. host.example. 7\n"
				"au example. 120 RRSIG SOA\n"
				"au *.we.e.example. 120 NSEC ns.example.\n"
				"au *.we.e.example. 120 RRSIG NSEC\n"
				"au example. 120 NSEC abc.example.\n"
				"au example. 120 RRSIG NSEC\n"
				"opt udp=1232 do\n"},
	{"alias.example. MX do", "NXDOMAIN aa\n"
				 "an alias.example. 300 CNAME none.example.\n"
				 "an alias.example. 300 RRSIG CNAME\n"
				 "au example. 120 SOA ns.example. host.example. 7\n"
				 "au example. 120 RRSIG SOA\n"
				 "au *.we.e.example. 120 NSEC ns.example.\n"
				 "au *.we.e.example. 120 RRSIG NSEC\n"
				 "au example. 120 NSEC abc.example.\n"
				 "au example. 120 RRSIG NSEC\n"
				 "opt udp=1232 do\n"},
	{"none.example. DS do", "NXDOMAIN aa\n"
				"au example. 120 SOA ns.example. host.example. 7\n"
				"au example. 120 RRSIG SOA\n"
				"au *.we.e.example. 120 NSEC ns.example.\n"
				"au *.we.e.example. 120 RRSIG NSEC\n"
				"au example. 120 NSEC abc.example.\n"
				"au example. 120 RRSIG NSEC\n"
				"opt udp=1232 do\n"},
	{"example. DS do", "NOERROR aa\n"
			   "au example. 120 SOA ns.example. host.example. 7\n"
			   "au example. 120 RRSIG SOA\n"
			   "au example. 120 NSEC abc.example.\n"
			   "au example. 120 RRSIG NSEC\n"
			   "opt udp=1232 do\n"},
	{"www.example. RRSIG do", "NOERROR aa\n"
				  "an www.example. 300 RRSIG A\n"
				  "an www.example. 120 RRSIG NSEC\n"
				  "opt udp=1232 do\n"},
	{"example. RRSIG", "NOERROR aa\n"
			   "an example. 300 RRSIG NS\n"
			   "an example. 300 RRSIG SOA\n"
			   "an example. 120 RRSIG NSEC\n"},
	{"x.w.example. RRSIG do", "NOERROR aa\n"
				  "an x.w.example. 300 RRSIG A\n"
				  "an x.w.example. 300 RRSIG TXT\n"
				  "an x.w.example. 120 RRSIG NSEC\n"
				  "au *.w.example. 120 NSEC *.wc.example.\n"
				  "au *.w.example. 120 RRSIG NSEC\n"
				  "opt udp=1232 do\n"},
	{"example. ANY do", "NOERROR aa\n"
			    "an example. 300 NS ns.example.\n"
			    "an example. 300 RRSIG NS\n"
			    "ad ns.example. 300 A 192.0.2.1\n"
			    "ad ns.example. 300 RRSIG A\n"
			    "opt udp=1232 do\n"},
	{"secure.example. RRSIG do",
	 "NOERROR\n"
	 "au secure.example. 300 NS ns.secure.example.\n"
	 "au secure.example. 300 DS "
	 "00010d0200112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"
	 "au secure.example. 300 RRSIG DS\n"
	 "ad ns.secure.example. 300 A 192.0.2.40\n"
	 "opt udp=1232 do\n"},
};

static void
test_nsec(void **state)
{
	(void)state;
	check(nsec_zones, ARRAY_LENGTH(nsec_zones), nsec_table, ARRAY_LENGTH(nsec_table));
}

static const struct served_zone two_zones_zones[] = {
	{"example.", zone_example, PLAN_NSEC},
	{"b.", zone_two, PLAN_NSEC3},
	{"u.", zone_two, PLAN_UNSIGNED},
};

/* The proofs of every zone on the way. */
static const struct expectation two_zones_table[] = {
	{"x.w.b. A do", "NOERROR aa\n"
			"an x.w.b. 300 CNAME x.w.example.\n"
			"an x.w.b. 300 RRSIG CNAME\n"
			"an x.w.example. 300 A 192.0.2.30\n"
			"an x.w.example. 300 RRSIG A\n"
			"au #ns.b. 120 NSEC3 #w.b.\n"
			"au #ns.b. 120 RRSIG NSEC3\n"
			"au *.w.example. 120 NSEC *.wc.example.\n"
			"au *.w.example. 120 RRSIG NSEC\n"
			"opt udp=1232 do\n"},
	{"x.w.b. MX do", "NOERROR aa\n"
			 "an x.w.b. 300 CNAME x.w.example.\n"
			 "an x.w.b. 300 RRSIG CNAME\n"
			 "au example. 120 SOA ns.example. host.example. 7\n"
			 "au example. 120 RRSIG SOA\n"
			 "au #ns.b. 120 NSEC3 #w.b.\n"
			 "au #ns.b. 120 RRSIG NSEC3\n"
			 "au *.w.example. 120 NSEC *.wc.example.\n"
			 "au *.w.example. 120 RRSIG NSEC\n"
			 "opt udp=1232 do\n"},
	{"end.b. A do", "NXDOMAIN aa\n"
			"an end.b. 300 CNAME none.example.\n"
			"an end.b. 300 RRSIG CNAME\n"
			"au example. 120 SOA ns.example. host.example. 7\n"
			"au example. 120 RRSIG SOA\n"
			"au *.we.e.example. 120 NSEC ns.example.\n"
			"au *.we.e.example. 120 RRSIG NSEC\n"
			"au example. 120 NSEC abc.example.\n"
			"au example. 120 RRSIG NSEC\n"
			"opt udp=1232 do\n"},
	{"x.w.u. A do", "NOERROR aa\n"
			"an x.w.u. 300 CNAME x.w.example.\n"
			"an x.w.example. 300 A 192.0.2.30\n"
			"an x.w.example. 300 RRSIG A\n"
			"au *.w.example. 120 NSEC *.wc.example.\n"
			"au *.w.example. 120 RRSIG NSEC\n"
			"opt udp=1232 do\n"},
	{"x.w.u. A", "NOERROR aa\n"
		     "an x.w.u. 300 CNAME x.w.example.\n"
		     "an x.w.example. 300 A 192.0.2.30\n"},
	{"end.u. A do", "NXDOMAIN aa\n"
			"an end.u. 300 CNAME none.example.\n"
			"au example. 120 SOA ns.example. host.example. 7\n"
			"au example. 120 RRSIG SOA\n"
			"au *.we.e.example. 120 NSEC ns.example.\n"
			"au *.we.e.example. 120 RRSIG NSEC\n"
			"au example. 120 NSEC abc.example.\n"
			"au example. 120 RRSIG NSEC\n"
			"opt udp=1232 do\n"},
};

static void
test_two_zones(void **state)
{
	(void)state;
	check(two_zones_zones, ARRAY_LENGTH(two_zones_zones), two_zones_table,
	      ARRAY_LENGTH(two_zones_table));
}

static const struct served_zone bare_zones[] = {
	{"example.", zone_example, PLAN_BARE_NSEC},
};

/* A chain without signatures makes no signed zone (RFC 4035 2). */
static const struct expectation bare_table[] = {
	{"none.example. A do", "NXDOMAIN aa\n"
			       "au example. 120 SOA ns.example. host.example. 7\n"
			       "opt udp=1232 do\n"},
	{"www.example. MX do", "NOERROR aa\n"
			       "au example. 120 SOA ns.example. host.example. 7\n"
			       "opt udp=1232 do\n"},
	{"x.w.example. A do", "NOERROR aa\n"
			      "an x.w.example. 300 A 192.0.2.30\n"
			      "opt udp=1232 do\n"},
	{"plain.example. A do", "NOERROR\n"
				"au plain.example. 300 NS ns.plain.example.\n"
				"ad ns.plain.example. 300 A 192.0.2.41\n"
				"opt udp=1232 do\n"},
	{"www.example. NSEC do", "NOERROR aa\n"
				 "an www.example. 120 NSEC example.\n"
				 "opt udp=1232 do\n"},
	{"secure.example. A do", "NOERROR\n"
				 "au secure.example. 300 NS ns.secure.example.\n"
				 "ad ns.secure.example. 300 A 192.0.2.40\n"
				 "opt udp=1232 do\n"},
};

static void
test_bare(void **state)
{
	(void)state;
	check(bare_zones, ARRAY_LENGTH(bare_zones), bare_table, ARRAY_LENGTH(bare_table));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nsec),
		cmocka_unit_test(test_two_zones),
		cmocka_unit_test(test_bare),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
