/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe_fixture.h"

#include "probe/probe_view.h"

static void
tell(struct probe_view *view, uint64_t seq, const char *instance)
{
	struct probe_record record = record_at("tokyo", seq, (int64_t)seq * 10 * MS, instance);

	probe_view_record(view, &record);
}

static struct probe_view
view_to(struct page *page, struct probe_catchment *catchment, enum probe_view_mode mode)
{
	page_open(page);
	return (struct probe_view){.stream = page->stream, .mode = mode, .catchment = catchment};
}

static void
test_lines(void **state)
{
	struct probe_catchment c = {0};
	struct page page;
	struct probe_view view = view_to(&page, &c, PROBE_VIEW_LINES);
	(void)state;

	tell(&view, 0, "a");
	tell(&view, 1, "a");
	tell(&view, 2, NULL);
	tell(&view, 3, "b\n");
	assert_string_equal(page_text(&page),
			    "00:16:40.000 tokyo udp: answered by a\n"
			    "00:16:40.020 tokyo udp: no answer since then\n"
			    "00:16:40.030 tokyo udp: a -> b?\n"
			    "00:16:40.032 tokyo udp: answers again after 12.0 ms, 1 lost\n");
	probe_view_finish(&view);
	page_has(&page, "VANTAGE  INSTANCE");
	page_has(&page, "4 asked, 3 answered, 1 lost, 1 timeout\n");
	page_close(&page);
	probe_catchment_clear(&c);
}

/* Two paths of equal cost: hundreds of changes a second are told as a number. */
static void
test_flood(void **state)
{
	struct probe_catchment c = {0};
	struct page page;
	struct probe_view view = view_to(&page, &c, PROBE_VIEW_LINES);
	(void)state;

	for (uint64_t i = 0; i < 150; i++)
		tell(&view, i, i % 2 ? "a" : "b");
	page_has(&page, "... and 90 more such events in that second\n");
	probe_view_finish(&view);
	page_has(&page, "... and 40 more such events in that second\n");
	page_has(&page, "149 changes of instance");
	page_close(&page);
	probe_catchment_clear(&c);
}

static void
test_verbose(void **state)
{
	struct probe_catchment c = {0};
	struct probe_record record = record_at("v", 1, 0, "a");
	struct page page;
	struct probe_view view = view_to(&page, &c, PROBE_VIEW_VERBOSE);
	(void)state;

	tell(&view, 0, NULL);
	record.rcode = 5;
	record.subnet = "::/0/0";
	record.instance = NULL;
	probe_view_record(&view, &record);
	page_has(&page, "seq 0 lost: timeout\n");
	page_has(&page, "seq 1 (no name) 2.00 ms REFUSED subnet ::/0/0\n");
	page_close(&page);
	probe_catchment_clear(&c);
}

static void
test_quiet(void **state)
{
	struct probe_catchment c = {0};
	struct page page;
	struct probe_view view = view_to(&page, &c, PROBE_VIEW_QUIET);
	(void)state;

	tell(&view, 0, "a");
	probe_view_draw(&view);
	assert_string_equal(page_text(&page), "");
	view.json = true;
	view.vantage = "here";
	probe_view_finish(&view);
	page_has(&page, "{\"type\":\"summary\",\"vantage\":\"here\",");
	page_lacks(&page, "\"type\":\"query\"");
	page_close(&page);
	probe_catchment_clear(&c);
}

static void
test_json(void **state)
{
	struct probe_catchment c = {0};
	struct probe_record record = record_at("v", PROBE_SEQ_NEXT, 0, "a");
	struct page page;
	struct probe_view view = view_to(&page, &c, PROBE_VIEW_LINES);
	(void)state;

	view.json = true;
	probe_view_record(&view, &record);
	page_lacks(&page, "change");
	record.instance = "b";
	probe_view_record(&view, &record);
	page_has(&page, "\"seq\":0,");
	page_has(&page, "\"seq\":1,");
	page_has(&page, "\"change\":true}\n");
	page_close(&page);
	probe_catchment_clear(&c);
}

/* Memory is no terminal: the table is drawn as if it had 24 lines of 80 letters. */
static void
test_live(void **state)
{
	struct probe_catchment c = {0};
	struct page page;
	struct probe_view view = view_to(&page, &c, PROBE_VIEW_LIVE);
	char name[16];
	(void)state;

	tell(&view, 0, "a");
	probe_view_draw(&view);
	page_has(&page, "VANTAGE");
	assert_int_equal(view.drawn, 2);
	tell(&view, 1, "b");
	page_has(&page, "\033[2A\033[J00:16:40.010 tokyo udp: a -> b\n");
	assert_int_equal(view.drawn, 0);
	for (unsigned i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "i%u", i);
		tell(&view, 2 + i, name);
	}
	probe_view_draw(&view);
	assert_int_equal(view.drawn, 23);
	probe_view_finish(&view);
	assert_int_equal(view.drawn, 0);
	page_close(&page);
	probe_catchment_clear(&c);
}

/* Too long for the screen: cut behind a character, never inside of one. */
static void
test_cut(void **state)
{
	struct probe_catchment c = {0};
	struct page page;
	struct probe_view view = view_to(&page, &c, PROBE_VIEW_LIVE);
	char name[242] = "a";
	(void)state;

	for (size_t i = 0; i < 120; i++)
		memcpy(name + 1 + 2 * i, "\xc3\xa9", 3);
	for (unsigned shift = 0; shift < 2; shift++) {
		tell(&view, shift, name + shift); /* one byte to and fro */
		probe_view_draw(&view);
	}
	fflush(page.stream);
	const char *cut = strstr(page.text, "\xc3\xa9\n");
	assert_non_null(cut);
	for (const char *at = page.text; (at = strchr(at, '\xc3')); at++)
		assert_int_equal(at[1], '\xa9');
	page_close(&page);
	probe_catchment_clear(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),   cmocka_unit_test(test_flood),
		cmocka_unit_test(test_verbose), cmocka_unit_test(test_quiet),
		cmocka_unit_test(test_json),    cmocka_unit_test(test_live),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
