/* SPDX-License-Identifier: BSD-2-Clause */
#include "served.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer/setup.h"
#include "anyns/config.h"
#include "anyns/name.h"
#include "anyns/zone.h"
#include "property/proof.h"

/* For cmocka and fuzzers alike: a fixture that cannot be made ends the program. */
static void
require(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

/* Before the dummy signatures expire, and after they were made. */
static const struct zone_options options = {.zonemd = ZONEMD_WARN, .now = 1700000000};

static struct zone *
load_text(const struct served_zone *zone, const char *text, struct report *report)
{
	uint8_t apex[DNS_NAME_MAX];
	require(name_parse(apex, zone->apex) > 0, "apex");
	return zone_load_text(apex, "test.zone", text, strlen(text), &options, report);
}

struct zone *
served_load(const struct served_zone *zone, struct report *report)
{
	struct zone *loaded = load_text(zone, zone->text, report);
	if (!loaded || zone->signing == PLAN_UNSIGNED)
		return loaded;
	char *text;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	struct plan_zone *plan = calloc(1, sizeof *plan);
	plan->signing = zone->signing;
	plan->iterations = 1;
	plan->salted = true;
	fprintf(stream, "%s\n", zone->text);
	plan_sign(plan, loaded, stream);
	fclose(stream);
	zone_free(loaded);
	loaded = load_text(zone, text, report);
	free(plan);
	free(text);
	return loaded;
}

struct segment *
served_segment(const struct served_zone *zone)
{
	struct report report = REPORT_INIT;
	struct zone *loaded = served_load(zone, &report);
	if (!loaded)
		report_print(&report, stderr);
	require(loaded, "zone");
	struct segment *segment = segment_build(loaded, &report);
	require(segment, "segment");
	zone_free(loaded);
	report_clear(&report);
	return segment;
}

/* ------------------------------------------------------------ names of hashes */

static void
add_hash(struct served *served, const uint8_t *name)
{
	static const uint8_t salt[] = {0xab, 0xcd};
	static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
	uint8_t hash[20];
	char text[NAME_TEXT_MAX];
	require(served->hash_count < SERVED_HASHES, "hashes");
	struct dnstext_hash *added = &served->hashes[served->hash_count++];
	proof_hash(hash, name, salt, sizeof salt, 1);
	added->label[0] = 32;
	for (size_t digit = 0; digit < 32; digit++) {
		unsigned value = 0;
		for (size_t bit = 5 * digit; bit < 5 * digit + 5; bit++)
			value = value << 1 | ((unsigned)hash[bit / 8] >> (7 - bit % 8) & 1u);
		added->label[1 + digit] = (uint8_t)digits[value];
	}
	snprintf(added->name, sizeof added->name, "%.63s", name_text(text, name));
}

static void
add_hashes(struct served *served, const struct served_zone *served_zone)
{
	struct report report = REPORT_INIT;
	struct zone *zone = load_text(served_zone, served_zone->text, &report);
	for (uint32_t i = 0; i < zone->name_count; i++)
		if (!(zone->names[i].flags & ZONE_NAME_OCCLUDED))
			add_hash(served, zone->names[i].wire);
	zone_free(zone);
	report_clear(&report);
}

/* ------------------------------------------------------------ all together */

static void
prepare(struct served *served, const struct directory_entry *entries, size_t count)
{
	static const uint8_t address[] = {192, 0, 2, 99};
	static const uint8_t secret[16] = "0123456789abcdef";
	char instance[] = "fra1-a";
	char version[] = "anyns test";
	struct report report = REPORT_INIT;
	struct config config = {.instance = instance, .version = version, .udp_size = 1232};
	served->directory = directory_build(entries, count, &report);
	served->setup = answer_setup_new(&config, secret, &report);
	served->worker = answer_worker_new();
	require(served->directory && served->setup && served->worker, "view");
	served->view = (struct answer_view){.zones = served->directory, .setup = served->setup};
	served->client = (struct answer_client){.address = address,
						.address_size = sizeof address,
						.now = 1700000000,
						.keepalive = 100};
	report_clear(&report);
}

struct served *
served_new_segments(struct segment *const *segments, size_t count)
{
	struct directory_entry entries[SERVED_ZONES];
	struct served *served = calloc(1, sizeof *served);
	require(served && count <= SERVED_ZONES, "zones");
	for (size_t i = 0; i < count; i++) {
		served->segments[i] = segments[i];
		entries[i] = (struct directory_entry){segment_apex(segments[i]), segments[i]};
	}
	served->count = count;
	prepare(served, entries, count);
	return served;
}

struct served *
served_new(const struct served_zone *zones, size_t count)
{
	struct directory_entry entries[SERVED_ZONES];
	uint8_t apexes[SERVED_ZONES][DNS_NAME_MAX];
	struct served *served = calloc(1, sizeof *served);
	require(served && count <= SERVED_ZONES, "zones");
	for (size_t i = 0; i < count; i++) {
		name_parse(apexes[i], zones[i].apex);
		served->segments[i] = zones[i].text ? served_segment(&zones[i]) : NULL;
		entries[i] = (struct directory_entry){apexes[i], served->segments[i]};
		if (zones[i].signing == PLAN_NSEC3 || zones[i].signing == PLAN_OPT_OUT)
			add_hashes(served, &zones[i]);
	}
	served->count = count;
	prepare(served, entries, count);
	return served;
}

void
served_free(struct served *served)
{
	directory_free(served->directory);
	answer_setup_free(served->setup);
	answer_worker_free(served->worker);
	for (size_t i = 0; i < served->count; i++)
		segment_release(served->segments[i]);
	free(served);
}

/* ------------------------------------------------------------ asking */

size_t
served_ask_bytes(struct served *served, const uint8_t *query, size_t size, bool tcp)
{
	served->client.transport = tcp ? ANSWER_TCP : ANSWER_UDP;
	/* Exactly as much room as may be written: whatever comes behind it is seen by ASan. */
	size_t room = tcp ? sizeof served->message : 4096;
	uint8_t *exact = malloc(size ? size : 1);
	uint8_t *out = malloc(room);
	require(exact && out, "memory");
	memcpy(exact, query, size);
	served->size = answer_message(served->worker, &served->view, &served->client, exact, size,
				      out, room);
	require(served->size <= room, "size");
	memcpy(served->message, out, served->size);
	free(exact);
	free(out);
	return served->size;
}

const char *
served_ask(struct served *served, const char *text)
{
	struct dnstext_question question;
	require(dnstext_question(&question, text), text);
	served_ask_bytes(served, question.bytes, question.size, question.tcp);
	if (served->size == 0)
		return "nothing\n";
	return dnstext_answer(served->text, sizeof served->text, served->message, served->size,
			      (struct dnstext_hashes){served->hashes, served->hash_count});
}

bool
served_matches(struct served *served, const char *question, const char *expected)
{
	const char *got = served_ask(served, question);
	bool same = strcmp(got, expected) == 0;
	if (!same)
		fprintf(stderr, "%s\n--- expected\n%s--- got\n%s---\n", question, expected, got);
	return same;
}
