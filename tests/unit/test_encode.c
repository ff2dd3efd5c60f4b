/* SPDX-License-Identifier: BSD-2-Clause */
/* RRsets as bytes, patches and extras; the limits of each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "anyns/name.h"
#include "anyns/wire.h"
#include "image/encode.h"
#include "text_fixture.h"

/* An encoded set with the parts of it. */
struct encoded {
	struct zone *zone;
	struct encoder *encoder;
	const struct image_set *set;
	const uint8_t *data;
	uint16_t patches[4096];
	struct image_extra extras[4096];
};

static void
encode(struct encoded *e, const char *name, uint16_t type, uint32_t ttl)
{
	struct report report = REPORT_INIT;
	uint8_t wire[DNS_NAME_MAX], lower[DNS_NAME_MAX];
	size_t size;
	e->zone = served_load(&(struct served_zone){"example.", text, PLAN_UNSIGNED}, &report);
	assert_non_null(e->zone);
	report_clear(&report);
	assert_true(name_parse(wire, name) > 0);
	name_lower(lower, wire);
	uint32_t index = zone_find_name(e->zone, lower);
	assert_int_not_equal(index, ZONE_NONE);
	const struct zone_name *owner = &e->zone->names[index];
	e->encoder = encoder_new(e->zone);
	assert_non_null(e->encoder);
	e->set = encoder_set(e->encoder, owner, zone_find_set(e->zone, owner, type), ttl, &size);
	if (!e->set)
		return;
	assert_int_equal(size % 8, 0);
	assert_int_equal(size, image_set_size(e->set));
	const uint8_t *bytes = (const uint8_t *)e->set;
	e->data = bytes + sizeof *e->set;
	assert_true(e->set->patch_count <= 4096 && e->set->extra_count <= 4096);
	memcpy(e->patches, bytes + image_set_patches_at(e->set),
	       e->set->patch_count * sizeof(uint16_t));
	memcpy(e->extras, bytes + image_set_extras_at(e->set),
	       e->set->extra_count * sizeof(struct image_extra));
}

static void
done(struct encoded *e)
{
	encoder_free(e->encoder);
	zone_free(e->zone);
}

static struct encoded e; /* too large for a stack */

static void
test_plain(void **state)
{
	(void)state;
	begin();
	add("www A 192.0.2.1\nwww A 192.0.2.2\n");
	encode(&e, "www.example.", DNS_TYPE_A, 77);
	static const uint8_t expected[] = "\xc0\x0c\0\1\0\1\0\0\0\115\0\4\300\0\2\1"
					  "\xc0\x0c\0\1\0\1\0\0\0\115\0\4\300\0\2\2";
	assert_int_equal(e.set->type, DNS_TYPE_A);
	assert_int_equal(e.set->rr_count, 2);
	assert_int_equal(e.set->data_size, 32);
	assert_int_equal(e.set->sig_count, 0);
	assert_int_equal(e.set->sig_size, 0);
	assert_int_equal(e.set->patch_count, 0);
	assert_int_equal(e.set->extra_count, 0);
	assert_memory_equal(e.data, expected, 32);
	done(&e);
}

/* Names are pointers to the owner, into the apex, and to earlier names of the set. */
static void
test_pointers(void **state)
{
	(void)state;
	begin();
	add("a.b NS A.B\na.b NS x.a.b\na.b NS example.\na.b NS y.other.\na.b NS z.y.other.\na.b NS "
	    "c\n");
	encode(&e, "a.b.example.", DNS_TYPE_NS, 300);
	/* Question at 12 with 13 bytes of name, set at 29. Sorted: example. c.example. a.b.example.
	 * x.a.b y.other. z */
	assert_int_equal(e.set->rr_count, 6);
	size_t at = 0;
	uint16_t bases = 0;
	for (unsigned i = 0; i < e.set->patch_count; i++)
		bases = (uint16_t)(bases | 1u << (e.patches[i] >> 14));
	assert_int_equal(bases, 7); /* one of each kind at least */
	for (unsigned i = 0; i < e.set->rr_count; i++) {
		assert_int_equal(wire_peek_u16(e.data + at), 0xc00c);
		at += 12u + wire_peek_u16(e.data + at + 10);
	}
	assert_int_equal(at, e.set->data_size);
	for (unsigned i = 0; i < e.set->patch_count; i++) {
		uint16_t offset = e.patches[i] & IMAGE_PATCH_OFFSET;
		uint16_t target = wire_peek_u16(e.data + offset) & 0x3fff;
		switch (e.patches[i] & IMAGE_PATCH_BASE) {
		case IMAGE_PATCH_OWNER:
			assert_int_equal(target, 12);
			break;
		case IMAGE_PATCH_APEX:
			assert_int_equal(target, 12 + 4);
			break;
		default:
			assert_true(target >= 29 && target < 29 + offset);
		}
	}
	done(&e);
}

