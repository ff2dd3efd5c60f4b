/* SPDX-License-Identifier: BSD-2-Clause */
/* Unsigned zones: questions and the whole answers, rule by rule. */
#include "answer_fixture.h"

#include "answer/resolve.h"

static const char zone_plain[] =
	"$TTL 300\n"
	"@ SOA ns host 7 3600 600 86400 120\n"
	"@ NS ns\n"
	"@ NS ns.other.\n"
	"@ MX 10 mail\n"
	"ns A 192.0.2.1\n"
	"ns AAAA 2001:db8::1\n"
	"www A 192.0.2.10\n"
	"www A 192.0.2.11\n"
	"www TXT hello\n"
	"mail A 192.0.2.20\n"
	"one.two.three TXT deep\n"
	"odd TYPE65280 \\# 3 010203\n"
	"sub NS ns.sub\n"
	"sub NS ns.sib\n"
	"sub NS ns.other.\n"
	"sub DS 1 13 2 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"
	"ns.sub A 192.0.2.40\n"
	"www.sub A 192.0.2.66\n"
	"cut.sub NS ns.sub\n"
	"sib NS ns.sib\n"
	"ns.sib A 192.0.2.41\n"
	"ns.sib AAAA 2001:db8::41\n"
	"empty.cut.deep NS ns.other.\n";

static const char zone_srv[] = "$TTL 300\n"
			       "@ SOA ns host 7 3600 600 86400 120\n"
			       "@ NS ns.other.\n"
			       "@ MX 5 mx1\n"
			       "@ MX 10 mx2\n"
			       "@ MX 20 mx1.other.\n"
			       "@ MX 30 glue.cut\n"
			       "mx1 A 192.0.2.1\n"
			       "mx2 AAAA 2001:db8::2\n"
			       "cut NS glue.cut\n"
			       "glue.cut A 192.0.2.3\n"
			       "_s._tcp SRV 1 1 80 mx1\n"
			       "_s._tcp SRV 2 1 80 mx2\n"
			       "_s._tcp SRV 3 1 80 .\n"
			       "svc SVCB 1 . port=1\n"
			       "svc SVCB 2 mx1 port=2\n"
			       "svc A 192.0.2.4\n"
			       "ali HTTPS 0 svc2\n"
			       "svc2 HTTPS 1 . alpn=h2\n"
			       "svc2 A 192.0.2.5\n"
			       "nul SVCB 0 .\n"
			       "nul A 192.0.2.6\n"
			       "null MX 0 .\n";

static const char zone_parent[] =
	"$TTL 300\n"
	"@ SOA ns host 7 3600 600 86400 120\n"
	"@ NS ns.other.\n"
	"child NS ns.child\n"
	"child DS 1 13 2 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"
	"ns.child A 192.0.2.1\n"
	"www A 192.0.2.2\n"
	"down CNAME www.child\n";

static const char zone_child[] = "$TTL 300\n"
				 "@ SOA ns host 7 3600 600 86400 120\n"
				 "@ NS ns\n"
				 "ns A 192.0.2.1\n"
				 "www A 192.0.2.3\n"
				 "up CNAME www.example.\n"
				 "far CNAME Down.Example.\n"
				 "deep CNAME gone\n";

static const char zone_root[] = "$TTL 300\n"
				"@ SOA ns.example. host.example. 7 3600 600 86400 120\n"
				"@ NS ns.example.\n"
				"example NS ns.example.\n"
				"ns.example A 192.0.2.1\n"
				"com NS ns.com\n"
				"ns.com A 192.0.2.2\n"
				"tochild CNAME www.child.example.\n"
				"leaf TXT x\n";

static const struct served_zone plain_zones[] = {
	{"example.", zone_plain, PLAN_UNSIGNED},
};

