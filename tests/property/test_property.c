/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random zones, random questions: what anyns answers is what the reference answers.
 *
 * ANYNS_SEED repeats a run, ANYNS_CASES makes it longer. A difference is first cut down to the
 * fewest lines that still show it, then printed as master files that one can load.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <inttypes.h>
#include <ldns/ldns.h>
#include <unistd.h>

#include "anyns/answer.h"
#include "anyns/config.h"
#include "anyns/image_file.h"
#include "anyns/name.h"
#include "compare.h"
#include "plan.h"

enum { CASES = 10000, QUESTIONS = 40, UDP_MAX = 4096 };

/* A plan loaded, built and ready to be asked. */
struct world {
	struct zone *zones[PLAN_ZONES];
	struct segment *segments[PLAN_ZONES];
	char *texts[PLAN_ZONES];
	size_t count;
	struct directory *directory;
};

struct bench {
	struct answer_setup *setup;
	struct answer_worker *worker;
	uint64_t questions;
	uint64_t truncated;
	uint64_t skipped; /* plans that are no valid zones */
};

/* --- worlds --------------------------------------------------------------------------------------
 */

static struct zone *
load(const char *apex, const char *text, size_t size)
{
	struct zone_options options = {.zonemd = ZONEMD_OFF, .now = 1700000000};
	struct report report = REPORT_INIT;
	uint8_t wire[DNS_NAME_MAX];
	plan_wire(wire, apex);
	struct zone *zone = zone_load_text(wire, "random.zone", text, size, &options, &report);
	if (!zone && getenv("ANYNS_VERBOSE")) {
		report_print(&report, stderr);
		fprintf(stderr, "%s\n", text);
	}
	report_clear(&report);
	return zone;
}

/* The zone as text with its signatures, and loaded from it; false when it is not a valid zone. */
static bool
build_zone(struct world *world, const struct plan_zone *plan)
{
	size_t size = 0;
	char **text = &world->texts[world->count];
	FILE *stream = open_memstream(text, &size);
	assert_non_null(stream);
	plan_print(plan, stream);
	assert_int_equal(fflush(stream), 0);
	struct zone *zone = load(plan->apex, *text, size);
	if (zone && plan->signing != PLAN_UNSIGNED) {
		plan_sign(plan, zone, stream);
		assert_int_equal(fflush(stream), 0);
		zone_free(zone);
		zone = load(plan->apex, *text, size);
	}
	assert_int_equal(fclose(stream), 0);
	world->zones[world->count++] = zone;
	return zone != NULL;
}

static void
destroy(struct world *world)
{
	directory_free(world->directory);
	for (size_t i = 0; i < world->count; i++) {
		segment_release(world->segments[i]);
		zone_free(world->zones[i]);
		free(world->texts[i]);
	}
	*world = (struct world){0};
}

/*
 * Puts the segments into an image file and takes them back, mapped: the same bytes, and from here
 * on the answers come from there.
 */
static void
go_through_file(struct world *world)
{
	/* Memory, where there is such a folder: nobody waits for a disk. */
	const char *folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	char path[64];
	struct image_zone zones[PLAN_ZONES];
	struct report report = REPORT_INIT;
	snprintf(path, sizeof path, "%s/anyns-property-%ld", folder, (long)getpid());
	for (size_t i = 0; i < world->count; i++)
		zones[i] = (struct image_zone){.segment = world->segments[i]};
	assert_true(image_file_write(path, zones, world->count, NULL, &report));
	struct image_file *file = image_file_open(path, &report);
	unlink(path);
	assert_non_null(file);
	assert_int_equal(image_file_count(file), world->count);
	for (size_t i = 0; i < world->count; i++) {
		size_t at = image_file_find(file, world->zones[i]->apex);
		size_t size, built;
		assert_true(at < world->count);
		struct segment *mapped = segment_share(image_file_zone(file, at).segment);
		const void *bytes = segment_bytes(mapped, &size);
		const void *before = segment_bytes(world->segments[i], &built);
		assert_int_equal(size, built);
		assert_memory_equal(bytes, before, size);
		segment_release(world->segments[i]);
		world->segments[i] = mapped;
	}
	image_file_release(file);
}

static bool
build(struct world *world, const struct plan *plan)
{
	struct directory_entry entries[PLAN_ZONES];
	struct report report = REPORT_INIT;
	*world = (struct world){0};
	for (size_t i = 0; i < plan->count; i++) {
		if (!build_zone(world, &plan->zones[i])) {
			destroy(world);
			return false;
		}
	}
	for (size_t i = 0; i < world->count; i++) {
		world->segments[i] = segment_build(world->zones[i], &report);
		assert_non_null(world->segments[i]);
		assert_true(segment_verify(world->segments[i], NULL));
	}
	if (plan->zones[0].count % 2)
		go_through_file(world);
	for (size_t i = 0; i < world->count; i++) {
		entries[i] = (struct directory_entry){.apex = world->zones[i]->apex,
						      .segment = world->segments[i]};
	}
	world->directory = directory_build(entries, world->count, &report);
	assert_non_null(world->directory);
	return true;
}

