/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing into the answer: names found behind pointers, sets whole or not at all, damaged sets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "answer/reply.h"
#include "anyns/wire.h"
#include "image/segment.h"
#include "served.h"

/* A message with names in it, and a reply that holds it. */
struct page {
	uint8_t out[70000];
	struct reply reply;
};

static void
begin(struct page *p, const void *bytes, size_t size, size_t limit)
{
	memset(p->out, 0xee, sizeof p->out);
	memset(p->out, 0, DNS_HEADER_SIZE);
	memcpy(p->out + DNS_HEADER_SIZE, bytes, size);
	p->reply = (struct reply){.out = p->out,
				  .at = DNS_HEADER_SIZE + size,
				  .limit = limit,
				  .question_end = DNS_HEADER_SIZE + size};
}

static struct page page; /* too large for a stack */

static void
test_locate(void **state)
{
	(void)state;
	/* 12: www.example.  25: ftp + pointer to example.  31: pointer to that  33: a pointer to a
	 * pointer */
	static const char names[] = "\3www\7example\0\3ftp\xc0\x10\xc0\x19\xc0\x1f";
	begin(&page, names, sizeof names - 1, 512);
	const struct reply *reply = &page.reply;
	static const struct {
		size_t at, skip, found;
	} table[] = {
		{12, 0, 12},  {12, 4, 16},  {12, 12, 24}, {25, 0, 25}, {25, 4, 16},
		{25, 12, 24}, {31, 0, 25},  {31, 4, 16},  {33, 0, 25}, {33, 12, 24},
		{24, 0, 24},  {12, 3, 0},   {12, 5, 0},   {12, 13, 0}, {24, 1, 0},
		{25, 13, 0},  {12, 999, 0}, {34, 0, 0},   {35, 0, 0},  {9999, 0, 0},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(table); i++)
		assert_int_equal(reply_locate(reply, table[i].at, table[i].skip), table[i].found);
	/* The root label as the last byte of all. */
	begin(&page, "\1a", 3, 512);
	assert_int_equal(reply_locate(reply, 12, 2), 14);
	assert_int_equal(reply_locate(reply, 14, 0), 14);
	assert_int_equal(reply_locate(reply, 15, 0), 0);
	/* The last byte, of which more would have to follow. */
	begin(&page, "\1a\5", 3, 512);
	assert_int_equal(reply_locate(reply, 14, 0), 0);
	begin(&page, "\1a\xc0", 3, 512);
	assert_int_equal(reply_locate(reply, 12, 2), 0);
}

/* Pointers in a circle end. */
static void
test_locate_loop(void **state)
{
	(void)state;
	begin(&page, "\xc0\x0c\1a\xc0\x0e", 6, 512);
	assert_int_equal(reply_locate(&page.reply, 12, 0), 0);
	assert_int_equal(reply_locate(&page.reply, 14, 400), 0);
	assert_int_equal(reply_locate(&page.reply, 14, 200), 14);
}

static void
test_record(void **state)
{
	(void)state;
	for (size_t limit = 20; limit <= 33; limit++) {
		begin(&page, "\1a\0\0\1\0\1", 7, limit);
		bool fits = limit >= 12 + 7 + 12 + 2;
		assert_int_equal(reply_record(&page.reply, REPLY_AUTHORITY, (struct owner){12, 3},
					      DNS_TYPE_CNAME, 0x01020304,
					      (const uint8_t *)"\xc0\x0c", 2),
				 fits);
		assert_int_equal(page.reply.counts[REPLY_AUTHORITY], fits);
		assert_int_equal(page.reply.at, fits ? 33 : 19);
		if (fits)
			assert_memory_equal(page.out + 19, "\xc0\x0c\0\5\0\1\1\2\3\4\0\2\xc0\x0c",
					    14);
		assert_int_equal(page.out[limit], 0xee);
	}
}

static void
test_truncate(void **state)
{
	(void)state;
	begin(&page, "\1a\0\0\1\0\1", 7, 512);
	assert_true(reply_record(&page.reply, REPLY_ANSWER, (struct owner){12, 3}, 1, 1,
				 (const uint8_t *)"abcd", 4));
	reply_truncate(&page.reply);
	assert_true(page.reply.truncated);
	assert_int_equal(page.reply.at, 19);
	for (size_t i = 0; i < REPLY_SECTIONS; i++)
		assert_int_equal(page.reply.counts[i], 0);
}

/* ------------------------------------------------------------ sets */

struct zone_copy {
	uint8_t *bytes;
	struct scope scope;
};

