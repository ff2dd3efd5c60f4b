/* SPDX-License-Identifier: BSD-2-Clause */
/* Wildcards, CNAME and DNAME, inside a zone and from zone to zone: questions and the whole answers.
 */
#include "answer_fixture.h"

#include "answer/resolve.h"

static const char zone_wild[] = "$TTL 3600\n"
				"@ SOA ns.example.com. host.example.com. 7 3600 600 86400 120\n"
				"@ NS ns.example.com.\n"
				"@ NS ns.example.net.\n"
				"* TXT \"this is a wildcard\"\n"
				"* MX 10 host1\n"
				"sub.* TXT \"this is not a wildcard\"\n"
				"host1 A 192.0.2.1\n"
				"_ssh._tcp.host1 SRV 0 0 22 host1\n"
				"_ssh._tcp.host2 SRV 0 0 22 host1\n"
				"subdel NS ns.example.com.\n"
				"subdel NS ns.example.net.\n";

static const char zone_wild2[] = "$TTL 300\n"
				 "@ SOA ns host 7 3600 600 86400 120\n"
				 "@ NS ns.other.\n"
				 "*.c CNAME target\n"
				 "*.both CNAME *.loop\n"
				 "*.loop CNAME x.loop\n"
				 "*.ent.e A 192.0.2.2\n"
				 "a.*.e A 192.0.2.3\n"
				 "*.mx MX 10 a.mx\n"
				 "*.mx MX 20 sub.x\n"
				 "*.w.w A 192.0.2.4\n"
				 "target A 192.0.2.5\n";

static const char zone_cname[] = "$TTL 300\n"
				 "@ SOA ns host 7 3600 600 86400 120\n"
				 "@ NS ns.other.\n"
				 "a CNAME b\n"
				 "b CNAME c\n"
				 "c A 192.0.2.1\n"
				 "nowhere CNAME missing\n"
				 "nodata CNAME txt\n"
				 "txt TXT x\n"
				 "out CNAME www.elsewhere.\n"
				 "self CNAME self\n"
				 "l1 CNAME l2\n"
				 "l2 CNAME l3\n"
				 "l3 CNAME l2\n"
				 "todel CNAME x.del\n"
				 "del NS ns.del\n"
				 "ns.del A 192.0.2.9\n"
				 "todn CNAME x.dn\n"
				 "dn DNAME c2\n"
				 "*.c2 A 192.0.2.8\n"
				 "tobad CNAME www.bad.\n";

static const char zone_dname[] = "$TTL 300\n"
				 "@ SOA ns host 7 3600 600 86400 120\n"
				 "@ NS ns.other.\n"
				 "d DNAME t\n"
				 "d A 192.0.2.1\n"
				 "a.t A 192.0.2.2\n"
				 "Mixed.t CNAME a.t\n"
				 "self DNAME x.self\n"
				 "up DNAME .\n"
				 "out DNAME elsewhere.\n";

static const char zone_a[] = "$TTL 300\n"
			     "@ SOA ns host 7 3600 600 86400 120\n"
			     "@ NS ns.b.\n"
			     "in CNAME www.b.\n"
			     "toroot CNAME b.\n"
			     "tomx CNAME mx.b.\n"
			     "tosub CNAME x.sub.b.\n"
			     "tonone CNAME none.b.\n"
			     "tod CNAME Deep.Er.d.b.\n"
			     "round CNAME back.b.\n"
			     "nested CNAME www.b.a.example.\n";

static const char zone_b[] = "$TTL 300\n"
			     "@ SOA ns host 7 3600 600 86400 120\n"
			     "@ NS ns\n"
			     "ns A 192.0.2.9\n"
			     "www A 192.0.2.10\n"
			     "deep.er.www A 192.0.2.11\n"
			     "mx MX 10 www\n"
			     "mx MX 20 ns\n"
			     "sub NS ns.sub\n"
			     "ns.sub A 192.0.2.12\n"
			     "d DNAME www\n"
			     "back CNAME in.a.example.\n";

static const char zone_ba[] = "$TTL 300\n"
			      "@ SOA ns host 7 3600 600 86400 120\n"
			      "@ NS ns\n"
			      "ns A 192.0.2.20\n"
			      "www CNAME mx.b.\n";