/* RFC 1034 4.3.2: names and types that are there and not. */
static const struct expectation plain_table[] = {
	{"www.example. A", "NOERROR aa\n"
			   "an www.example. 300 A 192.0.2.10\n"
			   "an www.example. 300 A 192.0.2.11\n"},
	{"WwW.eXample. A rd", "NOERROR aa rd\n"
			      "an WwW.eXample. 300 A 192.0.2.10\n"
			      "an WwW.eXample. 300 A 192.0.2.11\n"},
	{"www.example. A cd", "NOERROR aa\n"
			      "an www.example. 300 A 192.0.2.10\n"
			      "an www.example. 300 A 192.0.2.11\n"},
	{"www.example. MX", "NOERROR aa\n"
			    "au example. 120 SOA ns.example. host.example. 7\n"},
	{"nope.example. A", "NXDOMAIN aa\n"
			    "au example. 120 SOA ns.example. host.example. 7\n"},
	{"a.nope.example. A", "NXDOMAIN aa\n"
			      "au example. 120 SOA ns.example. host.example. 7\n"},
	{"two.three.example. A", "NOERROR aa\n"
				 "au example. 120 SOA ns.example. host.example. 7\n"},
	{"three.example. TXT", "NOERROR aa\n"
			       "au example. 120 SOA ns.example. host.example. 7\n"},
	{"one.two.three.example. TXT", "NOERROR aa\n"
				       "an one.two.three.example. 300 TXT 0464656570\n"},
	{"x.two.three.example. A", "NXDOMAIN aa\n"
				   "au example. 120 SOA ns.example. host.example. 7\n"},
	{"example. SOA", "NOERROR aa\n"
			 "an example. 300 SOA ns.example. host.example. 7\n"},
	{"example. NS", "NOERROR aa\n"
			"an example. 300 NS ns.other.\n"
			"an example. 300 NS ns.example.\n"
			"ad ns.example. 300 A 192.0.2.1\n"
			"ad ns.example. 300 AAAA 20010db8000000000000000000000001\n"},
	{"example. MX", "NOERROR aa\n"
			"an example. 300 MX 10 mail.example.\n"
			"ad mail.example. 300 A 192.0.2.20\n"},
	{"odd.example. TYPE65280", "NOERROR aa\n"
				   "an odd.example. 300 TYPE65280 010203\n"},
	{"odd.example. TYPE65281", "NOERROR aa\n"
				   "au example. 120 SOA ns.example. host.example. 7\n"},
	{"example. DNSKEY", "NOERROR aa\n"
			    "au example. 120 SOA ns.example. host.example. 7\n"},
	{"www.example. NSEC", "NOERROR aa\n"
			      "au example. 120 SOA ns.example. host.example. 7\n"},
	{"www.example. TYPE0", "NOERROR aa\n"
			       "au example. 120 SOA ns.example. host.example. 7\n"},
};

static void
test_plain(void **state)
{
	(void)state;
	check(plain_zones, ARRAY_LENGTH(plain_zones), plain_table, ARRAY_LENGTH(plain_table));
}

static const struct served_zone referral_zones[] = {
	{"example.", zone_plain, PLAN_UNSIGNED},
};

