/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dns.h - numbers of the DNS protocol that more than one room uses, as IANA lists them.
 */
#ifndef ANYNS_DNS_H
#define ANYNS_DNS_H

enum {
	DNS_HEADER_SIZE = 12,      /* RFC 1035 4.1.1 */
	DNS_MESSAGE_MAX = 65535,   /* a TCP message's length has 16 bits, RFC 1035 4.2.2 */
	DNS_NAME_MAX = 255,        /* wire bytes of a name, the root label included, RFC 1035 3.1 */
	DNS_LABEL_MAX = 63,        /* RFC 1035 3.1 */
	DNS_LABELS_MAX = 127,      /* labels of a name, the root not counted: (255 - 1) / 2 */
	DNS_POINTER_LIMIT = 16384, /* a compression pointer has 14 bits, RFC 1035 4.1.4 */
};

enum dns_type {
	DNS_TYPE_A = 1,
	DNS_TYPE_NS = 2,
	DNS_TYPE_CNAME = 5,
	DNS_TYPE_SOA = 6,
	DNS_TYPE_PTR = 12,
	DNS_TYPE_MX = 15,
	DNS_TYPE_TXT = 16,
	DNS_TYPE_AAAA = 28,
	DNS_TYPE_SRV = 33,
	DNS_TYPE_DNAME = 39,
	DNS_TYPE_OPT = 41,
	DNS_TYPE_DS = 43,
	DNS_TYPE_RRSIG = 46,
	DNS_TYPE_NSEC = 47,
	DNS_TYPE_DNSKEY = 48,
	DNS_TYPE_NSEC3 = 50,
	DNS_TYPE_NSEC3PARAM = 51,
	DNS_TYPE_CDS = 59,
	DNS_TYPE_CDNSKEY = 60,
	DNS_TYPE_ZONEMD = 63,
	DNS_TYPE_SVCB = 64,
	DNS_TYPE_HTTPS = 65,
	DNS_TYPE_TKEY = 249,
	DNS_TYPE_TSIG = 250,
	DNS_TYPE_IXFR = 251,
	DNS_TYPE_AXFR = 252,
	DNS_TYPE_MAILB = 253,
	DNS_TYPE_MAILA = 254,
	DNS_TYPE_ANY = 255,
};

enum dns_class {
	DNS_CLASS_IN = 1,
	DNS_CLASS_CH = 3,
	DNS_CLASS_NONE = 254,
	DNS_CLASS_ANY = 255,
};

enum dns_opcode {
	DNS_OPCODE_QUERY = 0,
	DNS_OPCODE_NOTIFY = 4,
	DNS_OPCODE_UPDATE = 5,
};

enum dns_rcode {
	DNS_RCODE_NOERROR = 0,
	DNS_RCODE_FORMERR = 1,
	DNS_RCODE_SERVFAIL = 2,
	DNS_RCODE_NXDOMAIN = 3,
	DNS_RCODE_NOTIMP = 4,
	DNS_RCODE_REFUSED = 5,
	DNS_RCODE_YXDOMAIN = 6,
	DNS_RCODE_BADVERS = 16,   /* RFC 6891 6.1.3, needs an OPT */
	DNS_RCODE_BADCOOKIE = 23, /* RFC 7873 8, needs an OPT */
};

/* Bits of the 16-bit flags word of the header, RFC 1035 4.1.1 and RFC 4035 3. */
enum dns_flag {
	DNS_FLAG_QR = 0x8000,
	DNS_FLAG_AA = 0x0400,
	DNS_FLAG_TC = 0x0200,
	DNS_FLAG_RD = 0x0100,
	DNS_FLAG_CD = 0x0010,
	DNS_OPCODE_MASK = 0x7800,
	DNS_OPCODE_SHIFT = 11,
	DNS_RCODE_MASK = 0x000f,
};

enum edns_option {
	EDNS_OPTION_NSID = 3,           /* RFC 5001 */
	EDNS_OPTION_CLIENT_SUBNET = 8,  /* RFC 7871 */
	EDNS_OPTION_COOKIE = 10,        /* RFC 7873 */
	EDNS_OPTION_TCP_KEEPALIVE = 11, /* RFC 7828 */
	EDNS_OPTION_EDE = 15,           /* RFC 8914 */
};

enum edns_error {
	EDNS_ERROR_NOT_AUTHORITATIVE = 20, /* RFC 8914 4.21 */
	EDNS_ERROR_NOT_SUPPORTED = 21,     /* RFC 8914 4.22 */
	EDNS_ERROR_INVALID_DATA = 24,      /* RFC 8914 4.25 */
};

#define EDNS_FLAG_DO 0x8000u /* in the OPT's TTL, RFC 3225 */

#endif
