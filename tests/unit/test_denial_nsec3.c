/* SPDX-License-Identifier: BSD-2-Clause */
/* Signed zones with NSEC3, without and with opt-out: what each answer proves. */
#include "answer_fixture.h"

#include "answer/denial.h"

static const struct served_zone nsec3_zones[] = {
	{"example.", zone_example, PLAN_NSEC3},
};

/* RFC 5155 7.2; #NAME is the hash of NAME. */
static const struct expectation nsec3_table[] = {
	{"www.example. MX do", "NOERROR aa\n"
			       "au example. 120 SOA ns.example. host.example. 7\n"
			       "au example. 120 RRSIG SOA\n"
			       "au #www.example. 120 NSEC3 #under.un.example.\n"
			       "au #www.example. 120 RRSIG NSEC3\n"
			       "opt udp=1232 do\n"},
	{"www.example. MX", "NOERROR aa\n"
			    "au example. 120 SOA ns.example. host.example. 7\n"},
	{"none.example. A do", "NXDOMAIN aa\n"
			       "au example. 120 SOA ns.example. host.example. 7\n"
			       "au example. 120 RRSIG SOA\n"
			       "au #example. 120 NSEC3 #c.example.\n"
			       "au #example. 120 RRSIG NSEC3\n"
			       "au #c.example. 120 NSEC3 #un.example.\n"
			       "au #c.example. 120 RRSIG NSEC3\n"
			       "au #abc.example. 120 NSEC3 #x.t.example.\n"
			       "au #abc.example. 120 RRSIG NSEC3\n"
			       "opt udp=1232 do\n"},
	{"a.none.example. A do", "NXDOMAIN aa\n"
				 "au example. 120 SOA ns.example. host.example. 7\n"
				 "au example. 120 RRSIG SOA\n"
				 "au #example. 120 NSEC3 #c.example.\n"
				 "au #example. 120 RRSIG NSEC3\n"
				 "au #c.example. 120 NSEC3 #un.example.\n"
				 "au #c.example. 120 RRSIG NSEC3\n"
				 "au #abc.example. 120 NSEC3 #x.t.example.\n"
				 "au #abc.example. 120 RRSIG NSEC3\n"
				 "opt udp=1232 do\n"},
	{"example. MX do", "NOERROR aa\n"
			   "au example. 120 SOA ns.example. host.example. 7\n"
			   "au example. 120 RRSIG SOA\n"
			   "au #example. 120 NSEC3 #c.example.\n"
			   "au #example. 120 RRSIG NSEC3\n"
			   "opt udp=1232 do\n"},
	{"example. NSEC do", "NOERROR aa\n"
			     "au example. 120 SOA ns.example. host.example. 7\n"
			     "au example. 120 RRSIG SOA\n"
			     "au #example. 120 NSEC3 #c.example.\n"
			     "au #example. 120 RRSIG NSEC3\n"
			     "opt udp=1232 do\n"},
	{"example. NSEC3PARAM do", "NOERROR aa\n"
				   "an example. 0 NSEC3PARAM 0100000102abcd\n"
				   "an example. 0 RRSIG NSEC3PARAM\n"
				   "opt udp=1232 do\n"},
	{"www.example. NSEC do", "NOERROR aa\n"
				 "au example. 120 SOA ns.example. host.example. 7\n"
				 "au example. 120 RRSIG SOA\n"
				 "au #www.example. 120 NSEC3 #under.un.example.\n"
				 "au #www.example. 120 RRSIG NSEC3\n"
				 "opt udp=1232 do\n"},
	{"b.c.example. A do", "NOERROR aa\n"
			      "au example. 120 SOA ns.example. host.example. 7\n"
			      "au example. 120 RRSIG SOA\n"
			      "au #b.c.example. 120 NSEC3 #www.example.\n"
			      "au #b.c.example. 120 RRSIG NSEC3\n"
			      "opt udp=1232 do\n"},
	{"c.example. A do", "NOERROR aa\n"
			    "au example. 120 SOA ns.example. host.example. 7\n"
			    "au example. 120 RRSIG SOA\n"
			    "au #c.example. 120 NSEC3 #un.example.\n"
			    "au #c.example. 120 RRSIG NSEC3\n"
			    "opt udp=1232 do\n"},
	{"x.b.c.example. A do", "NXDOMAIN aa\n"
				"au example. 120 SOA ns.example. host.example. 7\n"
				"au example. 120 RRSIG SOA\n"
				"au #b.c.example. 120 NSEC3 #www.example.\n"
				"au #b.c.example. 120 RRSIG NSEC3\n"
				"au #dn.example. 120 NSEC3 #secure.example.\n"
				"au #dn.example. 120 RRSIG NSEC3\n"
				"au #wc.example. 120 NSEC3 #*.we.e.example.\n"
				"au #wc.example. 120 RRSIG NSEC3\n"
				"opt udp=1232 do\n"},
	{"x.w.example. A do", "NOERROR aa\n"
			      "an x.w.example. 300 A 192.0.2.30\n"
			      "an x.w.example. 300 RRSIG A\n"
			      "au #plain.example. 120 NSEC3 #*.w.example.\n"
			      "au #plain.example. 120 RRSIG NSEC3\n"
			      "opt udp=1232 do\n"},
	{"a.b.w.example. A do", "NOERROR aa\n"
				"an a.b.w.example. 300 A 192.0.2.30\n"
				"an a.b.w.example. 300 RRSIG A\n"
				"au #*.we.e.example. 120 NSEC3 #*.wc2.example.\n"
				"au #*.we.e.example. 120 RRSIG NSEC3\n"
				"opt udp=1232 do\n"},
	{"x.w.example. MX do", "NOERROR aa\n"
			       "au example. 120 SOA ns.example. host.example. 7\n"
			       "au example. 120 RRSIG SOA\n"
			       "au #w.example. 120 NSEC3 #we.e.example.\n"
			       "au #w.example. 120 RRSIG NSEC3\n"
			       "au #plain.example. 120 NSEC3 #*.w.example.\n"
			       "au #plain.example. 120 RRSIG NSEC3\n"
			       "au #*.w.example. 120 NSEC3 #alias.example.\n"
			       "au #*.w.example. 120 RRSIG NSEC3\n"
			       "opt udp=1232 do\n"},
	{"w.example. A do", "NOERROR aa\n"
			    "au example. 120 SOA ns.example. host.example. 7\n"
			    "au example. 120 RRSIG SOA\n"
			    "au #w.example. 120 NSEC3 #we.e.example.\n"
			    "au #w.example. 120 RRSIG NSEC3\n"
			    "opt udp=1232 do\n"},
	{"*.w.example. A do", "NOERROR aa\n"
			      "an *.w.example. 300 A 192.0.2.30\n"
			      "an *.w.example. 300 RRSIG A\n"
			      "opt udp=1232 do\n"},
	{"*.w.example. MX do", "NOERROR aa\n"
			       "au example. 120 SOA ns.example. host.example. 7\n"
			       "au example. 120 RRSIG SOA\n"
			       "au #*.w.example. 120 NSEC3 #alias.example.\n"
			       "au #*.w.example. 120 RRSIG NSEC3\n"
			       "opt udp=1232 do\n"},
	{"x.wc.example. A do", "NOERROR aa\n"
			       "an x.wc.example. 300 CNAME www.example.\n"
			       "an x.wc.example. 300 RRSIG CNAME\n"
			       "an www.example. 300 A 192.0.2.10\n"
			       "an www.example. 300 RRSIG A\n"
			       "au #wc2.example. 120 NSEC3 #wc.example.\n"
			       "au #wc2.example. 120 RRSIG NSEC3\n"
			       "opt udp=1232 do\n"},
	{"x.wc2.example. A do", "NOERROR aa\n"
				"an x.wc2.example. 300 CNAME x.wc.example.\n"
				"an x.wc2.example. 300 RRSIG CNAME\n"
				"an x.wc.example. 300 CNAME www.example.\n"
				"an x.wc.example. 300 RRSIG CNAME\n"
				"an www.example. 300 A 192.0.2.10\n"
				"an www.example. 300 RRSIG A\n"
				"au #alias.example. 120 NSEC3 #dn.example.\n"
				"au #alias.example. 120 RRSIG NSEC3\n"
				"au #wc2.example. 120 NSEC3 #wc.example.\n"
				"au #wc2.example. 120 RRSIG NSEC3\n"
				"opt udp=1232 do\n"},
	{"x.wc.example. CNAME do", "NOERROR aa\n"
				   "an x.wc.example. 300 CNAME www.example.\n"
				   "an x.wc.example. 300 RRSIG CNAME\n"
				   "au #wc2.example. 120 NSEC3 #wc.example.\n"
				   "au #wc2.example. 120 RRSIG NSEC3\n"
				   "opt udp=1232 do\n"},
	{"q.we.e.example. A do", "NOERROR aa\n"
				 "au example. 120 SOA ns.example. host.example. 7\n"
				 "au example. 120 RRSIG SOA\n"
				 "au #we.e.example. 120 NSEC3 #plain.example.\n"
				 "au #we.e.example. 120 RRSIG NSEC3\n"
				 "au #abc.example. 120 NSEC3 #x.t.example.\n"
				 "au #abc.example. 120 RRSIG NSEC3\n"
				 "au #*.we.e.example. 120 NSEC3 #*.wc2.example.\n"
				 "au #*.we.e.example. 120 RRSIG NSEC3\n"
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
				"au #plain.example. 120 NSEC3 #*.w.example.\n"
				"au #plain.example. 120 RRSIG NSEC3\n"
				"ad ns.plain.example. 300 A 192.0.2.41\n"
				"opt udp=1232 do\n"},
	{"plain.example. DS do", "NOERROR aa\n"
				 "au example. 120 SOA ns.example. host.example. 7\n"
				 "au example. 120 RRSIG SOA\n"
				 "au #plain.example. 120 NSEC3 #*.w.example.\n"
				 "au #plain.example. 120 RRSIG NSEC3\n"
				 "opt udp=1232 do\n"},
	{"abc.example. DS do", "NOERROR aa\n"
			       "au example. 120 SOA ns.example. host.example. 7\n"
			       "au example. 120 RRSIG SOA\n"
			       "au #abc.example. 120 NSEC3 #x.t.example.\n"
			       "au #abc.example. 120 RRSIG NSEC3\n"
			       "opt udp=1232 do\n"},
	{"x.abc.example. A do", "NOERROR\n"
				"au abc.example. 300 NS ns.other.\n"
				"au #abc.example. 120 NSEC3 #x.t.example.\n"
				"au #abc.example. 120 RRSIG NSEC3\n"
				"opt udp=1232 do\n"},
	{"under.un.example. A do", "NOERROR\n"
				   "au under.un.example. 300 NS ns.other.\n"
				   "au #under.un.example. 120 NSEC3 #a.b.c.example.\n"
				   "au #under.un.example. 120 RRSIG NSEC3\n"
				   "opt udp=1232 do\n"},
	{"un.example. A do", "NOERROR aa\n"
			     "au example. 120 SOA ns.example. host.example. 7\n"
			     "au example. 120 RRSIG SOA\n"
			     "au #un.example. 120 NSEC3 #abc.example.\n"
			     "au #un.example. 120 RRSIG NSEC3\n"
			     "opt udp=1232 do\n"},
	{"under.un.example. DS do", "NOERROR aa\n"
				    "au example. 120 SOA ns.example. host.example. 7\n"
				    "au example. 120 RRSIG SOA\n"
				    "au #under.un.example. 120 NSEC3 #a.b.c.example.\n"
				    "au #under.un.example. 120 RRSIG NSEC3\n"
				    "opt udp=1232 do\n"},
	{"q.un.example. A do", "NXDOMAIN aa\n"
			       "au example. 120 SOA ns.example. host.example. 7\n"
			       "au example. 120 RRSIG SOA\n"
			       "au #un.example. 120 NSEC3 #abc.example.\n"
			       "au #un.example. 120 RRSIG NSEC3\n"
			       "au #dn.example. 120 NSEC3 #secure.example.\n"
			       "au #dn.example. 120 RRSIG NSEC3\n"
			       "au #under.un.example. 120 NSEC3 #a.b.c.example.\n"
			       "au #under.un.example. 120 RRSIG NSEC3\n"
			       "opt udp=1232 do\n"},
	{"y.dn.example. A do", "NXDOMAIN aa\n"
			       "an dn.example. 300 DNAME t.example.\n"
			       "an dn.example. 300 RRSIG DNAME\n"
			       "an y.dn.example. 300 CNAME y.t.example.\n"
			       "au example. 120 SOA ns.example. host.example. 7\n"
			       "au example. 120 RRSIG SOA\n"
			       "au #t.example. 120 NSEC3 #example.\n"
			       "au #t.example. 120 RRSIG NSEC3\n"
			       "au #plain.example. 120 NSEC3 #*.w.example.\n"
			       "au #plain.example. 120 RRSIG NSEC3\n"
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
				"au #example. 120 NSEC3 #c.example.\n"
				"au #example. 120 RRSIG NSEC3\n"
				"au #c.example. 120 NSEC3 #un.example.\n"
				"au #c.example. 120 RRSIG NSEC3\n"
				"au #abc.example. 120 NSEC3 #x.t.example.\n"
				"au #abc.example. 120 RRSIG NSEC3\n"
				"opt udp=1232 do\n"},
	{"alias.example. MX do", "NXDOMAIN aa\n"
				 "an alias.example. 300 CNAME none.example.\n"
				 "an alias.example. 300 RRSIG CNAME\n"
				 "au example. 120 SOA ns.example. host.example. 7\n"
				 "au example. 120 RRSIG SOA\n"
				 "au #example. 120 NSEC3 #c.example.\n"
				 "au #example. 120 RRSIG NSEC3\n"
				 "au #c.example. 120 NSEC3 #un.example.\n"
				 "au #c.example. 120 RRSIG NSEC3\n"
				 "au #abc.example. 120 NSEC3 #x.t.example.\n"
				 "au #abc.example. 120 RRSIG NSEC3\n"
				 "opt udp=1232 do\n"},
	{"none.example. DS do", "NXDOMAIN aa\n"
				"au example. 120 SOA ns.example. host.example. 7\n"
				"au example. 120 RRSIG SOA\n"
				"au #example. 120 NSEC3 #c.example.\n"
				"au #example. 120 RRSIG NSEC3\n"
				"au #c.example. 120 NSEC3 #un.example.\n"
				"au #c.example. 120 RRSIG NSEC3\n"
				"au #abc.example. 120 NSEC3 #x.t.example.\n"
				"au #abc.example. 120 RRSIG NSEC3\n"
				"opt udp=1232 do\n"},
	{"example. DS do", "NOERROR aa\n"
			   "au example. 120 SOA ns.example. host.example. 7\n"
			   "au example. 120 RRSIG SOA\n"
			   "au #example. 120 NSEC3 #c.example.\n"
			   "au #example. 120 RRSIG NSEC3\n"
			   "opt udp=1232 do\n"},
	{"www.example. RRSIG do", "NOERROR aa\n"
				  "an www.example. 300 RRSIG A\n"
				  "opt udp=1232 do\n"},
	{"example. RRSIG", "NOERROR aa\n"
			   "an example. 300 RRSIG NS\n"
			   "an example. 300 RRSIG SOA\n"
			   "an example. 0 RRSIG NSEC3PARAM\n"},
	{"x.w.example. RRSIG do", "NOERROR aa\n"
				  "an x.w.example. 300 RRSIG A\n"
				  "an x.w.example. 300 RRSIG TXT\n"
				  "au #plain.example. 120 NSEC3 #*.w.example.\n"
				  "au #plain.example. 120 RRSIG NSEC3\n"
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
test_nsec3(void **state)
{
	(void)state;
	check(nsec3_zones, ARRAY_LENGTH(nsec3_zones), nsec3_table, ARRAY_LENGTH(nsec3_table));
}

static const struct served_zone opt_out_zones[] = {
	{"example.", zone_example, PLAN_OPT_OUT},
};

/* RFC 5155 6: abc and under.un have no NSEC3. */
static const struct expectation opt_out_table[] = {
	{"www.example. MX do", "NOERROR aa\n"
			       "au example. 120 SOA ns.example. host.example. 7\n"
			       "au example. 120 RRSIG SOA\n"
			       "au #www.example. 120 NSEC3 #a.b.c.example.\n"
			       "au #www.example. 120 RRSIG NSEC3\n"
			       "opt udp=1232 do\n"},
	{"www.example. MX", "NOERROR aa\n"
			    "au example. 120 SOA ns.example. host.example. 7\n"},
	{"none.example. A do", "NXDOMAIN aa\n"
			       "au example. 120 SOA ns.example. host.example. 7\n"
			       "au example. 120 RRSIG SOA\n"
			       "au #example. 120 NSEC3 #c.example.\n"
			       "au #example. 120 RRSIG NSEC3\n"
			       "au #c.example. 120 NSEC3 #x.t.example.\n"
			       "au #c.example. 120 RRSIG NSEC3\n"
			       "opt udp=1232 do\n"},
	{"a.none.example. A do", "NXDOMAIN aa\n"
				 "au example. 120 SOA ns.example. host.example. 7\n"
				 "au example. 120 RRSIG SOA\n"
				 "au #example. 120 NSEC3 #c.example.\n"
				 "au #example. 120 RRSIG NSEC3\n"
				 "au #c.example. 120 NSEC3 #x.t.example.\n"
				 "au #c.example. 120 RRSIG NSEC3\n"
				 "opt udp=1232 do\n"},
	{"www.example. NSEC do", "NOERROR aa\n"
				 "au example. 120 SOA ns.example. host.example. 7\n"
				 "au example. 120 RRSIG SOA\n"
				 "au #www.example. 120 NSEC3 #a.b.c.example.\n"
				 "au #www.example. 120 RRSIG NSEC3\n"
				 "opt udp=1232 do\n"},
	{"x.w.example. A do", "NOERROR aa\n"
			      "an x.w.example. 300 A 192.0.2.30\n"
			      "an x.w.example. 300 RRSIG A\n"
			      "au #we.e.example. 120 NSEC3 #*.w.example.\n"
			      "au #we.e.example. 120 RRSIG NSEC3\n"
			      "opt udp=1232 do\n"},
	{"a.b.w.example. A do", "NOERROR aa\n"
				"an a.b.w.example. 300 A 192.0.2.30\n"
				"an a.b.w.example. 300 RRSIG A\n"
				"au #*.we.e.example. 120 NSEC3 #*.wc2.example.\n"
				"au #*.we.e.example. 120 RRSIG NSEC3\n"
				"opt udp=1232 do\n"},
	{"x.w.example. MX do", "NOERROR aa\n"
			       "au example. 120 SOA ns.example. host.example. 7\n"
			       "au example. 120 RRSIG SOA\n"
			       "au #w.example. 120 NSEC3 #we.e.example.\n"
			       "au #w.example. 120 RRSIG NSEC3\n"
			       "au #we.e.example. 120 NSEC3 #*.w.example.\n"
			       "au #we.e.example. 120 RRSIG NSEC3\n"
			       "au #*.w.example. 120 NSEC3 #alias.example.\n"
			       "au #*.w.example. 120 RRSIG NSEC3\n"
			       "opt udp=1232 do\n"},
	{"w.example. A do", "NOERROR aa\n"
			    "au example. 120 SOA ns.example. host.example. 7\n"
			    "au example. 120 RRSIG SOA\n"
			    "au #w.example. 120 NSEC3 #we.e.example.\n"
			    "au #w.example. 120 RRSIG NSEC3\n"
			    "opt udp=1232 do\n"},
	{"*.w.example. A do", "NOERROR aa\n"
			      "an *.w.example. 300 A 192.0.2.30\n"
			      "an *.w.example. 300 RRSIG A\n"
			      "opt udp=1232 do\n"},
	{"*.w.example. MX do", "NOERROR aa\n"
			       "au example. 120 SOA ns.example. host.example. 7\n"
			       "au example. 120 RRSIG SOA\n"
			       "au #*.w.example. 120 NSEC3 #alias.example.\n"
			       "au #*.w.example. 120 RRSIG NSEC3\n"
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
	{"plain.example. A do", "NOERROR\n"
				"au plain.example. 300 NS ns.plain.example.\n"
				"au #example. 120 NSEC3 #c.example.\n"
				"au #example. 120 RRSIG NSEC3\n"
				"au #we.e.example. 120 NSEC3 #*.w.example.\n"
				"au #we.e.example. 120 RRSIG NSEC3\n"
				"ad ns.plain.example. 300 A 192.0.2.41\n"
				"opt udp=1232 do\n"},
	{"plain.example. DS do", "NOERROR aa\n"
				 "au example. 120 SOA ns.example. host.example. 7\n"
				 "au example. 120 RRSIG SOA\n"
				 "au #example. 120 NSEC3 #c.example.\n"
				 "au #example. 120 RRSIG NSEC3\n"
				 "au #we.e.example. 120 NSEC3 #*.w.example.\n"
				 "au #we.e.example. 120 RRSIG NSEC3\n"
				 "opt udp=1232 do\n"},
	{"abc.example. DS do", "NOERROR aa\n"
			       "au example. 120 SOA ns.example. host.example. 7\n"
			       "au example. 120 RRSIG SOA\n"
			       "au #example. 120 NSEC3 #c.example.\n"
			       "au #example. 120 RRSIG NSEC3\n"
			       "au #c.example. 120 NSEC3 #x.t.example.\n"
			       "au #c.example. 120 RRSIG NSEC3\n"
			       "opt udp=1232 do\n"},
	{"x.abc.example. A do", "NOERROR\n"
				"au abc.example. 300 NS ns.other.\n"
				"au #example. 120 NSEC3 #c.example.\n"
				"au #example. 120 RRSIG NSEC3\n"
				"au #c.example. 120 NSEC3 #x.t.example.\n"
				"au #c.example. 120 RRSIG NSEC3\n"
				"opt udp=1232 do\n"},
	{"under.un.example. A do", "NOERROR\n"
				   "au under.un.example. 300 NS ns.other.\n"
				   "au #example. 120 NSEC3 #c.example.\n"
				   "au #example. 120 RRSIG NSEC3\n"
				   "au #c.example. 120 NSEC3 #x.t.example.\n"
				   "au #c.example. 120 RRSIG NSEC3\n"
				   "opt udp=1232 do\n"},
	{"un.example. A do", "NOERROR aa\n"
			     "au example. 120 SOA ns.example. host.example. 7\n"
			     "au example. 120 RRSIG SOA\n"
			     "au #example. 120 NSEC3 #c.example.\n"
			     "au #example. 120 RRSIG NSEC3\n"
			     "au #c.example. 120 NSEC3 #x.t.example.\n"
			     "au #c.example. 120 RRSIG NSEC3\n"
			     "opt udp=1232 do\n"},
	{"under.un.example. DS do", "NOERROR aa\n"
				    "au example. 120 SOA ns.example. host.example. 7\n"
				    "au example. 120 RRSIG SOA\n"
				    "au #example. 120 NSEC3 #c.example.\n"
				    "au #example. 120 RRSIG NSEC3\n"
				    "au #c.example. 120 NSEC3 #x.t.example.\n"
				    "au #c.example. 120 RRSIG NSEC3\n"
				    "opt udp=1232 do\n"},
	{"q.un.example. A do", "NXDOMAIN aa\n"
			       "au example. 120 SOA ns.example. host.example. 7\n"
			       "au example. 120 RRSIG SOA\n"
			       "au #example. 120 NSEC3 #c.example.\n"
			       "au #example. 120 RRSIG NSEC3\n"
			       "au #c.example. 120 NSEC3 #x.t.example.\n"
			       "au #c.example. 120 RRSIG NSEC3\n"
			       "opt udp=1232 do\n"},
	{"none.example. DS do", "NXDOMAIN aa\n"
				"au example. 120 SOA ns.example. host.example. 7\n"
				"au example. 120 RRSIG SOA\n"
				"au #example. 120 NSEC3 #c.example.\n"
				"au #example. 120 RRSIG NSEC3\n"
				"au #c.example. 120 NSEC3 #x.t.example.\n"
				"au #c.example. 120 RRSIG NSEC3\n"
				"opt udp=1232 do\n"},
	{"www.example. RRSIG do", "NOERROR aa\n"
				  "an www.example. 300 RRSIG A\n"
				  "opt udp=1232 do\n"},
	{"x.w.example. RRSIG do", "NOERROR aa\n"
				  "an x.w.example. 300 RRSIG A\n"
				  "an x.w.example. 300 RRSIG TXT\n"
				  "au #we.e.example. 120 NSEC3 #*.w.example.\n"
				  "au #we.e.example. 120 RRSIG NSEC3\n"
				  "opt udp=1232 do\n"},
};

static void
test_opt_out(void **state)
{
	(void)state;
	check(opt_out_zones, ARRAY_LENGTH(opt_out_zones), opt_out_table,
	      ARRAY_LENGTH(opt_out_table));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nsec3),
		cmocka_unit_test(test_opt_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