/* RFC 1034 4.3.2 step 3b, RFC 9471; what lies below a cut is glue and nothing else. */
static const struct expectation referral_table[] = {
	{"sub.example. A", "NOERROR\n"
			   "au sub.example. 300 NS ns.sib.example.\n"
			   "au sub.example. 300 NS ns.sub.example.\n"
			   "au sub.example. 300 NS ns.other.\n"
			   "ad ns.sub.example. 300 A 192.0.2.40\n"
			   "ad ns.sib.example. 300 A 192.0.2.41\n"
			   "ad ns.sib.example. 300 AAAA 20010db8000000000000000000000041\n"},
	{"sub.example. NS", "NOERROR\n"
			    "au sub.example. 300 NS ns.sib.example.\n"
			    "au sub.example. 300 NS ns.sub.example.\n"
			    "au sub.example. 300 NS ns.other.\n"
			    "ad ns.sub.example. 300 A 192.0.2.40\n"
			    "ad ns.sib.example. 300 A 192.0.2.41\n"
			    "ad ns.sib.example. 300 AAAA 20010db8000000000000000000000041\n"},
	{"www.sub.example. A", "NOERROR\n"
			       "au sub.example. 300 NS ns.sib.example.\n"
			       "au sub.example. 300 NS ns.sub.example.\n"
			       "au sub.example. 300 NS ns.other.\n"
			       "ad ns.sub.example. 300 A 192.0.2.40\n"
			       "ad ns.sib.example. 300 A 192.0.2.41\n"
			       "ad ns.sib.example. 300 AAAA 20010db8000000000000000000000041\n"},
	{"WWW.Sub.Example. ANY", "NOERROR\n"
				 "au Sub.Example. 300 NS ns.sib.Example.\n"
				 "au Sub.Example. 300 NS ns.Sub.Example.\n"
				 "au Sub.Example. 300 NS ns.other.\n"
				 "ad ns.Sub.Example. 300 A 192.0.2.40\n"
				 "ad ns.sib.Example. 300 A 192.0.2.41\n"
				 "ad ns.sib.Example. 300 AAAA 20010db8000000000000000000000041\n"},
	{"a.cut.sub.example. A", "NOERROR\n"
				 "au sub.example. 300 NS ns.sib.example.\n"
				 "au sub.example. 300 NS ns.sub.example.\n"
				 "au sub.example. 300 NS ns.other.\n"
				 "ad ns.sub.example. 300 A 192.0.2.40\n"
				 "ad ns.sib.example. 300 A 192.0.2.41\n"
				 "ad ns.sib.example. 300 AAAA 20010db8000000000000000000000041\n"},
	{"ns.sub.example. A", "NOERROR\n"
			      "au sub.example. 300 NS ns.sib.example.\n"
			      "au sub.example. 300 NS ns.sub.example.\n"
			      "au sub.example. 300 NS ns.other.\n"
			      "ad ns.sub.example. 300 A 192.0.2.40\n"
			      "ad ns.sib.example. 300 A 192.0.2.41\n"
			      "ad ns.sib.example. 300 AAAA 20010db8000000000000000000000041\n"},
	{"sub.example. DS",
	 "NOERROR aa\n"
	 "an sub.example. 300 DS "
	 "00010d0200112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"},
	{"sub.example. DS do",
	 "NOERROR aa\n"
	 "an sub.example. 300 DS "
	 "00010d0200112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"
	 "opt udp=1232 do\n"},
	{"sub.example. A do", "NOERROR\n"
			      "au sub.example. 300 NS ns.sib.example.\n"
			      "au sub.example. 300 NS ns.sub.example.\n"
			      "au sub.example. 300 NS ns.other.\n"
			      "ad ns.sub.example. 300 A 192.0.2.40\n"
			      "ad ns.sib.example. 300 A 192.0.2.41\n"
			      "ad ns.sib.example. 300 AAAA 20010db8000000000000000000000041\n"
			      "opt udp=1232 do\n"},
	{"www.sub.example. DS", "NOERROR\n"
				"au sub.example. 300 NS ns.sib.example.\n"
				"au sub.example. 300 NS ns.sub.example.\n"
				"au sub.example. 300 NS ns.other.\n"
				"ad ns.sub.example. 300 A 192.0.2.40\n"
				"ad ns.sib.example. 300 A 192.0.2.41\n"
				"ad ns.sib.example. 300 AAAA 20010db8000000000000000000000041\n"},
	{"sib.example. DS", "NOERROR aa\n"
			    "au example. 120 SOA ns.example. host.example. 7\n"},
	{"x.sib.example. AAAA", "NOERROR\n"
				"au sib.example. 300 NS ns.sib.example.\n"
				"ad ns.sib.example. 300 A 192.0.2.41\n"
				"ad ns.sib.example. 300 AAAA 20010db8000000000000000000000041\n"},
	{"sub.example. NSEC", "NOERROR\n"
			      "au sub.example. 300 NS ns.sib.example.\n"
			      "au sub.example. 300 NS ns.sub.example.\n"
			      "au sub.example. 300 NS ns.other.\n"
			      "ad ns.sub.example. 300 A 192.0.2.40\n"
			      "ad ns.sib.example. 300 A 192.0.2.41\n"
			      "ad ns.sib.example. 300 AAAA 20010db8000000000000000000000041\n"},
	{"sub.example. RRSIG", "NOERROR\n"
			       "au sub.example. 300 NS ns.sib.example.\n"
			       "au sub.example. 300 NS ns.sub.example.\n"
			       "au sub.example. 300 NS ns.other.\n"
			       "ad ns.sub.example. 300 A 192.0.2.40\n"
			       "ad ns.sib.example. 300 A 192.0.2.41\n"
			       "ad ns.sib.example. 300 AAAA 20010db8000000000000000000000041\n"},
	{"deep.example. A", "NOERROR aa\n"
			    "au example. 120 SOA ns.example. host.example. 7\n"},
	{"cut.deep.example. A", "NOERROR aa\n"
				"au example. 120 SOA ns.example. host.example. 7\n"},
	{"x.empty.cut.deep.example. A", "NOERROR\n"
					"au empty.cut.deep.example. 300 NS ns.other.\n"},
	{"empty.cut.deep.example. SOA", "NOERROR\n"
					"au empty.cut.deep.example. 300 NS ns.other.\n"},
};