/* The zone's image, writable, in a message that asks for www.example. */
static struct zone_copy
copy_zone(void)
{
	size_t size;
	struct segment *segment = served_segment(&(struct served_zone){
		"example.",
		"$TTL 300\n@ SOA ns host 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\nwww MX 1 www\nwww MX "
		"2 x\n"
		"www MX 3 y.x\nx A 192.0.2.2\nwww SVCB 1 . port=1\nwww A 192.0.2.3\n",
		PLAN_NSEC});
	const void *bytes = segment_bytes(segment, &size);
	struct zone_copy z;
	z.bytes = malloc(size);
	assert_non_null(z.bytes);
	memcpy(z.bytes, bytes, size);
	segment_release(segment);
	z.scope = (struct scope){
		.image = {.base = z.bytes, .size = size, .header = (const void *)z.bytes},
		.name_at = DNS_HEADER_SIZE,
		.name_size = 13,
		.literal = true};
	return z;
}

static const char question[] = "\3www\7example\0\0\17\0\1";

static struct image_set *
set_of(struct zone_copy *z, uint16_t type)
{
	struct lookup_name name;
	assert_int_equal(lookup_name_set(&name, (const uint8_t *)"\3www\7example", 13), 13);
	const struct image_node *node = image_lookup(&z->scope.image, &name).node;
	const struct image_set *set = image_find_set(&z->scope.image, node, type);
	return (struct image_set *)(void *)(z->bytes + ((const uint8_t *)set - z->bytes));
}

static const struct owner www = {12, 13};

/* Each limit: whole or nothing, with and without signatures, for the question and for another
 * place. */
static void
test_set_limits(void **state)
{
	(void)state;
	struct zone_copy z = copy_zone();
	const struct image_set *mx = set_of(&z, DNS_TYPE_MX);
	size_t place;
	for (unsigned sigs = 0; sigs < 2; sigs++) {
		size_t end = 12 + 17 + (size_t)mx->data_size + (sigs ? mx->sig_size : 0);
		for (size_t limit = end - 2; limit <= end + 1; limit++) {
			begin(&page, question, 17, limit);
			assert_int_equal(reply_set(&page.reply, REPLY_ANSWER, &z.scope, mx, www,
						   sigs, &place),
					 limit >= end);
			assert_int_equal(place, 29);
			assert_int_equal(page.reply.at, limit >= end ? end : 29);
			assert_int_equal(page.reply.counts[REPLY_ANSWER],
					 limit >= end ? 3 + sigs : 0);
			assert_int_equal(page.out[end], 0xee);
		}
	}
	free(z.bytes);
}

/* The same set three times in one message reads the same each time. */
static void
test_set_places(void **state)
{
	(void)state;
	static char text[DNSTEXT_MAX];
	struct zone_copy z = copy_zone();
	size_t place;
	begin(&page, question, 17, 60000);
	for (unsigned i = 0; i < 3; i++) {
		assert_true(reply_set(&page.reply, (enum reply_section)i, &z.scope,
				      set_of(&z, DNS_TYPE_MX), www, false, &place));
		wire_poke_u16(page.out + 6 + 2 * i, page.reply.counts[i]);
	}
	page.out[2] = 0x80;
	wire_poke_u16(page.out + 4, 1);
	dnstext_answer(text, sizeof text, page.out, page.reply.at, (struct dnstext_hashes){0});
	assert_string_equal(text, "NOERROR\n"
				  "an www.example. 300 MX 1 www.example.\n"
				  "an www.example. 300 MX 2 x.example.\n"
				  "an www.example. 300 MX 3 y.x.example.\n"
				  "au www.example. 300 MX 1 www.example.\n"
				  "au www.example. 300 MX 2 x.example.\n"
				  "au www.example. 300 MX 3 y.x.example.\n"
				  "ad www.example. 300 MX 1 www.example.\n"
				  "ad www.example. 300 MX 2 x.example.\n"
				  "ad www.example. 300 MX 3 y.x.example.\n");
	free(z.bytes);
}

/* Lengths and counts that do not add up: no record of such a set is taken where owners are
 * rewritten. */
static void
test_damaged_sets(void **state)
{
	(void)state;
	struct zone_copy z = copy_zone();
	struct image_set *mx = set_of(&z, DNS_TYPE_MX);
	const struct owner other = {16, 13};
	struct image_set whole = *mx;
	size_t place;
	for (unsigned fault = 0; fault < 5; fault++) {
		uint8_t *data = z.bytes + (image_set_data(mx) - z.bytes);
		uint16_t length = wire_peek_u16(data + 10);
		mx->rr_count = (uint16_t)(whole.rr_count + (fault == 0) - (fault == 1));
		mx->sig_count = (uint16_t)(whole.sig_count + (fault == 2) - (fault == 3));
		wire_poke_u16(data + 10, fault == 4 ? 0xffff : length);
		begin(&page, question, 17, 600);
		assert_false(
			reply_set(&page.reply, REPLY_ANSWER, &z.scope, mx, other, true, &place));
		assert_int_equal(page.reply.at, 29);
		assert_false(reply_named_set(&page.reply, REPLY_AUTHORITY, &z.scope, mx,
					     (const uint8_t *)"\3www", 4, true));
		begin(&page, question, 17, 600);
		assert_int_equal(reply_sigs(&page.reply, mx, www), fault != 2 && fault != 3);
		wire_poke_u16(data + 10, length);
		*mx = whole;
	}
	begin(&page, question, 17, 600);
	assert_true(reply_set(&page.reply, REPLY_ANSWER, &z.scope, mx, other, true, &place));
	free(z.bytes);
}