/* "*" is not in the answer: nothing may point to it. */
static void
test_wildcard_owner(void **state)
{
	(void)state;
	begin();
	add("*.w CNAME *.w\n");
	encode(&e, "*.w.example.", DNS_TYPE_CNAME, 300);
	assert_int_equal(e.set->patch_count, 1);
	assert_int_equal(e.patches[0] & IMAGE_PATCH_BASE, IMAGE_PATCH_APEX);
	assert_int_equal(e.set->data_size, 12 + 2 + 2 + 2);
	done(&e);
}

/* RFC 3597 4: only the types of RFC 1035. */
static void
test_not_compressed(void **state)
{
	(void)state;
	begin();
	add("s SRV 1 2 3 s\ns PTR s\ns DNAME s\n");
	encode(&e, "s.example.", DNS_TYPE_SRV, 300);
	assert_int_equal(e.set->patch_count, 0);
	assert_int_equal(e.set->data_size, 12 + 6 + 11);
	done(&e);
	encode(&e, "s.example.", DNS_TYPE_DNAME, 300);
	assert_int_equal(e.set->patch_count, 0);
	done(&e);
	encode(&e, "s.example.", DNS_TYPE_PTR, 300);
	assert_int_equal(e.set->patch_count, 1);
	assert_int_equal(e.set->data_size, 14);
	done(&e);
	encode(&e, "example.", DNS_TYPE_SOA, 300);
	assert_int_equal(e.set->patch_count, 1); /* host.example.; ns.other. is told in full */
	assert_int_equal(e.set->data_size, 12 + 10 + 7 + 20);
	done(&e);
}

/* RFC 9471: what must be there comes first; each once. */
static void
test_extras(void **state)
{
	(void)state;
	begin();
	add("sub NS ns.sib\nsub NS zz.sub\nsub NS aa.sub\nsub NS none.sub\nsub NS x.other.\n"
	    "sib NS ns.sib\nns.sib A 192.0.2.1\nzz.sub A 192.0.2.2\naa.sub AAAA 2001:db8::1\n"
	    "m MX 1 mx\nm MX 2 mx\nm MX 3 zz.sub\nm MX 4 .\nmx A 192.0.2.3\n");
	encode(&e, "sub.example.", DNS_TYPE_NS, 300);
	assert_int_equal(e.set->extra_count, 3);
	for (unsigned i = 0; i < 3; i++) {
		const struct zone_name *name = &e.zone->names[e.extras[i].node - 1];
		assert_int_equal(e.extras[i].required, i < 2);
		assert_true(e.extras[i].name_at < e.set->data_size);
		assert_memory_equal(name->wire,
				    i < 2 ? (name->wire[1] == 'a' ? "\2aa" : "\2zz") : "\2ns", 3);
	}
	done(&e);
	encode(&e, "m.example.", DNS_TYPE_MX, 300);
	assert_int_equal(e.set->extra_count, 1);
	assert_int_equal(e.extras[0].required, 0);
	done(&e);
}

struct wanted {
	uint32_t indexes[8];
	unsigned count;
};

static void
want(void *context, uint32_t index)
{
	struct wanted *wanted = context;
	assert_true(wanted->count < 8);
	wanted->indexes[wanted->count++] = index;
}

static void
test_each_extra(void **state)
{
	(void)state;
	struct wanted wanted = {.count = 0};
	begin();
	add("m MX 1 a\nm MX 2 b\na A 192.0.2.1\nb AAAA 2001:db8::1\n");
	encode(&e, "m.example.", DNS_TYPE_MX, 300);
	encoder_each_extra(e.encoder, want, &wanted);
	assert_int_equal(wanted.count, 2);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(wanted.indexes[i], e.extras[i].node - 1);
	done(&e);
}

/* RFC 9460 2.5.2 and 4.1. */
static void
test_service_extras(void **state)
{
	(void)state;
	begin();
	add("s SVCB 1 . port=1\ns A 192.0.2.1\nalias SVCB 0 s\nnone SVCB 0 .\nnone A 192.0.2.1\n"
	    "only HTTPS 0 t\nt HTTPS 1 . port=2\nother HTTPS 0 txt\ntxt TXT x\n"
	    "lone SVCB 1 . port=1\nm MX 1 t\n");
	encode(&e, "s.example.", DNS_TYPE_SVCB, 300);
	assert_int_equal(e.set->extra_count, 1);
	assert_int_equal(e.extras[0].name_at, IMAGE_EXTRA_OWNER);
	done(&e);
	static const struct {
		const char *name;
		uint16_t type;
		unsigned extras;
	} table[] = {{"alias.example.", DNS_TYPE_SVCB, 1},
		     {"none.example.", DNS_TYPE_SVCB, 0},
		     {"only.example.", DNS_TYPE_HTTPS, 1},
		     {"other.example.", DNS_TYPE_HTTPS, 0},
		     {"m.example.", DNS_TYPE_MX, 0}};
	for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
		encode(&e, table[i].name, table[i].type, 300);
		assert_int_equal(e.set->extra_count, table[i].extras);
		done(&e);
	}
}