static void
test_referral(void **state)
{
	(void)state;
	check(referral_zones, ARRAY_LENGTH(referral_zones), referral_table,
	      ARRAY_LENGTH(referral_table));
}

static const struct served_zone additional_zones[] = {
	{"example.", zone_srv, PLAN_UNSIGNED},
};

static const struct expectation additional_table[] = {
	{"example. MX", "NOERROR aa\n"
			"an example. 300 MX 5 mx1.example.\n"
			"an example. 300 MX 10 mx2.example.\n"
			"an example. 300 MX 20 mx1.other.\n"
			"an example. 300 MX 30 glue.cut.example.\n"
			"ad mx1.example. 300 A 192.0.2.1\n"
			"ad mx2.example. 300 AAAA 20010db8000000000000000000000002\n"},
	{"_s._tcp.example. SRV",
	 "NOERROR aa\n"
	 "an _s._tcp.example. 300 SRV 000100010050036d7831076578616d706c6500\n"
	 "an _s._tcp.example. 300 SRV 000200010050036d7832076578616d706c6500\n"
	 "an _s._tcp.example. 300 SRV 00030001005000\n"
	 "ad mx1.example. 300 A 192.0.2.1\n"
	 "ad mx2.example. 300 AAAA 20010db8000000000000000000000002\n"},
	{"svc.example. SVCB",
	 "NOERROR aa\n"
	 "an svc.example. 300 SVCB 000100000300020001\n"
	 "an svc.example. 300 SVCB 0002036d7831076578616d706c6500000300020002\n"
	 "ad svc.example. 300 A 192.0.2.4\n"
	 "ad mx1.example. 300 A 192.0.2.1\n"},
	{"ali.example. HTTPS", "NOERROR aa\n"
			       "an ali.example. 300 HTTPS 00000473766332076578616d706c6500\n"
			       "ad svc2.example. 300 A 192.0.2.5\n"
			       "ad svc2.example. 300 HTTPS 00010000010003026832\n"},
	{"svc2.example. HTTPS", "NOERROR aa\n"
				"an svc2.example. 300 HTTPS 00010000010003026832\n"
				"ad svc2.example. 300 A 192.0.2.5\n"},
	{"nul.example. SVCB", "NOERROR aa\n"
			      "an nul.example. 300 SVCB 000000\n"},
	{"null.example. MX", "NOERROR aa\n"
			     "an null.example. 300 MX 0 .\n"},
	{"svc.example. ANY", "NOERROR aa\n"
			     "an svc.example. 300 A 192.0.2.4\n"},
	{"cut.example. A", "NOERROR\n"
			   "au cut.example. 300 NS glue.cut.example.\n"
			   "ad glue.cut.example. 300 A 192.0.2.3\n"},
};

static void
test_additional(void **state)
{
	(void)state;
	check(additional_zones, ARRAY_LENGTH(additional_zones), additional_table,
	      ARRAY_LENGTH(additional_table));
}

static const struct served_zone nested_zones[] = {
	{"example.", zone_parent, PLAN_UNSIGNED},
	{"child.example.", zone_child, PLAN_UNSIGNED},
};