/* A patch behind the data is not made. */
static void
test_damaged_patch(void **state)
{
	(void)state;
	struct zone_copy z = copy_zone();
	struct image_set *mx = set_of(&z, DNS_TYPE_MX);
	uint16_t *patches = (uint16_t *)(void *)(z.bytes + ((const uint8_t *)image_set_patches(mx) -
							    z.bytes));
	size_t place;
	for (uint16_t past = 0; past < 3; past++) {
		patches[0] = (uint16_t)(IMAGE_PATCH_OWNER | (mx->data_size - 2 + past));
		begin(&page, question, 17, 29u + mx->data_size);
		page.reply.question_end--; /* not the common case */
		assert_true(reply_set(&page.reply, REPLY_ANSWER, &z.scope, mx, www, false, &place));
		assert_int_equal(page.out[29u + mx->data_size], 0xee);
	}
	free(z.bytes);
}

static void
test_sigs_limits(void **state)
{
	(void)state;
	struct zone_copy z = copy_zone();
	const struct image_set *mx = set_of(&z, DNS_TYPE_MX);
	for (size_t limit = 29u + mx->sig_size - 1; limit <= 29u + mx->sig_size; limit++) {
		begin(&page, question, 17, limit);
		bool fits = limit >= 29u + mx->sig_size;
		assert_int_equal(reply_sigs(&page.reply, mx, www), fits);
		assert_int_equal(page.reply.at, fits ? limit : 29);
		assert_int_equal(page.reply.counts[REPLY_ANSWER], fits);
	}
	free(z.bytes);
}

/* Extras: outside the data, of no node, owner's own, beyond the reach of pointers. */
static void
test_extras(void **state)
{
	(void)state;
	struct zone_copy z = copy_zone();
	struct image_set *mx = set_of(&z, DNS_TYPE_MX);
	struct image_extra *extra =
		(struct image_extra *)(void *)(z.bytes +
					       ((const uint8_t *)image_set_extras(mx) - z.bytes));
	struct image_extra good = *extra;
	size_t place;
	for (unsigned fault = 0; fault < 4; fault++) {
		*extra = good;
		if (fault == 1)
			extra->node = UINT32_MAX;
		if (fault == 2)
			extra->name_at = (uint16_t)(mx->data_size - 1);
		if (fault == 3)
			extra->name_at = IMAGE_EXTRA_OWNER;
		begin(&page, question, 17, 600);
		assert_true(reply_set(&page.reply, REPLY_ANSWER, &z.scope, mx, www, false, &place));
		assert_true(reply_extras(&page.reply, &z.scope, mx, www, place, false));
		/* www has an address itself, x the other */
		unsigned extras = mx->extra_count;
		assert_int_equal(page.reply.counts[REPLY_ADDITIONAL],
				 fault == 1 || fault == 2 ? extras - 1 : extras);
	}
	/* Required and no room: the caller must know; not required: nobody cares. */
	for (uint16_t required = 0; required < 2; required++) {
		*extra = good;
		extra->required = required;
		begin(&page, question, 17, 29u + mx->data_size);
		assert_true(reply_set(&page.reply, REPLY_ANSWER, &z.scope, mx, www, false, &place));
		assert_int_equal(reply_extras(&page.reply, &z.scope, mx, www, place, false),
				 !required);
		assert_int_equal(page.reply.counts[REPLY_ADDITIONAL], 0);
	}
	free(z.bytes);
}

/* Where the zone's name is when it was reached through a CNAME's compressed target. */
static void
test_scope(void **state)
{
	(void)state;
	static const char names[] = "\3www\7example\0\3ftp\xc0\x10";
	struct zone_copy z = copy_zone();
	begin(&page, names, sizeof names - 1, 512);
	assert_int_equal(scope_apex_at(&page.reply, &z.scope), 16);
	z.scope.literal = false;
	assert_int_equal(scope_apex_at(&page.reply, &z.scope), 16);
	z.scope.name_at = 25;
	assert_int_equal(scope_apex_at(&page.reply, &z.scope), 16);
	free(z.bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_locate),       cmocka_unit_test(test_locate_loop),
		cmocka_unit_test(test_record),       cmocka_unit_test(test_truncate),
		cmocka_unit_test(test_set_limits),   cmocka_unit_test(test_set_places),
		cmocka_unit_test(test_damaged_sets), cmocka_unit_test(test_damaged_patch),
		cmocka_unit_test(test_sigs_limits),  cmocka_unit_test(test_extras),
		cmocka_unit_test(test_scope),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
