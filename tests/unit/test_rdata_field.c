/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A record of every type with a text form, against wire rdata made by another implementation
 * (dnspython), then what must be refused, ldns's blind spots first.
 */
#include "zone_fixture.h"

#include "zone/rdata.h"

static const struct {
	const char *type, *text, *hex;
} good[] = {
	{"A", "192.0.2.1", "c0000201"},
	{"AAAA", "2001:db8::1", "20010db8000000000000000000000001"},
	{"AAAA", "::ffff:192.0.2.1", "00000000000000000000ffffc0000201"},
	{"NS", "ns", "026e73076578616d706c6503636f6d00"},
	{"NS", "ns.example.org.", "026e73076578616d706c65036f726700"},
	{"NS", ".", "00"},
	{"NS", "@", "076578616d706c6503636f6d00"},
	{"SOA", "ns host\\.master 4294967295 1h 15m 1w 300",
	 "026e73076578616d706c6503636f6d000b686f73742e6d6173746572076578616d706c6503636f6d00fffffff"
	 "f00000e100000038400093a800000012c"},
	{"PTR", "a\\.b.c", "03612e620163076578616d706c6503636f6d00"},
	{"HINFO", "\"PC clone\" Linux", "08504320636c6f6e65054c696e7578"},
	{"MX", "65535 mail", "ffff046d61696c076578616d706c6503636f6d00"},
	{"TXT", "\"a b\" c \"\"", "03612062016300"},
	{"TXT", "\"\\\"q\\\" \\065\\000\\255\"", "07227122204100ff"},
	{"RP", "mbox txt",
	 "046d626f78076578616d706c6503636f6d0003747874076578616d706c6503636f6d00"},
	{"AFSDB", "1 srv", "000103737276076578616d706c6503636f6d00"},
	{"X25", "311061700956", "0c333131303631373030393536"},
	{"ISDN", "150862028003217 004", "0f31353038363230323830303332313703303034"},
	{"ISDN", "150862028003217", "0f313530383632303238303033323137"},
	{"RT", "10 relay", "000a0572656c6179076578616d706c6503636f6d00"},
	{"NSAP", "0x47.0005.80.005a00.0000.0001.e133.ffffff000161.00",
	 "47000580005a0000000001e133ffffff00016100"},
	{"PX", "50 a b.", "00320161076578616d706c6503636f6d00016200"},
	{"GPOS", "-32.6882 116.8652 10.0", "082d33322e36383832083131362e383635320431302e30"},
	{"LOC", "52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m",
	 "000016138b3cf018810cbce0009895b8"},
	{"LOC", "42 21 54 N 71 6 18 W -24m 30m", "0033161389172dd070be15f000988d20"},
	{"LOC", "90 N 180 W 0", "00121613934fd90059604e0000989680"},
	{"LOC", "0 0 0.001 S 179 59 59.999 E -100000.00m 90000000m 0.01m 1m",
	 "009910127fffffffa69fb1ff00000000"},
	{"SRV", "0 5 5060 sip", "0000000513c403736970076578616d706c6503636f6d00"},
	{"NAPTR", "100 10 \"U\" \"E2U+sip\" \"!^.*$!sip:info@example.com!\" .",
	 "0064000a0155074532552b7369701b215e2e2a24217369703a696e666f406578616d706c652e636f6d2100"},
	{"KX", "10 kx", "000a026b78076578616d706c6503636f6d00"},
	{"CERT", "PKIX 65535 RSASHA256 AQIDBA==", "0001ffff0801020304"},
	{"CERT", "254 0 5 AQ==", "00fe00000501"},
	{"DNAME", "d.example.net.", "0164076578616d706c65036e657400"},
	{"APL", "1:192.168.32.0/21 !1:192.168.38.0/28 2:2001:db8::/32",
	 "00011503c0a82000011c83c0a8260002200420010db8"},
	{"APL", "1:0.0.0.0/0", "00010000"},
	{"DS", "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118",
	 "ec4505012bb183af5f22588179a53b0a98631fad1a292118"},
	{"SSHFP", "2 1 123456789abcdef67890123456789abcdef67890",
	 "0201123456789abcdef67890123456789abcdef67890"},
	{"IPSECKEY", "10 0 2 . AQNRU3mG", "0a0002010351537986"},
	{"IPSECKEY", "10 1 2 192.0.2.38 AQNRU3mG", "0a0102c0000226010351537986"},
	{"IPSECKEY", "10 2 2 2001:db8::2 AQNRU3mG",
	 "0a020220010db8000000000000000000000002010351537986"},
	{"IPSECKEY", "10 3 2 gw AQNRU3mG", "0a0302026777076578616d706c6503636f6d00010351537986"},
	{"RRSIG", "A 8 3 86400 20380119031408 20030220173103 2642 example.com. oJB1W6WN",
	 "0001080300015180800000003e5510d70a52076578616d706c6503636f6d00a090755ba58d"},
	{"RRSIG", "TYPE65280 ED25519 2 3600 1700000000 1600000000 1 @ AAAA",
	 "ff000f0200000e106553f1005f5e10000001076578616d706c6503636f6d00000000"},
	{"NSEC", "host A MX RRSIG NSEC TYPE1234",
	 "04686f7374076578616d706c6503636f6d000006400100000003041b000000000000000000000000000000000"
	 "000000000000000000020"},
	{"NSEC", ".", "00"},
	{"DNSKEY", "256 3 8 AQPSKmyn fzW4kyBv", "010003080103d22a6ca77f35b893206f"},
	{"DNSKEY", "257 3 ECDSAP256SHA256 AQID", "0101030d010203"},
	{"DHCID", "AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=",
	 "000201636fc0b8271c82825bb1ac5c41cf5351aa69b4febd94e8f17cdb95000da48c40"},
	{"NSEC3",
	 "1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr MX DNSKEY NS SOA NSEC3PARAM RRSIG",
	 "0101000c04aabbccdd14174eb2409fe28bcb4887a1836f957f0a8425e27b000722010000000290"},
	{"NSEC3", "1 0 0 - 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR",
	 "010000000014174eb2409fe28bcb4887a1836f957f0a8425e27b"},
	{"NSEC3PARAM", "1 0 12 aabbccdd", "0100000c04aabbccdd"},
	{"NSEC3PARAM", "1 0 0 -", "0100000000"},
	{"TLSA", "3 1 1 d2abde240d7cd3ee6b4b28c54df034b9 7983a1d16e8a410e4561cb106618e971",
	 "030101d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971"},
	{"SMIMEA", "0 0 0 aa", "000000aa"},
	{"HIP", "2 200100107B1A74DF365639CC39F1D578 AwEAAbdxyhNuSutc rvs rvs2.example.net.",
	 "1002000c200100107b1a74df365639cc39f1d57803010001b771ca136e4aeb5c03727673076578616d706c650"
	 "3636f6d000472767332076578616d706c65036e657400"},
	{"CDS", "0 0 0 00", "0000000000"},
	{"CDNSKEY", "0 3 0 AA==", "0000030000"},
	{"OPENPGPKEY", "AQID BAUG", "010203040506"},
	{"CSYNC", "66 3 A NS AAAA", "000000420003000460000008"},
	{"SVCB", "0 foo.example.net.", "000003666f6f076578616d706c65036e657400"},
	{"SVCB", "16 foo.example.net. port=53",
	 "001003666f6f076578616d706c65036e657400000300020035"},
	{"HTTPS", "1 . alpn=h2,h3 ipv4hint=192.0.2.1,192.0.2.2 ipv6hint=2001:db8::1",
	 "0001000001000602683202683300040008c0000201c00002020006001020010db800000000000000000000000"
	 "1"},
	{"HTTPS", "1 svc mandatory=port,alpn port=65535 alpn=\"h2\" no-default-alpn",
	 "000103737663076578616d706c6503636f6d000000000400010003000100030268320002000000030002fff"
	 "f"},
	{"SVCB", "1 foo key667=hello\\210qoo",
	 "000103666f6f076578616d706c6503636f6d00029b000968656c6c6fd2716f6f"},
	{"SPF", "\"v=spf1 -all\"", "0b763d73706631202d616c6c"},
	{"NID", "10 0014:4fff:ff20:ee64", "000a00144fffff20ee64"},
	{"L32", "10 10.1.2.0", "000a0a010200"},
	{"L64", "10 2001:0db8:1140:1000", "000a20010db811401000"},
	{"LP", "10 l64", "000a036c3634076578616d706c6503636f6d00"},
	{"EUI48", "00-00-5e-00-53-2a", "00005e00532a"},
	{"EUI64", "00-00-5e-ef-10-00-00-2a", "00005eef1000002a"},
	{"URI", "10 1 \"ftp://ftp1.example.com/public\"",
	 "000a00016674703a2f2f667470312e6578616d706c652e636f6d2f7075626c6963"},
	{"CAA", "0 issue \"ca1.example.net; a=b\"",
	 "000569737375656361312e6578616d706c652e6e65743b20613d62"},
	{"CAA", "128 tbs \"\"", "8003746273"},
	{"AMTRELAY", "10 0 0 .", "0a00"},
	{"AMTRELAY", "10 1 1 203.0.113.15", "0a81cb00710f"},
	{"AMTRELAY", "128 0 2 2001:db8::15", "800220010db8000000000000000000000015"},
	{"AMTRELAY", "255 1 3 relay", "ff830572656c6179076578616d706c6503636f6d00"},
	{"NINFO", "\"a\" b", "01610162"},
	{"AVC", "\"app-name:WOLFGANG|app-class:OAM\"",
	 "1f6170702d6e616d653a574f4c4647414e477c6170702d636c6173733a4f414d"},
	{"NSAP-PTR", "foo", "03666f6f076578616d706c6503636f6d00"},
	{"WKS", "192.0.2.1 6 25 80 0", "c0000201068000004000000000000080"},
	{"WKS", "192.0.2.1 udp 53", "c00002011100000000000004"},
	/* Both have no other implementation at hand; RFC 1876 3 and RFC 8078 4. */
	{"LOC", "1 S 2 W 0m",
	 "00121613"
	 "7fc91180"
	 "7f922300"
	 "00989680"},
	{"CDNSKEY", "0 3 0 AA==",
	 "00000300"
	 "00"},
	{"MINFO", "a b.",
	 "0161076578616d706c6503636f6d00"
	 "016200"},
	{"DS", "60485 RSASHA256 2 AB CD", "ec450802abcd"},
	{"KEY", "49152 3 8", "c0000308"},
	{"TA", "1 8 1 00", "0001080100"},
	{"RKEY", "0 3 8 AQ==", "0000030801"},
	{"DSYNC", "CDS 1 5359 scanner.", "003b0114ef077363616e6e657200"},
	{"TYPE62347", "\\# 4 0A 000 0 01", "0a000001"},
	{"A", "\\# 4 0a000001", "0a000001"},
	{"NULL", "\\# 0", ""},
	{"WKS", "10.0.0.1 TCP 65535", NULL},
};