/* A smaller TTL bounds that of the signatures too. */
static void
test_ttl(void **state)
{
	(void)state;
	begin();
	add("w A 192.0.2.1\nw RRSIG A 13 2 300 20370101000000 20200101000000 1 example. AAAA\n");
	for (uint32_t ttl = 299; ttl <= 300; ttl++) {
		encode(&e, "w.example.", DNS_TYPE_A, ttl);
		assert_int_equal(e.set->sig_count, 1);
		assert_int_equal(e.set->sig_size, 12 + 18 + 9 + 3);
		assert_int_equal(wire_peek_u32(e.data + 6), ttl);
		assert_int_equal(wire_peek_u32(e.data + e.set->data_size + 6), ttl);
		done(&e);
	}
}

/*
 * Far out: no pointer is compiled at or behind 16384, none leads to 8192 or further into the set,
 * and a set of a thousand names still has every name once.
 */
static void
check_reach(void)
{
	encode(&e, "m.example.", DNS_TYPE_MX, 300);
	size_t last = 0;
	for (unsigned i = 0; i < e.set->patch_count; i++) {
		size_t offset = e.patches[i] & IMAGE_PATCH_OFFSET;
		size_t target = wire_peek_u16(e.data + offset) & 0x3fffu;
		assert_true(i == 0 || offset > last);
		last = offset;
		if ((e.patches[i] & IMAGE_PATCH_BASE) == IMAGE_PATCH_SELF)
			assert_true(target < 12 + 11 + 4 + IMAGE_SELF_LIMIT);
	}
	assert_true(e.set->data_size > IMAGE_PATCH_OFFSET + 1000);
	done(&e);
}

static void
test_reach(void **state)
{
	(void)state;
	/* More names than are remembered. */
	begin();
	for (unsigned i = 0; i < 1200; i++)
		add("m MX %u n%u.x%u.other.\n", i % 7, i, i % 300);
	check_reach();
	/* Long ones: the reach ends before the memory is full. */
	begin();
	for (unsigned i = 0; i < 90; i++)
		add("m MX 1 %060u.%060u.%060u.other%u.\n", i, i, i, i);
	for (unsigned i = 0; i < 90; i++)
		add("m MX 2 a.%060u.%060u.%060u.other%u.\n", i, i, i, i);
	check_reach();
}

/* data_size has 16 bits. */
static void
test_too_large(void **state)
{
	(void)state;
	for (unsigned size = 65535 - 12 - 65000 - 12 - 2; size <= 65535 - 12 - 65000 - 12 + 1;
	     size++) {
		struct zone_rdata rdatas[3] = {{.size = 65000}, {.size = (uint16_t)size}};
		uint8_t *bytes = calloc(1, 65536);
		static uint8_t apex[] = "\7example";
		struct zone_name name = {.wire = apex, .size = 9, .labels = 1};
		struct zone_set set = {.type = 65280, .ttl = 1, .rdata_count = 2};
		struct zone zone = {.apex_size = 9,
				    .apex_labels = 1,
				    .class = 1,
				    .names = &name,
				    .name_count = 1,
				    .rdatas = rdatas};
		size_t encoded;
		memcpy(zone.apex, apex, 9);
		rdatas[0].bytes = rdatas[1].bytes = bytes;
		struct encoder *encoder = encoder_new(&zone);
		bool fits = 12 + 65000 + 12 + size <= 65535;
		assert_int_equal(encoder_set(encoder, &name, &set, 1, &encoded) != NULL, fits);
		/* The signatures are counted alone. */
		rdatas[2] = rdatas[0];
		set.first_sig = 1;
		set.sig_count = 2;
		set.rdata_count = 1;
		assert_int_equal(encoder_set(encoder, &name, &set, 1, &encoded) != NULL, fits);
		/* More than the encoder's own buffer. */
		struct zone_rdata many[3] = {rdatas[0], rdatas[0], rdatas[0]};
		zone.rdatas = many;
		set.rdata_count = 3;
		set.sig_count = 0;
		assert_null(encoder_set(encoder, &name, &set, 1, &encoded));
		encoder_free(encoder);
		free(bytes);
	}
	encoder_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),          cmocka_unit_test(test_pointers),
		cmocka_unit_test(test_wildcard_owner), cmocka_unit_test(test_not_compressed),
		cmocka_unit_test(test_extras),         cmocka_unit_test(test_each_extra),
		cmocka_unit_test(test_service_extras), cmocka_unit_test(test_ttl),
		cmocka_unit_test(test_reach),          cmocka_unit_test(test_too_large),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
