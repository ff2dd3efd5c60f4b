/* SPDX-License-Identifier: BSD-2-Clause */
#include "serve/identity_zone.h"

#include "serve_fixture.h"

#include "anyns/name.h"

#define KEY                                                                                  \
	"@ DNSKEY 257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxIL" \
	"fDLUT0rAK9iUzy1L53eKGQ==\n"
#define DELEGATION "identity NS ns.identity\nns.identity A 192.0.2.7\n"
#define DS         "identity DS 12345 13 2 " HEX32 HEX32 "\n"
#define HEX32      "000102030405060708090a0b0c0d0e0f"

static struct config *
config_with(const struct folder *folder, const char *more)
{
	put_file(folder, "a.zone", ZONE_GOOD(1));
	char text[1024];

	snprintf(text, sizeof(text), "zones: [{name: a.example, file: a.zone}]\n%s", more);
	return make_config(folder, text);
}

static const struct zone_set *
set_of(const struct zone *zone, uint16_t type)
{
	const struct zone_set *set = zone_find_set(zone, &zone->names[0], type);

	assert_non_null(set);
	assert_int_equal(set->ttl, 0);
	return set;
}

static void
makes_all_records(void **state)
{
	struct config *config = config_with(*state, "identity-name: Identity.Example\n"
						    "identity-addresses: [192.0.2.1, 192.0.2.2, "
						    "\"2001:db8::1\"]\n");
	struct report report = REPORT_INIT;
	struct zone *zone = identity_zone_make(config, &report);
	uint8_t apex[DNS_NAME_MAX];

	assert_non_null(zone);
	assert_int_equal(report.errors + report.warnings, 0);
	assert_true(name_parse(apex, "identity.example") > 0);
	assert_true(name_equal(zone->apex, apex));
	assert_int_equal(zone->name_count, 1);
	const struct zone_set *txt = set_of(zone, DNS_TYPE_TXT);
	assert_int_equal(txt->rdata_count, 1);
	assert_int_equal(zone->rdatas[txt->first_rdata].size, 5);
	assert_memory_equal(zone->rdatas[txt->first_rdata].bytes, "\4test", 5);
	const struct zone_set *a = set_of(zone, DNS_TYPE_A);
	assert_int_equal(a->rdata_count, 2);
	assert_memory_equal(zone->rdatas[a->first_rdata].bytes, "\300\0\2\1", 4);
	assert_int_equal(set_of(zone, DNS_TYPE_AAAA)->rdata_count, 1);
	assert_int_equal(set_of(zone, DNS_TYPE_NS)->rdata_count, 1);
	/* Negative answers are not to be kept either: the last field of the SOA (RFC 2308 3). */
	const struct zone_set *soa = set_of(zone, DNS_TYPE_SOA);
	const struct zone_rdata *rdata = &zone->rdatas[soa->first_rdata];
	assert_memory_equal(rdata->bytes + rdata->size - 4, "\0\0\0\0", 4);
	zone_free(zone);
	config_free(config);
}

static void
works_without_addresses(void **state)
{
	struct config *config = config_with(*state, "identity-name: identity.example\n");
	struct report report = REPORT_INIT;
	struct zone *zone = identity_zone_make(config, &report);

	assert_non_null(zone);
	assert_int_equal(report.errors + report.warnings, 0);
	assert_null(zone_find_set(zone, &zone->names[0], DNS_TYPE_A));
	assert_null(zone_find_set(zone, &zone->names[0], DNS_TYPE_AAAA));
	zone_free(zone);
	config_free(config);
}

/* Bytes that mean something in a master file arrive as they are. */
static void
odd_instances(void **state)
{
	static const char *const instances[] = {
		"a",          "quote\"backslash\\end",
		"semi;colon", "(paren)",
		"@",          "$TTL",
		"\\035",      "012345678901234567890123456789012345678901234567890123456789012",
	};

	for (size_t i = 0; i < ARRAY_LENGTH(instances); i++) {
		struct config *config = config_with(*state, "identity-name: identity.example\n");
		struct report report = REPORT_INIT;
		free(config->instance);
		config->instance = strdup(instances[i]);
		struct zone *zone = identity_zone_make(config, &report);
		assert_non_null(zone);
		const struct zone_set *txt = set_of(zone, DNS_TYPE_TXT);
		const struct zone_rdata *rdata = &zone->rdatas[txt->first_rdata];
		assert_int_equal(txt->rdata_count, 1);
		assert_int_equal(rdata->size, strlen(instances[i]) + 1);
		assert_int_equal(rdata->bytes[0], strlen(instances[i]));
		assert_memory_equal(rdata->bytes + 1, instances[i], strlen(instances[i]));
		zone_free(zone);
		config_free(config);
	}
}