static const struct {
	const char *type, *text, *why;
} bad[] = {
	{"A", "", "needs 1 fields"},
	{"A", "192.0.2", "IPv4"},
	{"A", "192.0.2.256", "IPv4"},
	{"A", "192.0.2.1 x", "more fields"},
	{"A", "\"192.0.2.1\"", "not a text"},
	{"AAAA", "1.2.3.4", "IPv6"},
	{"AAAA", ":::", "IPv6"},
	{"MX", "65536 a", "0 to 65535"},
	{"MX", "-1 a", "0 to 65535"},
	{"MX", "1 a..b", "domain name"},
	{"MX", "1 \"a\"", "domain name"},
	{"MX", "1", "needs 2 fields"},
	{"DS", "1 256 1 00", "0 to 255"},
	{"DS", "1 NOALG 1 00", "unknown algorithm"},
	{"DS", "1 8 256 00", "0 to 255"},
	{"DS", "1 8 1 000", "odd number"},
	{"DS", "1 8 1 zz", "hexadecimal"},
	{"DS", "1 8 1", "needs 4"},
	{"SOA", "a b 1 99999999w 1 1 1", "period"},
	{"SOA", "a b 4294967296 1 1 1 1", "0 to 4294967295"},
	{"SOA", "a b 1 1 1 1", "needs 7"},
	{"RRSIG", "A 8 2 1 20240230000000 20200101000000 1 @ AAAA", "date"},
	{"RRSIG", "A 8 2 1 20230229000000 20200101000000 1 @ AAAA", "date"},
	{"RRSIG", "A 8 2 1 99990101000000 20200101000000 1 @ AAAA", "date"},
	{"RRSIG", "A 8 2 1 20241301000000 20200101000000 1 @ AAAA", "date"},
	{"RRSIG", "A 8 2 1 20240101240000 20200101000000 1 @ AAAA", "date"},
	{"RRSIG", "A 8 2 1 4294967296 0 1 @ AAAA", "0 to 4294967295"},
	{"RRSIG", "NOTYPE 8 2 1 1 0 1 @ AAAA", "unknown type"},
	{"RRSIG", "A 8 2 1 1 0 1 @ A", "base64"},
	{"NSEC", "a A NOTYPE", "unknown type"},
	{"NSEC", "a TYPE65536", "unknown type"},
	{"NSEC3", "1 0 0 abc 2t7b4g4vsa5smi47k61mv5bv1a22bojr A", "salt"},
	{"NSEC3", "1 0 0 - zz A", "base32hex"},
	{"NSEC3", "1 0 65536 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr A", "0 to 65535"},
	{"TXT", "", "needs 1"},
	{"TXT", "a\\256", "255 bytes"},
	{"LOC", "91 N 0 E 0", "latitude"},
	{"LOC", "90 0 1 N 0 E 0", "latitude"},
	{"LOC", "1 60 0 N 0 E 0", "latitude"},
	{"LOC", "1 0 60 N 0 E 0", "latitude"},
	{"LOC", "1 0 0.1234 N 0 E 0", "latitude"},
	{"LOC", "1 N 181 E 0", "latitude"},
	{"LOC", "1 E 1 N 0", "latitude"},
	{"LOC", "1 N 1 E", "altitude"},
	{"LOC", "1 N 1 E 0m 1m 1m 1m garbage", "altitude"},
	{"LOC", "1 N 1 E 42849673m", "metres"},
	{"LOC", "1 N 1 E -100001m", "metres"},
	{"LOC", "1 N 1 E nan", "metres"},
	{"LOC", "1 N 1 E 0 -1m", "metres"},
	{"APL", "1:192.0.2.0/33", "prefix"},
	{"APL", "1:192.0.2.0/x", "prefix"},
	{"APL", "1:192.0.2.0/-1", "prefix"},
	{"APL", "1:192.0.2.0", "prefix"},
	{"APL", "2:::/129", "prefix"},
	{"WKS", "192.0.2.1 nope 25", "protocol"},
	{"WKS", "192.0.2.1 256 25", "protocol"},
	{"WKS", "192.0.2.1 tcp 65536", "service"},
	{"WKS", "192.0.2.1 tcp no-such-service", "service"},
	{"WKS", "192.0.2.1", "needs 2"},
	{"IPSECKEY", "10 4 2 x AAAA", "gateway type"},
	{"IPSECKEY", "10 0 2 x AAAA", "no gateway"},
	{"IPSECKEY", "10 1 2 x AAAA", "IPv4"},
	{"AMTRELAY", "10 2 1 192.0.2.1", "0 to 1"},
	{"AMTRELAY", "10 0 128 192.0.2.1", "0 to 127"},
	{"AMTRELAY", "10 0 4 x", "gateway type"},
	{"HIP", "2 200100107B1A74DF365639CC39F1D578", "needs 1"},
	{"HIP", "2 zz AA==", "cannot be read"},
	{"SVCB", "1 . port=65536", "port"},
	{"SVCB", "1 . port=", "port"},
	{"SVCB", "1 . port", "port"},
	{"SVCB", "1 . port=\"x\"", "port"},
	{"SVCB", "1 . key01=x", "zero"},
	{"SVCB", "1 . alpn=h2 alpn=h3", "twice"},
	{"SVCB", "1 . mandatory=port alpn=h2", "not there"},
	{"SVCB", "1 . no-default-alpn", "without alpn"},
	{"SVCB", "1 . foo=bar", "service parameters"},
	{"SVCB", "1 . key65535=x", "reserved"},
	{"SVCB", "1", "needs 2"},
	{"CERT", "NOPE 0 5 AQ==", "certificate type"},
	{"CERT", "65536 0 5 AQ==", "0 to 65535"},
	{"CERT", "\"\" 0 5 AQ==", "certificate type"},
	{"CAA", "0 is-sue x", "cannot be read"},
	{"CAA", "0 \"\" x", "tag"},
	{"EUI48", "00-00-5e-00-53", "cannot be read"},
	{"NULL", "x", "\\#"},
	{"A6", "0 ::1", "\\#"},
	{"TYPE65280", "x", "\\#"},
	{"TYPE65280", "", "\\#"},
	{"TYPE65280", "\\#", "number of bytes"},
	{"TYPE65280", "\\# 65536 00", "number of bytes"},
	{"TYPE65280", "\\# x", "number of bytes"},
	{"TYPE65280", "\\# 1", "says 1 bytes but 0"},
	{"TYPE65280", "\\# 1 0", "odd"},
	{"TYPE65280", "\\# 1 0001", "says 1 bytes but 2"},
	{"TYPE65280", "\\# 1 0g", "hexadecimal"},
	{"TYPE65280", "\\# 1 \"00\"", "hexadecimal"},
	{"A", "\\# 3 000000", "past the end"},
	{"A", "\\# 5 0000000000", "behind the last"},
	{"NS", "\\# 2 c000", "embedded name"},
};