static const struct served_zone rfc4592_zones[] = {
	{"example.", zone_wild, PLAN_UNSIGNED},
};

/* RFC 4592 2.2.1: the zone and every example there. */
static const struct expectation rfc4592_table[] = {
	{"host3.example. MX", "NOERROR aa\n"
			      "an host3.example. 3600 MX 10 host1.example.\n"
			      "ad host1.example. 3600 A 192.0.2.1\n"},
	{"host3.example. A", "NOERROR aa\n"
			     "au example. 120 SOA ns.example.com. host.example.com. 7\n"},
	{"foo.bar.example. TXT",
	 "NOERROR aa\n"
	 "an foo.bar.example. 3600 TXT 127468697320697320612077696c6463617264\n"},
	{"host1.example. MX", "NOERROR aa\n"
			      "au example. 120 SOA ns.example.com. host.example.com. 7\n"},
	{"sub.*.example. MX", "NOERROR aa\n"
			      "au example. 120 SOA ns.example.com. host.example.com. 7\n"},
	{"_telnet._tcp.host1.example. SRV",
	 "NXDOMAIN aa\n"
	 "au example. 120 SOA ns.example.com. host.example.com. 7\n"},
	{"host.subdel.example. A", "NOERROR\n"
				   "au subdel.example. 3600 NS ns.example.com.\n"
				   "au subdel.example. 3600 NS ns.example.net.\n"},
	{"ghost.*.example. MX", "NXDOMAIN aa\n"
				"au example. 120 SOA ns.example.com. host.example.com. 7\n"},
	{"*.example. TXT", "NOERROR aa\n"
			   "an *.example. 3600 TXT 127468697320697320612077696c6463617264\n"},
	{"HOST3.example. TXT",
	 "NOERROR aa\n"
	 "an HOST3.example. 3600 TXT 127468697320697320612077696c6463617264\n"},
};

static void
test_rfc4592(void **state)
{
	(void)state;
	check(rfc4592_zones, ARRAY_LENGTH(rfc4592_zones), rfc4592_table,
	      ARRAY_LENGTH(rfc4592_table));
}

static const struct served_zone wildcards_zones[] = {
	{"example.", zone_wild2, PLAN_UNSIGNED},
};

static const struct expectation wildcards_table[] = {
	{"x.c.example. A", "NOERROR aa\n"
			   "an x.c.example. 300 CNAME target.example.\n"
			   "an target.example. 300 A 192.0.2.5\n"},
	{"a.b.c.example. A", "NOERROR aa\n"
			     "an a.b.c.example. 300 CNAME target.example.\n"
			     "an target.example. 300 A 192.0.2.5\n"},
	{"x.c.example. CNAME", "NOERROR aa\n"
			       "an x.c.example. 300 CNAME target.example.\n"},
	{"*.c.example. A", "NOERROR aa\n"
			   "an *.c.example. 300 CNAME target.example.\n"
			   "an target.example. 300 A 192.0.2.5\n"},
	{"x.both.example. A", "NOERROR aa\n"
			      "an x.both.example. 300 CNAME *.loop.example.\n"
			      "an *.loop.example. 300 CNAME x.loop.example.\n"
			      "an x.loop.example. 300 CNAME x.loop.example.\n"},
	{"y.loop.example. A", "NOERROR aa\n"
			      "an y.loop.example. 300 CNAME x.loop.example.\n"
			      "an x.loop.example. 300 CNAME x.loop.example.\n"},
	{"ent.e.example. A", "NOERROR aa\n"
			     "au example. 120 SOA ns.example. host.example. 7\n"},
	{"x.ent.e.example. A", "NOERROR aa\n"
			       "an x.ent.e.example. 300 A 192.0.2.2\n"},
	{"x.e.example. A", "NOERROR aa\n"
			   "au example. 120 SOA ns.example. host.example. 7\n"},
	{"*.e.example. A", "NOERROR aa\n"
			   "au example. 120 SOA ns.example. host.example. 7\n"},
	{"q.*.e.example. A", "NXDOMAIN aa\n"
			     "au example. 120 SOA ns.example. host.example. 7\n"},
	{"x.mx.example. MX", "NOERROR aa\n"
			     "an x.mx.example. 300 MX 10 a.mx.example.\n"
			     "an x.mx.example. 300 MX 20 sub.x.example.\n"},
	{"q.w.example. A", "NXDOMAIN aa\n"
			   "au example. 120 SOA ns.example. host.example. 7\n"},
	{"q.w.w.example. A", "NOERROR aa\n"
			     "an q.w.w.example. 300 A 192.0.2.4\n"},
	{"w.w.example. A", "NOERROR aa\n"
			   "au example. 120 SOA ns.example. host.example. 7\n"},
	{"q.w.w.w.example. ANY", "NOERROR aa\n"
				 "an q.w.w.w.example. 300 A 192.0.2.4\n"},
};