/* --- asking --------------------------------------------------------------------------------------
 */

static void
make_query(const struct plan *plan, struct random *random, struct query *query)
{
	static const uint16_t types[] = {
		DNS_TYPE_A,    DNS_TYPE_A,      DNS_TYPE_A,     DNS_TYPE_AAAA,
		DNS_TYPE_NS,   DNS_TYPE_CNAME,  DNS_TYPE_SOA,   DNS_TYPE_MX,
		DNS_TYPE_TXT,  DNS_TYPE_TXT,    DNS_TYPE_SRV,   DNS_TYPE_DNAME,
		DNS_TYPE_DS,   DNS_TYPE_DS,     DNS_TYPE_ANY,   DNS_TYPE_RRSIG,
		DNS_TYPE_NSEC, DNS_TYPE_DNSKEY, DNS_TYPE_NSEC3, DNS_TYPE_NSEC3PARAM,
		65280,
	};
	char name[PLAN_NAME];
	plan_name(plan, random, name);
	*query = (struct query){.type = types[random_below(random, ARRAY_LENGTH(types))],
				.id = (uint16_t)random_next(random),
				.edns = random_chance(random, 75),
				.recursion = random_chance(random, 20)};
	query->dnssec = query->edns && random_chance(random, 70);
	query->udp_size = (uint16_t)random_below(random, 1500);
	plan_wire(query->name, name);
	if (random_chance(random, 20)) {
		for (size_t i = 0; i < sizeof query->name; i++) {
			if (query->name[i] >= 'a' && random_chance(random, 50))
				query->name[i] ^= 0x20;
		}
	}
}

/* Whether anyns answers as expected over one transport. Prints nothing unless `stream`. */
static bool
agree_over(struct bench *bench, const struct world *world, const struct query *query,
	   const struct reference_answer *expected, enum answer_transport transport, FILE *stream)
{
	static const uint8_t address[4] = {192, 0, 2, 1};
	struct answer_client client = {
		.transport = transport, .address = address, .address_size = 4, .now = 1700000000};
	struct answer_view view = {.zones = world->directory, .setup = bench->setup};
	struct reference_answer got;
	uint8_t bytes[512], *message = malloc(DNS_MESSAGE_MAX);
	char why[200] = "";
	assert_non_null(message);
	size_t size = answer_message(bench->worker, &view, &client, bytes,
				     compare_query(query, bytes), message, DNS_MESSAGE_MAX);
	/* RFC 6891 6.2.3: sizes below 512 mean 512. */
	size_t limit = query->edns && query->udp_size > 512 ? query->udp_size : 512;
	bool udp = transport == ANSWER_UDP;
	bool same = compare_answer(query, message, size, expected, !udp, &got, why);
	if (same && udp && size > limit) {
		snprintf(why, sizeof why, "%zu bytes, not %zu at most", size, limit);
		same = false;
	}
	if (same && udp && size > 2 && message[2] & DNS_FLAG_TC >> 8)
		bench->truncated++;
	if (!same && stream) {
		fprintf(stream, "%s\n\ngot over %s, %zu bytes:\n", why, udp ? "UDP" : "TCP", size);
		compare_print(&got, stream);
	}
	reference_free(&got);
	free(message);
	return same;
}

static bool
agree(struct bench *bench, const struct world *world, const struct query *query, FILE *stream)
{
	struct reference_question question = {query->name, query->type, query->dnssec};
	struct reference_answer expected;
	reference_resolve((const struct zone *const *)world->zones, world->count, &question,
			  &expected);
	bench->questions++;
	bool same = agree_over(bench, world, query, &expected, ANSWER_TCP, stream) &&
		    agree_over(bench, world, query, &expected, ANSWER_UDP, stream);
	if (!same && stream) {
		fprintf(stream, "\nexpected:\n");
		compare_print(&expected, stream);
	}
	reference_free(&expected);
	return same;
}

/* --- showing a difference ------------------------------------------------------------------------
 */

/* Whether the plan is still valid and still shows a difference. */
static bool
still_differs(struct bench *bench, const struct plan *plan, const struct query *query)
{
	struct world world;
	if (!build(&world, plan))
		return false;
	bool same = agree(bench, &world, query, NULL);
	destroy(&world);
	return !same;
}

enum cut { CUT_ZONE, CUT_SIGNATURES, CUT_LINE };

