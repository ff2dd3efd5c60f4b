/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe_fixture.h"

#include "probe/probe_svg.h"

static void
add(struct probe_catchment *c, const char *vantage, uint64_t seq, const char *instance)
{
	struct probe_record record = record_at(vantage, seq, (int64_t)seq * 100 * MS, instance);

	assert_non_null(probe_catchment_add(c, &record).series);
}

static size_t
count_of(const char *text, const char *part)
{
	size_t count = 0;

	for (; (text = strstr(text, part)); text += strlen(part))
		count++;
	return count;
}

/* Elements closed in the order in which they were opened, nothing after the last; & only in
 * entities. */
static void
assert_well_formed(const char *text)
{
	char stack[16][32];
	size_t depth = 0;

	for (const char *at = text; (at = strpbrk(at, "<&")); at++) {
		if (*at == '&') {
			assert_non_null(strchr(at, ';'));
			continue;
		}
		const char *end = strchr(at, '>');
		assert_non_null(end);
		if (at[1] == '?' || end[-1] == '/')
			continue;
		size_t size = strcspn(at + 1 + (at[1] == '/'), " >");
		assert_true(size < sizeof(stack[0]));
		if (at[1] == '/') {
			assert_true(depth > 0);
			depth--;
			assert_int_equal(strlen(stack[depth]), size);
			assert_memory_equal(stack[depth], at + 2, size);
		} else {
			assert_true(depth < ARRAY_LENGTH(stack));
			snprintf(stack[depth++], sizeof(stack[0]), "%.*s", (int)size, at + 1);
		}
	}
	assert_int_equal(depth, 0);
}

static void
draw(struct probe_catchment *c, struct page *page)
{
	probe_catchment_finish(c);
	page_open(page);
	probe_svg_write(page->stream, c);
	assert_well_formed(page_text(page));
}

static void
test_picture(void **state)
{
	struct probe_catchment c = {0};
	struct page page;
	(void)state;

	for (uint64_t i = 0; i < 100; i++) {
		add(&c, "tokyo", i, i < 50 ? "tyo1-a" : i < 53 ? NULL : "lon1-a");
		add(&c, "london", i, "lon1-a");
	}
	draw(&c, &page);
	page_has(&page, "role=\"img\" aria-labelledby=\"title desc\"");
	page_has(&page, "<title id=\"title\">Catchment of 192.0.2.53@53</title>");
	page_has(&page, "tokyo: lon1-a 48.5 %, tyo1-a 51.5 %; 3 of 100 lost");
	page_has(&page, "london: lon1-a 100.0 %; 0 of 100 lost");
	page_has(&page, "<text x=\"40\" y=\"74\">lon1-a</text>");
	page_has(&page, ">lost</text>");
	page_has(&page, "tyo1-a 52 %, lost 3 %</text>");
	/* Keys 3, london one column, tokyo one for each instance and one for the loss, white. */
	assert_int_equal(count_of(page.text, "fill=\"#0072B2\""), 3); /* lon1-a */
	assert_int_equal(count_of(page.text, "fill=\"#E69F00\""), 2); /* tyo1-a */
	assert_true(count_of(page.text, "fill=\"#000000\"") >= 2);
	page_close(&page);
	probe_catchment_clear(&c);
}

static void
test_nothing(void **state)
{
	struct probe_catchment c = {0};
	struct page page;
	(void)state;

	draw(&c, &page);
	page_has(&page, "Catchment</text>");
	page_close(&page);
	/* One query is a point in time, and is to be seen. */
	add(&c, NULL, 0, "a");
	draw(&c, &page);
	assert_int_equal(count_of(page.text, "fill=\"#0072B2\""), 2);
	page_lacks(&page, "nan");
	page_lacks(&page, "inf");
	page_close(&page);
	probe_catchment_clear(&c);
}

static void
test_hostile_names(void **state)
{
	struct probe_catchment c = {0};
	struct page page;
	(void)state;

	add(&c, "<script>&\"", 0, "</svg>\x01\xff");
	add(&c,
	    "a very long name of a vantage point that does not fit before its bar at all, never", 0,
	    "x");
	draw(&c, &page);
	page_lacks(&page, "<script>");
	page_has(&page, "&lt;script>&amp;&quot;");
	page_has(&page, "&lt;/svg>??");
	page_has(&page, "&#8230;</text>");
	assert_int_equal(count_of(page.text, "</svg>"), 1);
	page_close(&page);
	probe_catchment_clear(&c);
}