/* A zone inside another: its DS is the parent's (RFC 4035 3.1.4.1), all else its own. */
static const struct expectation nested_table[] = {
	{"www.child.example. A", "NOERROR aa\n"
				 "an www.child.example. 300 A 192.0.2.3\n"},
	{"child.example. NS", "NOERROR aa\n"
			      "an child.example. 300 NS ns.child.example.\n"
			      "ad ns.child.example. 300 A 192.0.2.1\n"},
	{"child.example. DS",
	 "NOERROR aa\n"
	 "an child.example. 300 DS "
	 "00010d0200112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"},
	{"child.example. SOA",
	 "NOERROR aa\n"
	 "an child.example. 300 SOA ns.child.example. host.child.example. 7\n"},
	{"www.child.example. DS",
	 "NOERROR aa\n"
	 "au child.example. 120 SOA ns.child.example. host.child.example. 7\n"},
	{"up.child.example. A", "NOERROR aa\n"
				"an up.child.example. 300 CNAME www.example.\n"
				"an www.example. 300 A 192.0.2.2\n"},
	{"far.child.example. A", "NOERROR aa\n"
				 "an far.child.example. 300 CNAME Down.example.\n"
				 "an Down.example. 300 CNAME www.child.example.\n"
				 "an www.child.example. 300 A 192.0.2.3\n"},
	{"down.example. A", "NOERROR aa\n"
			    "an down.example. 300 CNAME www.child.example.\n"
			    "an www.child.example. 300 A 192.0.2.3\n"},
	{"deep.child.example. A",
	 "NXDOMAIN aa\n"
	 "an deep.child.example. 300 CNAME gone.child.example.\n"
	 "au child.example. 120 SOA ns.child.example. host.child.example. 7\n"},
	{"none.child.example. A",
	 "NXDOMAIN aa\n"
	 "au child.example. 120 SOA ns.child.example. host.child.example. 7\n"},
	{"CHILD.example. DS",
	 "NOERROR aa\n"
	 "an CHILD.example. 300 DS "
	 "00010d0200112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"},
};

static void
test_nested(void **state)
{
	(void)state;
	check(nested_zones, ARRAY_LENGTH(nested_zones), nested_table, ARRAY_LENGTH(nested_table));
}

static const struct served_zone child_alone_zones[] = {
	{"child.example.", zone_child, PLAN_UNSIGNED},
};

/* Without the parent the child answers for its own name. */
static const struct expectation child_alone_table[] = {
	{"child.example. DS",
	 "NOERROR aa\n"
	 "au child.example. 120 SOA ns.child.example. host.child.example. 7\n"},
	{"www.child.example. DS",
	 "NOERROR aa\n"
	 "au child.example. 120 SOA ns.child.example. host.child.example. 7\n"},
	{"up.child.example. A", "NOERROR aa\n"
				"an up.child.example. 300 CNAME www.example.\n"},
	{"example. A", "REFUSED\n"},
	{". NS", "REFUSED\n"},
};

static void
test_child_alone(void **state)
{
	(void)state;
	check(child_alone_zones, ARRAY_LENGTH(child_alone_zones), child_alone_table,
	      ARRAY_LENGTH(child_alone_table));
}

static const struct served_zone root_zones[] = {
	{".", zone_root, PLAN_UNSIGNED},
	{"child.example.", zone_child, PLAN_UNSIGNED},
};

/* The root among the zones: every name is in one. */
static const struct expectation root_table[] = {
	{". NS", "NOERROR aa\n"
		 "an . 300 NS ns.example.\n"
		 "ad ns.example. 300 A 192.0.2.1\n"},
	{". SOA", "NOERROR aa\n"
		  "an . 300 SOA ns.example. host.example. 7\n"},
	{"none. A", "NXDOMAIN aa\n"
		    "au . 120 SOA ns.example. host.example. 7\n"},
	{"leaf. TXT", "NOERROR aa\n"
		      "an leaf. 300 TXT 0178\n"},
	{"leaf. A", "NOERROR aa\n"
		    "au . 120 SOA ns.example. host.example. 7\n"},
	{"example. A", "NOERROR\n"
		       "au example. 300 NS ns.example.\n"
		       "ad ns.example. 300 A 192.0.2.1\n"},
	{"www.example. A", "NOERROR\n"
			   "au example. 300 NS ns.example.\n"
			   "ad ns.example. 300 A 192.0.2.1\n"},
	{"www.child.example. A", "NOERROR aa\n"
				 "an www.child.example. 300 A 192.0.2.3\n"},
	{"child.example. DS",
	 "NOERROR aa\n"
	 "au child.example. 120 SOA ns.child.example. host.child.example. 7\n"},
	{"tochild. A", "NOERROR aa\n"
		       "an tochild. 300 CNAME www.child.example.\n"
		       "an www.child.example. 300 A 192.0.2.3\n"},
	{"far.child.example. A", "NOERROR aa\n"
				 "an far.child.example. 300 CNAME Down.example.\n"
				 "au example. 300 NS ns.example.\n"
				 "ad ns.example. 300 A 192.0.2.1\n"},
	{"up.child.example. A", "NOERROR aa\n"
				"an up.child.example. 300 CNAME www.example.\n"
				"au example. 300 NS ns.example.\n"
				"ad ns.example. 300 A 192.0.2.1\n"},
	{"com. DS", "NOERROR aa\n"
		    "au . 120 SOA ns.example. host.example. 7\n"},
	{". DS", "NOERROR aa\n"
		 "au . 120 SOA ns.example. host.example. 7\n"},
	{"x.com. NS", "NOERROR\n"
		      "au com. 300 NS ns.com.\n"
		      "ad ns.com. 300 A 192.0.2.2\n"},
};