struct parser {
	struct rdata *rdata;
	struct entry entry;
	uint8_t origin[DNS_NAME_MAX];
};

static bool
parse(struct parser *parser, const char *type_text, const char *text, size_t size)
{
	struct token type = {.text = type_text, .size = (uint32_t)strlen(type_text)};
	struct lexer lexer;
	struct lexer_problem problem;
	uint16_t number;
	lexer_start(&lexer, text, size);
	enum lexer_result result = lexer_next(&lexer, &parser->entry, &problem);
	assert_true(result == LEXER_ENTRY || result == LEXER_END);
	assert_true(rdata_type(&type, &number));
	return rdata_parse(parser->rdata, number, parser->entry.tokens, parser->entry.count,
			   parser->origin);
}

static int
setup(void **state)
{
	struct parser *parser = calloc(1, sizeof *parser);
	assert_non_null(parser);
	assert_int_not_equal(name_parse(parser->origin, "example.com"), 0);
	parser->rdata = rdata_new();
	assert_non_null(parser->rdata);
	*state = parser;
	return 0;
}

static int
teardown(void **state)
{
	struct parser *parser = *state;
	rdata_free(parser->rdata);
	entry_free(&parser->entry);
	free(parser);
	return 0;
}

static void
test_good(void **state)
{
	struct parser *parser = *state;
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++) {
		char hex[8192] = "";
		if (!parse(parser, good[i].type, good[i].text, strlen(good[i].text)))
			fail_msg("%s %s: %s", good[i].type, good[i].text, parser->rdata->message);
		if (!good[i].hex) /* too long to write down: that it was read is the test */
			continue;
		for (size_t j = 0; j < parser->rdata->out.at; j++)
			snprintf(hex + 2 * j, 3, "%02x", parser->rdata->wire[j]);
		if (strcmp(hex, good[i].hex) != 0)
			fail_msg("%s %s: %s, not %s", good[i].type, good[i].text, hex, good[i].hex);
	}
}