/* More instances than colours: stripes, dots, then grey. */
static void
test_many_instances(void **state)
{
	struct probe_catchment c = {0};
	struct page page;
	char name[32];
	(void)state;

	for (unsigned i = 0; i < 23; i++) {
		snprintf(name, sizeof(name), "i%02u", i);
		add(&c, name, 0, name);
		add(&c, name, 1, name);
	}
	draw(&c, &page);
	assert_int_equal(count_of(page.text, "<pattern "), 14);
	assert_int_equal(count_of(page.text, "fill=\"url(#p7)\""), 2);
	assert_int_equal(count_of(page.text, "fill=\"url(#p20)\""), 2);
	page_lacks(&page, "#p21");
	assert_int_equal(count_of(page.text, "fill=\"#BBBBBB\""), 4);
	page_close(&page);
	probe_catchment_clear(&c);
}

/* Rows get lower as they get more; past the point where letters fit there are none. */
static void
test_many_rows(void **state)
{
	static const struct {
		unsigned rows;
		const char *height;
		bool labels;
	} cases[] = {{24, "height=\"", true},
		     {200, "font-size=\"10\"", true},
		     {201, "font-size=\"10\"", false}};
	char name[32];
	(void)state;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct probe_catchment c = {0};
		struct page page;
		for (unsigned row = 0; row < cases[i].rows; row++) {
			snprintf(name, sizeof(name), "v%u", row);
			add(&c, name, 0, "a");
		}
		draw(&c, &page);
		page_has(&page, cases[i].height);
		assert_int_equal(strstr(page.text, "text-anchor=\"end\"") != NULL, cases[i].labels);
		assert_int_equal(count_of(page.text, "<g shape-rendering"), cases[i].rows);
		page_close(&page);
		probe_catchment_clear(&c);
	}
}

/* The last query of all is seen, though nothing comes behind it. */
static void
test_last_query(void **state)
{
	struct probe_catchment c = {0};
	struct page page;
	(void)state;

	for (uint64_t i = 0; i < 4; i++)
		add(&c, "v", i, i < 3 ? "a" : "b");
	draw(&c, &page);
	assert_int_equal(count_of(page.text, "fill=\"#E69F00\""), 2);
	page_lacks(&page, "width=\"1.50\"");
	page_close(&page);
	probe_catchment_clear(&c);
}

/* A silence in which nothing was asked is neither an instance nor a loss. */
static void
test_silence(void **state)
{
	struct probe_catchment c = {0};
	struct page page;
	(void)state;

	for (uint64_t i = 0; i < 50; i++)
		add(&c, "v", i, "a");
	for (uint64_t i = 500; i < 550; i++)
		add(&c, "v", i, "a");
	draw(&c, &page);
	assert_int_equal(count_of(page.text, "fill=\"#0072B2\""), 3); /* key, before, after */
	page_close(&page);
	probe_catchment_clear(&c);
}

/* From milliseconds to months there are some ticks, but never a hundred. */
static void
test_axis(void **state)
{
	(void)state;

	for (int64_t step = MS; step < (int64_t)86400 * 90 * S; step *= 3) {
		struct probe_catchment c = {0};
		struct page page;
		for (uint64_t i = 0; i < 10; i++) {
			struct probe_record record = record_at(NULL, i, (int64_t)i * step, "a");
			(void)probe_catchment_add(&c, &record);
		}
		draw(&c, &page);
		size_t ticks = count_of(page.text, "text-anchor=\"middle\"");
		if (ticks < 2 || ticks > 12)
			fail_msg("%zu ticks for a step of %lld ns", ticks, (long long)step);
		page_close(&page);
		probe_catchment_clear(&c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_picture),       cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_hostile_names), cmocka_unit_test(test_many_instances),
		cmocka_unit_test(test_many_rows),     cmocka_unit_test(test_silence),
		cmocka_unit_test(test_last_query),    cmocka_unit_test(test_axis),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