/* Makes the plan smaller, if the difference survives that. */
static bool
cut(struct bench *bench, struct plan *plan, const struct query *query, enum cut what, size_t zone,
    size_t line)
{
	struct plan *smaller = malloc(sizeof *smaller);
	assert_non_null(smaller);
	*smaller = *plan;
	struct plan_zone *z = &smaller->zones[zone];
	switch (what) {
	case CUT_ZONE:
		*z = smaller->zones[--smaller->count];
		break;
	case CUT_SIGNATURES:
		z->signing = z->signing == PLAN_OPT_OUT ? PLAN_NSEC3 : PLAN_UNSIGNED;
		break;
	case CUT_LINE:
		z->lines[line] = z->lines[--z->count];
		break;
	}
	bool smaller_differs = still_differs(bench, smaller, query);
	if (smaller_differs)
		*plan = *smaller;
	free(smaller);
	return smaller_differs;
}

/* One round over all that may be dropped; whether something was. */
static bool
shrink(struct bench *bench, struct plan *plan, const struct query *query)
{
	bool any = false;
	for (size_t z = plan->count; z-- > 0 && plan->count > 1;)
		any |= cut(bench, plan, query, CUT_ZONE, z, 0);
	for (size_t z = 0; z < plan->count; z++) {
		if (plan->zones[z].signing != PLAN_UNSIGNED)
			any |= cut(bench, plan, query, CUT_SIGNATURES, z, 0);
		for (size_t i = plan->zones[z].count; i-- > 0;)
			any |= cut(bench, plan, query, CUT_LINE, z, i);
	}
	return any;
}

static void
show(struct bench *bench, struct plan *plan, const struct query *query)
{
	struct world world;
	char name[NAME_TEXT_MAX];
	while (shrink(bench, plan, query))
		;
	ldns_rr_type type = (ldns_rr_type)query->type;
	char *type_text = ldns_rr_type2str(type);
	fprintf(stderr, "\n=== difference: %s %s%s%s, UDP size %u\n", name_text(name, query->name),
		type_text, query->edns ? " +edns" : "", query->dnssec ? " +dnssec" : "",
		query->udp_size);
	free(type_text);
	assert_true(build(&world, plan));
	for (size_t i = 0; i < world.count; i++)
		fprintf(stderr, "\n; zone %s\n%s", plan->zones[i].apex, world.texts[i]);
	fputc('\n', stderr);
	assert_false(agree(bench, &world, query, stderr));
	destroy(&world);
}

/* --- the test ------------------------------------------------------------------------------------
 */

static uint64_t
number_from(const char *variable, uint64_t otherwise)
{
	const char *text = getenv(variable);
	return text && *text ? strtoull(text, NULL, 0) : otherwise;
}

/* One plan and its questions; the number of differences, the first of which is shown. */
static unsigned
run_case(struct bench *bench, uint64_t seed)
{
	struct random random = {seed};
	struct plan *plan = malloc(sizeof *plan);
	struct world world;
	struct query query;
	unsigned differences = 0;
	assert_non_null(plan);
	plan_make(plan, &random);
	if (build(&world, plan)) {
		for (unsigned i = 0; i < QUESTIONS && !differences; i++) {
			make_query(plan, &random, &query);
			differences += !agree(bench, &world, &query, NULL);
		}
		destroy(&world);
	} else {
		bench->skipped++;
	}
	if (differences) {
		fprintf(stderr, "property: ANYNS_SEED=%" PRIu64 " ANYNS_CASES=1 repeats this:\n",
			seed);
		show(bench, plan, &query);
	}
	free(plan);
	return differences;
}

static void
test_random_answers(void **state)
{
	struct bench *bench = *state;
	uint64_t seed = number_from("ANYNS_SEED", (uint64_t)time(NULL) * 1000003u);
	uint64_t cases = number_from("ANYNS_CASES", CASES);
	uint64_t most = number_from("ANYNS_DIFFERENCES", 1);
	uint64_t differences = 0, i;
	fprintf(stderr, "property: ANYNS_SEED=%" PRIu64 "\n", seed);
	for (i = 0; i < cases && differences < most; i++)
		differences += run_case(bench, seed + i);
	fprintf(stderr,
		"property: %" PRIu64 " zone sets (%" PRIu64 " of them invalid), %" PRIu64
		" questions over TCP and UDP, %" PRIu64 " truncated, %" PRIu64 " differences\n",
		i, bench->skipped, bench->questions, bench->truncated, differences);
	assert_int_equal(differences, 0);
	/* A generator that makes nothing would pass too. */
	assert_true(bench->skipped * 5 <= i);
	assert_true(cases < 100 || bench->truncated > 0);
}

static int
setup(void **state)
{
	static const uint8_t secret[CONFIG_SECRET_SIZE] = {1};
	static struct bench bench;
	char instance[] = "property";
	struct config config = {.instance = instance, .udp_size = UDP_MAX};
	struct report report = REPORT_INIT;
	bench.setup = answer_setup_new(&config, secret, &report);
	bench.worker = answer_worker_new();
	*state = &bench;
	return bench.setup && bench.worker ? 0 : -1;
}

static int
teardown(void **state)
{
	struct bench *bench = *state;
	answer_setup_free(bench->setup);
	answer_worker_free(bench->worker);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_answers),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