static void
test_root(void **state)
{
	(void)state;
	check(root_zones, ARRAY_LENGTH(root_zones), root_table, ARRAY_LENGTH(root_table));
}

static const struct served_zone not_ours_zones[] = {
	{"example.", zone_plain, PLAN_UNSIGNED},
	{"bad.example.", NULL, PLAN_UNSIGNED},
};

static const struct expectation not_ours_table[] = {
	{"www.other. A", "REFUSED\n"},
	{"www.other. A edns", "REFUSED\n"
			      "opt udp=1232 ede=20\n"},
	{". A edns", "REFUSED\n"
		     "opt udp=1232 ede=20\n"},
	{"com. A do", "REFUSED\n"
		      "opt udp=1232 do ede=20\n"},
	{"bad.example. A edns", "SERVFAIL\n"
				"opt udp=1232 ede=24\n"},
	{"x.bad.example. A", "SERVFAIL\n"},
	{"bad.example. DS", "NXDOMAIN aa\n"
			    "au example. 120 SOA ns.example. host.example. 7\n"},
	{"example. A class=3", "REFUSED\n"},
	{"example. A class=255 edns", "REFUSED\n"
				      "opt udp=1232 ede=20\n"},
	{"example. A class=254", "REFUSED\n"},
	{"example. AXFR edns", "REFUSED\n"
			       "opt udp=1232\n"},
	{"other. AXFR", "REFUSED\n"},
	{"example. IXFR", "REFUSED\n"},
	{"example. MAILA", "NOTIMP\n"},
	{"example. MAILB", "NOTIMP\n"},
	{"example. OPT", "FORMERR\n"},
	{"example. TKEY", "FORMERR\n"},
	{"example. TSIG", "FORMERR\n"},
};

static void
test_not_ours(void **state)
{
	(void)state;
	check(not_ours_zones, ARRAY_LENGTH(not_ours_zones), not_ours_table,
	      ARRAY_LENGTH(not_ours_table));
}

/* The zone of a question: the deepest, but for the DS of its own name the one above. */
static void
test_zone(void **state)
{
	(void)state;
	static const char soa[] = "@ 300 SOA ns.other. h 1 2 3 4 5\n@ 300 NS ns.other.\n";
	static const struct served_zone zones[] = {
		{"example.", soa, PLAN_UNSIGNED},
		{"a.example.", soa, PLAN_UNSIGNED},
	};
	static const struct {
		const char *question;
		int zone; /* -1: none */
	} table[] = {
		{"example. A", 0},    {"a.example. A", 1},  {"x.a.example. DS", 1},
		{"a.example. DS", 0}, {"b.example. DS", 0}, {"example. DS", 0},
		{"other. A", -1},     {". NS", -1},         {". DS", -1},
	};
	struct served *served = served_new(zones, ARRAY_LENGTH(zones));
	for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
		struct dnstext_question question;
		struct lookup_name name;
		struct query query;
		assert_true(dnstext_question(&question, table[i].question));
		assert_int_equal(query_parse(&query, &name, question.bytes, question.size),
				 QUERY_ANSWER);
		const struct zone_entry *found = resolve_zone(served->directory, &query);
		assert_int_equal(found != NULL, table[i].zone >= 0);
		if (found)
			assert_ptr_equal(
				found->image.base,
				segment_bytes(served->segments[table[i].zone], &(size_t){0}));
	}
	served_free(served);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),       cmocka_unit_test(test_referral),
		cmocka_unit_test(test_additional),  cmocka_unit_test(test_nested),
		cmocka_unit_test(test_child_alone), cmocka_unit_test(test_root),
		cmocka_unit_test(test_not_ours),    cmocka_unit_test(test_zone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