/* Names with bytes that must be escaped, and one of the greatest length. */
static void
odd_names(void **state)
{
	static const char *const names[] = {
		"a\\.b.example",
		"\\000\\255.example",
		"semi\\;colon.\\\"quote.\\@.example",
		"*.example",
	};

	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		struct config *config = config_with(*state, "identity-name: identity.example\n");
		struct report report = REPORT_INIT;
		assert_true(name_parse(config->identity_name, names[i]) > 0);
		struct zone *zone = identity_zone_make(config, &report);
		if (!zone)
			report_print(&report, stderr);
		assert_non_null(zone);
		assert_true(name_equal(zone->apex, config->identity_name));
		assert_int_equal(zone->name_count, 1);
		zone_free(zone);
		config_free(config);
	}
}

/* The errors that identity_zone_check_parent() finds with `apex` made of `text`. */
static size_t
errors_below(struct folder *folder, const char *identity, const char *apex_text, const char *text)
{
	char more[256];
	uint8_t apex[DNS_NAME_MAX];
	struct report report = REPORT_INIT;
	struct report findings = REPORT_INIT;

	snprintf(more, sizeof(more), "%s%s\n", *identity ? "identity-name: " : "", identity);
	struct config *config = config_with(folder, more);
	assert_true(name_parse(apex, apex_text) > 0);
	struct zone *zone = zone_load_text(apex, "test.zone", text, strlen(text),
					   &(struct zone_options){0}, &findings);
	if (!zone)
		report_print(&findings, stderr);
	assert_non_null(zone);
	struct segment *segment = segment_build(zone, &findings);
	assert_non_null(segment);
	identity_zone_check_parent(config, segment, &report);
	segment_release(segment);
	size_t errors = report.errors;
	if (errors) {
		assert_string_equal(report.findings[0].file, config->path);
		assert_int_equal(report.findings[0].line, 4);
		assert_non_null(report.findings[0].remedy);
	}
	zone_free(zone);
	config_free(config);
	report_clear(&report);
	report_clear(&findings);
	return errors;
}

static void
checks_the_parent(void **state)
{
	static const struct {
		const char *identity;
		const char *apex;
		const char *text;
		size_t errors;
	} cases[] = {
		{"identity.a.example", "a.example", ZONE_GOOD(1) KEY, 1},
		{"Identity.A.Example", "a.example", ZONE_GOOD(1) KEY, 1},
		{"identity.a.example", "a.example", ZONE_GOOD(1) KEY DELEGATION, 0},
		{"IDENTITY.a.example", "a.example", ZONE_GOOD(1) KEY DELEGATION, 0},
		{"identity.a.example", "a.example", ZONE_GOOD(1) KEY DELEGATION DS, 1},
		{"identity.a.example", "a.example", ZONE_GOOD(1) KEY "identity A 192.0.2.9\n", 1},
		/* Unsigned: nobody validates. */
		{"identity.a.example", "a.example", ZONE_GOOD(1), 0},
		/* Not above it. */
		{"identity.b.example", "a.example", ZONE_GOOD(1) KEY, 0},
		{"example", "a.example", ZONE_GOOD(1) KEY, 0},
		{"identitya.example", "a.example", ZONE_GOOD(1) KEY, 0},
		/* The root is above everything. */
		{"identity.example", ".",
		 "@ 300 SOA ns hm 1 2 3 4 5\n@ 300 NS ns\nns 300 A 192.0.2.1\n"
		 "@ 300 DNSKEY 257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dx"
		 "CjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==\n",
		 1},
		{"", "a.example", ZONE_GOOD(1) KEY, 0},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		size_t errors = errors_below(*state, cases[i].identity, cases[i].apex,
					     cases[i].text);
		if (errors != cases[i].errors)
			fail_msg("case %zu: %zu errors", i, errors);
	}
}

/* An insecure delegation further up makes everything below it insecure. */
static void
delegated_above(void **state)
{
	assert_int_equal(errors_below(*state, "x.identity.a.example", "a.example",
				      ZONE_GOOD(1) KEY DELEGATION),
			 0);
	assert_int_equal(errors_below(*state, "x.identity.a.example", "a.example",
				      ZONE_GOOD(1) KEY DELEGATION DS),
			 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_all_records), cmocka_unit_test(works_without_addresses),
		cmocka_unit_test(odd_instances),     cmocka_unit_test(odd_names),
		cmocka_unit_test(checks_the_parent), cmocka_unit_test(delegated_above),
	};
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