static void
test_wildcards(void **state)
{
	(void)state;
	check(wildcards_zones, ARRAY_LENGTH(wildcards_zones), wildcards_table,
	      ARRAY_LENGTH(wildcards_table));
}

static const struct served_zone cnames_zones[] = {
	{"example.", zone_cname, PLAN_UNSIGNED},
	{"bad.", NULL, PLAN_UNSIGNED},
};

static const struct expectation cnames_table[] = {
	{"a.example. A", "NOERROR aa\n"
			 "an a.example. 300 CNAME b.example.\n"
			 "an b.example. 300 CNAME c.example.\n"
			 "an c.example. 300 A 192.0.2.1\n"},
	{"a.example. CNAME", "NOERROR aa\n"
			     "an a.example. 300 CNAME b.example.\n"},
	{"a.example. ANY", "NOERROR aa\n"
			   "an a.example. 300 CNAME b.example.\n"},
	{"nowhere.example. A", "NXDOMAIN aa\n"
			       "an nowhere.example. 300 CNAME missing.example.\n"
			       "au example. 120 SOA ns.example. host.example. 7\n"},
	{"nodata.example. A", "NOERROR aa\n"
			      "an nodata.example. 300 CNAME txt.example.\n"
			      "au example. 120 SOA ns.example. host.example. 7\n"},
	{"out.example. A", "NOERROR aa\n"
			   "an out.example. 300 CNAME www.elsewhere.\n"},
	{"self.example. A", "NOERROR aa\n"
			    "an self.example. 300 CNAME self.example.\n"},
	{"self.example. CNAME", "NOERROR aa\n"
				"an self.example. 300 CNAME self.example.\n"},
	{"l1.example. A", "NOERROR aa\n"
			  "an l1.example. 300 CNAME l2.example.\n"
			  "an l2.example. 300 CNAME l3.example.\n"
			  "an l3.example. 300 CNAME l2.example.\n"},
	{"todel.example. A", "NOERROR aa\n"
			     "an todel.example. 300 CNAME x.del.example.\n"
			     "au del.example. 300 NS ns.del.example.\n"
			     "ad ns.del.example. 300 A 192.0.2.9\n"},
	{"todn.example. A", "NOERROR aa\n"
			    "an todn.example. 300 CNAME x.dn.example.\n"
			    "an dn.example. 300 DNAME c2.example.\n"
			    "an x.dn.example. 300 CNAME x.c2.example.\n"
			    "an x.c2.example. 300 A 192.0.2.8\n"},
	{"tobad.example. A", "NOERROR aa\n"
			     "an tobad.example. 300 CNAME www.bad.\n"},
	{"b.example. DS", "NOERROR aa\n"
			  "an b.example. 300 CNAME c.example.\n"
			  "au example. 120 SOA ns.example. host.example. 7\n"},
	{"a.example. RRSIG", "NOERROR aa\n"
			     "au example. 120 SOA ns.example. host.example. 7\n"},
};

static void
test_cnames(void **state)
{
	(void)state;
	check(cnames_zones, ARRAY_LENGTH(cnames_zones), cnames_table, ARRAY_LENGTH(cnames_table));
}

static const struct served_zone dnames_zones[] = {
	{"example.", zone_dname, PLAN_UNSIGNED},
};

