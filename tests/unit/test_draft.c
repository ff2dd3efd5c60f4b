/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone_fixture.h"

#include "zone/draft.h"

static const struct zone_options options = {.now = FIXTURE_NOW};

static void
start(struct draft *draft, struct report *report, const char *apex_text)
{
	uint8_t apex[DNS_NAME_MAX];
	assert_int_not_equal(name_parse(apex, apex_text), 0);
	assert_true(draft_start(draft, apex, &options, report));
}

/* The keys order names as name_compare() does, for all pairs of these. */
static void
test_keys_order_names(void **state)
{
	(void)state;
	static const char *const names[] = {
		".",           "a",          "A.a",          "b.a",
		"\\000.a",     "\\001.a",    "\\000\\000.a", "\\001\\000.a",
		"\\002.a",     "\\255.a",    "aa",           "a\\000",
		"a\\001",      "a\\002",     "x.a\\000",     "x.aa",
		"abcdefgh.a",  "abcdefg.a",  "abcdefghi.a",  "*.a",
		"ab",          "b",          "\\200",        "a.b.c.d.e.f.g.h",
		"\\001",       "\\000",      "\\001\\001",   "\\000.\\000",
		"\\000.\\001", "\\001.\\000"};
	struct report report = REPORT_INIT;
	struct draft draft;
	struct draft_owner *owners[ARRAY_LENGTH(names)];
	start(&draft, &report, ".");
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		uint8_t wire[DNS_NAME_MAX];
		assert_int_not_equal(name_parse(wire, names[i]), 0);
		owners[i] = draft_owner(&draft, wire);
		assert_non_null(owners[i]);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		for (size_t j = 0; j < ARRAY_LENGTH(names); j++) {
			int want = name_compare(owners[i]->wire, owners[j]->wire);
			int have = draft_owner_compare(owners[i], owners[j]);
			if ((want > 0) - (want < 0) != (have > 0) - (have < 0))
				fail_msg("%s and %s: %d, not %d", names[i], names[j], have, want);
		}
	}
	draft_free(&draft);
}

static void
test_longest_keys(void **state)
{
	(void)state;
	struct report report = REPORT_INIT;
	struct draft draft;
	uint8_t wire[DNS_NAME_MAX];
	start(&draft, &report, ".");
	/* 127 labels of a zero byte: every byte of the key is doubled. */
	for (size_t i = 0; i < 127; i++) {
		wire[2 * i] = 1;
		wire[2 * i + 1] = 0;
	}
	wire[254] = 0;
	struct draft_owner *owner = draft_owner(&draft, wire);
	assert_int_equal(owner->labels, 127);
	assert_int_equal(owner->key_size, 3 * 127);
	memset(wire, 0, sizeof wire);
	wire[0] = wire[64] = wire[128] = 63;
	wire[192] = 61;
	owner = draft_owner(&draft, wire);
	assert_int_equal(owner->size, 255);
	assert_int_equal(owner->key_size, 2 * 250 + 4);
	draft_free(&draft);
}

static void
test_records_and_files(void **state)
{
	(void)state;
	struct report report = REPORT_INIT;
	struct draft draft;
	char path[] = "p";
	start(&draft, &report, "Example.COM");
	assert_int_equal(draft.apex_labels, 2);
	assert_memory_equal(draft.apex, "\7example\3com", 13);
	struct zone_file file = {.path = path, .inode = 5};
	assert_int_equal(draft_file(&draft, &file), 0);
	assert_int_equal(draft_file(&draft, &file), 1);
	path[0] = 'x';
	assert_string_equal(draft.files[1].path, "p");
	struct draft_owner *owner = draft_owner(&draft, draft.apex);
	for (size_t i = 0; i < 100; i++)
		draft_record(&draft, DNS_TYPE_A, 60, (const uint8_t *)"abcd", 4,
			     (struct zone_place){1, 7});
	draft_record(&draft, DNS_TYPE_RRSIG, 60, (const uint8_t *)"\0\17xxxxxxxxxxxxxxxxx", 19,
		     (struct zone_place){1, 8});
	assert_int_equal(owner->record_count, 101);
	assert_int_equal(draft.records[100].set_type, 15);
	assert_int_equal(draft.places[draft.records[100].place].line, 8);
	assert_memory_equal(draft.records[99].rdata, "abcd", 4);
	assert_false(draft.no_memory);
	draft_free(&draft);
}

/* Records, owners and lines of the second behind those of the first, whatever is freed when. */
static void
test_join(void **state)
{
	(void)state;
	struct report report = REPORT_INIT;
	struct draft to, from;
	start(&to, &report, "example");
	start(&from, &report, "example");
	for (uint32_t i = 0; i < 40; i++) {
		struct draft *draft = i < 10 ? &to : &from;
		uint8_t wire[] = "\1x\7example";
		wire[1] = (uint8_t)('A' + i);
		assert_non_null(draft_owner(draft, wire));
		for (uint8_t n = 0; n < 2; n++)
			draft_record(draft, DNS_TYPE_A, i, (uint8_t[]){10, 0, n, (uint8_t)i}, 4,
				     (struct zone_place){0, (i < 10 ? i : i - 10) + 1});
	}
	draft_join(&to, &from, 10);
	draft_free(&from);
	assert_false(to.no_memory);
	assert_int_equal(to.owner_count, 40);
	assert_int_equal(to.record_count, 80);
	assert_int_equal(to.place_count, 80);
	for (uint32_t i = 0; i < 40; i++) {
		const struct draft_owner *owner = to.owners[i];
		assert_int_equal(owner->wire[1], name_fold((uint8_t)('A' + i)));
		assert_int_equal(owner->first_record, 2 * i);
		assert_int_equal(owner->record_count, 2);
		for (uint32_t n = 0; n < 2; n++) {
			const struct draft_record *record = &to.records[2 * i + n];
			assert_int_equal(record->ttl, i);
			assert_int_equal(record->rdata[2], n);
			assert_int_equal(record->rdata[3], i);
			assert_int_equal(to.places[record->place].line, i + 1);
		}
	}
	draft_free(&to);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys_order_names),
		cmocka_unit_test(test_longest_keys),
		cmocka_unit_test(test_records_and_files),
		cmocka_unit_test(test_join),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