static void
test_bad(void **state)
{
	struct parser *parser = *state;
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		if (parse(parser, bad[i].type, bad[i].text, strlen(bad[i].text)))
			fail_msg("%s %s was accepted", bad[i].type, bad[i].text);
		if (!strstr(parser->rdata->message, bad[i].why))
			fail_msg("%s %s: \"%s\", not \"%s\"", bad[i].type, bad[i].text,
				 parser->rdata->message, bad[i].why);
	}
}

/* A generic record of `size` zero bytes. */
static bool
parse_zeros(struct parser *parser, size_t size)
{
	char *text = malloc(2 * size + 32);
	int head = sprintf(text, "\\# %zu ", size);
	memset(text + head, '0', 2 * size);
	bool ok = parse(parser, "TYPE65280", text, (size_t)head + 2 * size);
	free(text);
	return ok;
}

static void
test_longest_generic(void **state)
{
	struct parser *parser = *state;
	assert_true(parse_zeros(parser, 65534));
	assert_true(parse_zeros(parser, 65535));
	assert_int_equal(parser->rdata->out.at, 65535);
	assert_false(parse_zeros(parser, 65536));
}

/* `count` strings of 255 bytes: 256 bytes of rdata each, more of them than ldns's 255 fields. */
static bool
parse_strings(struct parser *parser, size_t count, size_t last)
{
	char *text = malloc(count * 258 + last + 8);
	size_t at = 0;
	for (size_t i = 0; i < count; i++) {
		text[at] = '"';
		memset(text + at + 1, 'x', 255);
		memcpy(text + at + 256, "\" ", 2);
		at += 258;
	}
	memset(text + at, 'y', last);
	bool ok = parse(parser, "TXT", text, at + last);
	free(text);
	return ok;
}

static void
test_longest_text(void **state)
{
	struct parser *parser = *state;
	assert_true(parse_strings(parser, 255, 253));
	assert_true(parse_strings(parser, 255, 254));
	assert_int_equal(parser->rdata->out.at, 65535);
	assert_false(parse_strings(parser, 255, 255));
	assert_non_null(strstr(parser->rdata->message, "65,535"));
	assert_false(parse_strings(parser, 0, 256));
	assert_true(parse_strings(parser, 0, 255));
}

static void
test_where(void **state)
{
	struct parser *parser = *state;
	static const char text[] = "1 8 1 \n";
	assert_false(parse(parser, "SRV", "1 2 70000 x", 11));
	assert_ptr_equal(parser->rdata->token, &parser->entry.tokens[2]);
	assert_false(parse(parser, "DS", text, strlen(text)));
	assert_null(parser->rdata->token);
	assert_string_equal(parser->rdata->remedy, "complete the record");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_good, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad, setup, teardown),
		cmocka_unit_test_setup_teardown(test_longest_generic, setup, teardown),
		cmocka_unit_test_setup_teardown(test_longest_text, setup, teardown),
		cmocka_unit_test_setup_teardown(test_where, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