static const struct expectation dnames_table[] = {
	{"a.d.example. A", "NOERROR aa\n"
			   "an d.example. 300 DNAME t.example.\n"
			   "an a.d.example. 300 CNAME a.t.example.\n"
			   "an a.t.example. 300 A 192.0.2.2\n"},
	{"A.D.example. A", "NOERROR aa\n"
			   "an D.example. 300 DNAME t.example.\n"
			   "an A.D.example. 300 CNAME A.t.example.\n"
			   "an A.t.example. 300 A 192.0.2.2\n"},
	{"d.example. A", "NOERROR aa\n"
			 "an d.example. 300 A 192.0.2.1\n"},
	{"d.example. DNAME", "NOERROR aa\n"
			     "an d.example. 300 DNAME t.example.\n"},
	{"d.example. CNAME", "NOERROR aa\n"
			     "au example. 120 SOA ns.example. host.example. 7\n"},
	{"mIXED.d.example. A", "NOERROR aa\n"
			       "an d.example. 300 DNAME t.example.\n"
			       "an mIXED.d.example. 300 CNAME mIXED.t.example.\n"
			       "an mIXED.t.example. 300 CNAME a.t.example.\n"
			       "an a.t.example. 300 A 192.0.2.2\n"},
	{"x.d.example. DNAME", "NXDOMAIN aa\n"
			       "an d.example. 300 DNAME t.example.\n"
			       "an x.d.example. 300 CNAME x.t.example.\n"
			       "au example. 120 SOA ns.example. host.example. 7\n"},
	{"no.d.example. A", "NXDOMAIN aa\n"
			    "an d.example. 300 DNAME t.example.\n"
			    "an no.d.example. 300 CNAME no.t.example.\n"
			    "au example. 120 SOA ns.example. host.example. 7\n"},
	{"x.y.self.example. A tcp",
	 "NOERROR aa\n"
	 "an self.example. 300 DNAME x.self.example.\n"
	 "an x.y.self.example. 300 CNAME x.y.x.self.example.\n"
	 "an x.y.x.self.example. 300 CNAME x.y.x.x.self.example.\n"
	 "an x.y.x.x.self.example. 300 CNAME x.y.x.x.x.self.example.\n"
	 "an x.y.x.x.x.self.example. 300 CNAME x.y.x.x.x.x.self.example.\n"
	 "an x.y.x.x.x.x.self.example. 300 CNAME x.y.x.x.x.x.x.self.example.\n"
	 "an x.y.x.x.x.x.x.self.example. 300 CNAME x.y.x.x.x.x.x.x.self.example.\n"
	 "an x.y.x.x.x.x.x.x.self.example. 300 CNAME x.y.x.x.x.x.x.x.x.self.example.\n"
	 "an x.y.x.x.x.x.x.x.x.self.example. 300 CNAME x.y.x.x.x.x.x.x.x.x.self.example.\n"
	 "an x.y.x.x.x.x.x.x.x.x.self.example. 300 CNAME x.y.x.x.x.x.x.x.x.x.x.self.example.\n"
	 "an x.y.x.x.x.x.x.x.x.x.x.self.example. 300 CNAME x.y.x.x.x.x.x.x.x.x.x.x.self.example.\n"
	 "an x.y.x.x.x.x.x.x.x.x.x.x.self.example. 300 CNAME "
	 "x.y.x.x.x.x.x.x.x.x.x.x.x.self.example.\n"
	 "an x.y.x.x.x.x.x.x.x.x.x.x.x.self.example. 300 CNAME "
	 "x.y.x.x.x.x.x.x.x.x.x.x.x.x.self.example.\n"
	 "an x.y.x.x.x.x.x.x.x.x.x.x.x.x.self.example. 300 CNAME "
	 "x.y.x.x.x.x.x.x.x.x.x.x.x.x.x.self.example.\n"
	 "an x.y.x.x.x.x.x.x.x.x.x.x.x.x.x.self.example. 300 CNAME "
	 "x.y.x.x.x.x.x.x.x.x.x.x.x.x.x.x.self.example.\n"
	 "an x.y.x.x.x.x.x.x.x.x.x.x.x.x.x.x.self.example. 300 CNAME "
	 "x.y.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.self.example.\n"
	 "an x.y.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.self.example. 300 CNAME "
	 "x.y.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.self.example.\n"},
	{"A.B.up.example. A", "NOERROR aa\n"
			      "an up.example. 300 DNAME .\n"
			      "an A.B.up.example. 300 CNAME A.B.\n"},
	{"Foo.out.example. A", "NOERROR aa\n"
			       "an out.example. 300 DNAME elsewhere.\n"
			       "an Foo.out.example. 300 CNAME Foo.elsewhere.\n"},
	{"x.up.example. A", "NOERROR aa\n"
			    "an up.example. 300 DNAME .\n"
			    "an x.up.example. 300 CNAME x.\n"},
};

