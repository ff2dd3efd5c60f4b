/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reference itself against the examples that the RFCs print: whoever judges must be right
 * first.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <ldns/ldns.h>

#include "anyns/name.h"
#include "plan.h"
#include "reference.h"

struct example {
	const char *name;
	uint16_t type;
	unsigned rcode;
	const char *answer; /* owners and types, in order */
	const char *authority;
	const char *required;
};

/* RFC 4592 2.2.1, and a DNAME and an alias beside it. */
static const char zone_text[] = "example. 3600 IN SOA ns.example.com. h. 1 2 3 4 300\n"
				"example. 3600 NS ns.example.com.\n"
				"example. 3600 NS ns.example.net.\n"
				"*.example. 3600 TXT \"this is a wildcard\"\n"
				"*.example. 3600 MX 10 host1.example.\n"
				"sub.*.example. 3600 TXT \"this is not a wildcard\"\n"
				"host1.example. 3600 A 192.0.2.1\n"
				"_ssh._tcp.host1.example. 3600 SRV 0 0 22 host1.example.\n"
				"_ssh._tcp.host2.example. 3600 SRV 0 0 22 host1.example.\n"
				"subdel.example. 3600 NS ns.example.com.\n"
				"subdel.example. 3600 NS ns.subdel.example.\n"
				"ns.subdel.example. 3600 A 192.0.2.2\n"
				"frobozz.example. 3600 DNAME frobozz-division.acme.example.\n"
				"alias.example. 3600 CNAME absent.host1.example.\n"
				"loop.example. 3600 CNAME loop.example.\n";

#define SOA    "example. SOA "
#define SUBDEL "subdel.example. NS subdel.example. NS "

static const struct example examples[] = {
	/* The list of RFC 4592 2.2.1, first synthesised ones, then those where no wildcard may
	   help. */
	{"host3.example.", DNS_TYPE_MX, 0, "host3.example. MX ", "", ""},
	{"host3.example.", DNS_TYPE_A, 0, "", SOA, ""},
	{"foo.bar.example.", DNS_TYPE_TXT, 0, "foo.bar.example. TXT ", "", ""},
	{"host1.example.", DNS_TYPE_MX, 0, "", SOA, ""},
	{"sub.*.example.", DNS_TYPE_MX, 0, "", SOA, ""},
	{"_telnet._tcp.host1.example.", DNS_TYPE_SRV, DNS_RCODE_NXDOMAIN, "", SOA, ""},
	{"host.subdel.example.", DNS_TYPE_A, 0, "", SUBDEL, "ns.subdel.example. A "},
	{"ghost.*.example.", DNS_TYPE_MX, DNS_RCODE_NXDOMAIN, "", SOA, ""},
	/* Empty non-terminals, RFC 4592 2.2.2. */
	{"_tcp.host1.example.", DNS_TYPE_A, 0, "", SOA, ""},
	{"host2.example.", DNS_TYPE_TXT, 0, "", SOA, ""},
	/* RFC 4035 3.1.4.1, RFC 6672 2.2, RFC 6604 3, RFC 8482 4.1. */
	{"subdel.example.", DNS_TYPE_DS, 0, "", SOA, ""},
	{"a.frobozz.example.", DNS_TYPE_A, 0, "frobozz.example. DNAME a.frobozz.example. CNAME ",
	 SOA, ""},
	{"frobozz.example.", DNS_TYPE_DNAME, 0, "frobozz.example. DNAME ", "", ""},
	{"alias.example.", DNS_TYPE_A, DNS_RCODE_NXDOMAIN, "alias.example. CNAME ", SOA, ""},
	{"loop.example.", DNS_TYPE_A, 0, "loop.example. CNAME ", "", ""},
	{"*.example.", DNS_TYPE_ANY, 0, "*.example. MX ", "", ""},
	{"elsewhere.", DNS_TYPE_A, DNS_RCODE_REFUSED, "", "", ""},
};

static void
assert_records(const struct example *example, const struct reference_list *list,
	       const char *expected)
{
	char got[1024] = "", owner[NAME_TEXT_MAX];
	for (size_t i = 0; i < list->count; i++) {
		char *type = ldns_rr_type2str((ldns_rr_type)list->items[i].type);
		size_t used = strlen(got);
		snprintf(got + used, sizeof got - used, "%s %s ",
			 name_text(owner, list->items[i].owner), type);
		free(type);
	}
	if (strcmp(got, expected))
		fail_msg("%s type %u: '%s', not '%s'", example->name, example->type, got, expected);
}

static void
test_examples(void **state)
{
	(void)state;
	struct zone_options options = {.now = 1700000000};
	struct report report = REPORT_INIT;
	uint8_t wire[DNS_NAME_MAX];
	plan_wire(wire, "example.");
	struct zone *zone = zone_load_text(wire, "example.zone", zone_text, sizeof zone_text - 1,
					   &options, &report);
	assert_non_null(zone);
	for (size_t i = 0; i < ARRAY_LENGTH(examples); i++) {
		const struct example *example = &examples[i];
		struct reference_question question = {.name = wire, .type = example->type};
		struct reference_answer answer;
		plan_wire(wire, example->name);
		reference_resolve((const struct zone *const *)&zone, 1, &question, &answer);
		if (answer.rcode != example->rcode)
			fail_msg("%s type %u: rcode %u", example->name, example->type,
				 answer.rcode);
		assert_records(example, &answer.answer, example->answer);
		assert_records(example, &answer.authority, example->authority);
		assert_records(example, &answer.required, example->required);
		/* Authoritative unless it is a referral or refused. */
		assert_int_equal(answer.aa,
				 example->required[0] == '\0' && answer.rcode != DNS_RCODE_REFUSED);
		reference_free(&answer);
	}
	zone_free(zone);
	report_clear(&report);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