static void
test_dnames(void **state)
{
	(void)state;
	check(dnames_zones, ARRAY_LENGTH(dnames_zones), dnames_table, ARRAY_LENGTH(dnames_table));
}

static const struct served_zone chains_zones[] = {
	{"a.example.", zone_a, PLAN_UNSIGNED},
	{"b.", zone_b, PLAN_UNSIGNED},
	{"b.a.example.", zone_ba, PLAN_UNSIGNED},
};

/* Chains from zone to zone: what is below is compressed against names of CNAMEs. */
static const struct expectation chains_table[] = {
	{"in.a.example. A", "NOERROR aa\n"
			    "an in.a.example. 300 CNAME www.b.\n"
			    "an www.b. 300 A 192.0.2.10\n"},
	{"toroot.a.example. NS", "NOERROR aa\n"
				 "an toroot.a.example. 300 CNAME b.\n"
				 "an b. 300 NS ns.b.\n"
				 "ad ns.b. 300 A 192.0.2.9\n"},
	{"tomx.a.example. MX", "NOERROR aa\n"
			       "an tomx.a.example. 300 CNAME mx.b.\n"
			       "an mx.b. 300 MX 10 www.b.\n"
			       "an mx.b. 300 MX 20 ns.b.\n"
			       "ad www.b. 300 A 192.0.2.10\n"
			       "ad ns.b. 300 A 192.0.2.9\n"},
	{"tosub.a.example. A", "NOERROR aa\n"
			       "an tosub.a.example. 300 CNAME x.sub.b.\n"
			       "au sub.b. 300 NS ns.sub.b.\n"
			       "ad ns.sub.b. 300 A 192.0.2.12\n"},
	{"tonone.a.example. A", "NXDOMAIN aa\n"
				"an tonone.a.example. 300 CNAME none.b.\n"
				"au b. 120 SOA ns.b. host.b. 7\n"},
	{"tod.a.example. A", "NOERROR aa\n"
			     "an tod.a.example. 300 CNAME Deep.Er.d.b.\n"
			     "an d.b. 300 DNAME www.b.\n"
			     "an Deep.Er.d.b. 300 CNAME Deep.Er.www.b.\n"
			     "an Deep.Er.www.b. 300 A 192.0.2.11\n"},
	{"Round.A.example. A", "NOERROR aa\n"
			       "an Round.A.example. 300 CNAME back.b.\n"
			       "an back.b. 300 CNAME in.a.example.\n"
			       "an in.a.example. 300 CNAME www.b.\n"
			       "an www.b. 300 A 192.0.2.10\n"},
	{"nested.a.example. MX", "NOERROR aa\n"
				 "an nested.a.example. 300 CNAME www.b.a.example.\n"
				 "an www.b.a.example. 300 CNAME mx.b.\n"
				 "an mx.b. 300 MX 10 www.b.\n"
				 "an mx.b. 300 MX 20 ns.b.\n"
				 "ad www.b. 300 A 192.0.2.10\n"
				 "ad ns.b. 300 A 192.0.2.9\n"},
	{"www.b.a.example. MX", "NOERROR aa\n"
				"an www.b.a.example. 300 CNAME mx.b.\n"
				"an mx.b. 300 MX 10 www.b.\n"
				"an mx.b. 300 MX 20 ns.b.\n"
				"ad www.b. 300 A 192.0.2.10\n"
				"ad ns.b. 300 A 192.0.2.9\n"},
	{"back.b. A", "NOERROR aa\n"
		      "an back.b. 300 CNAME in.a.example.\n"
		      "an in.a.example. 300 CNAME www.b.\n"
		      "an www.b. 300 A 192.0.2.10\n"},
};

static void
test_chains(void **state)
{
	(void)state;
	check(chains_zones, ARRAY_LENGTH(chains_zones), chains_table, ARRAY_LENGTH(chains_table));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc4592), cmocka_unit_test(test_wildcards),
		cmocka_unit_test(test_cnames),  cmocka_unit_test(test_dnames),
		cmocka_unit_test(test_chains),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
