/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "control/status_render.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t apex[] = "\1a\7example";

/* A rendering in memory. */
struct page {
	FILE *stream;
	char *bytes;
	size_t size;
};

#define RENDER(page, call)                                                   \
	do {                                                                 \
		free((page).bytes);                                          \
		(page).stream = open_memstream(&(page).bytes, &(page).size); \
		assert_non_null((page).stream);                              \
		call;                                                        \
		fclose((page).stream);                                       \
	} while (0)

static void
has(const struct page *page, const char *part)
{
	if (!strstr(page->bytes, part))
		fail_msg("\"%s\" is not in:\n%s", part, page->bytes);
}

static void
lacks(const struct page *page, const char *part)
{
	if (strstr(page->bytes, part))
		fail_msg("\"%s\" is in:\n%s", part, page->bytes);
}

static struct status *
full_status(void)
{
	struct status *status = calloc(1, sizeof(*status));

	assert_non_null(status);
	status->instance = "fra1-a";
	status->version = "0.1.0";
	status->config = "/etc/anyns/anyns.yaml";
	status->phase = "serving";
	status->wish = "serve";
	status->pid = 4711;
	status->uptime_ms = 3 * 3600000 + 5 * 60000 + 7;
	status->zones.total = 3;
	status->zones.stale = 1;
	status->zones.failed = 1;
	status_add_zone(&status->zones, apex, STATUS_ZONE_FAILED, 9, "a.zone:4:1: error: \"x\"");
	status_add_zone(&status->zones, apex, STATUS_ZONE_STALE, 2026112201, "b.zone:1:1: error");
	status_add_zone(&status->zones, apex, STATUS_ZONE_OK, 1, NULL);
	status->gate_count = 1;
	status->gates[0] = (struct status_gate){"192.0.2.0/24", "held-down", 12400,
						"worker 1 is stuck", "hold-down, 28 s left"};
	status->peer_count = 2;
	status->peers[0] = (struct status_peer){
		"10.0.0.1@179", 64496, true, 61000, "established", "hold timer expired"};
	status->peers[1] = (struct status_peer){"fd00::1@179", 4200000000, false, -1, "", ""};
	status->driver_count = 1;
	status->drivers[0] = (struct status_driver){
		"tun", "192.0.2.0/24", "link down", "anyns0 link up", false, 2000};
	status->signal_count = 2;
	status->signals[0] = (struct status_signal){"command", "exit status 0 after 3 ms", 1500};
	status->signals[1] = (struct status_signal){"site 192.0.2.9@53", "no answer", -1};
	status_add_counter(status, "udp_received", 123);
	return status;
}

static void
text(void **state)
{
	struct status *status = full_status();
	struct page page = {0};
	(void)state;

	RENDER(page, status_render(page.stream, STATUS_FORM_TEXT, status));
	assert_string_equal(
		page.bytes,
		"fra1-a: anyns 0.1.0, serving for 3 h 5 min, process 4711\n"
		"configuration: /etc/anyns/anyns.yaml\n"
		"announcement: the operator says serve\n"
		"  PREFIX        STATE      FOR   WAITS FOR             WHY\n"
		"  192.0.2.0/24  held-down  12 s  hold-down, 28 s left  worker 1 is stuck\n"
		"  PEER          AS          SESSION  FOR        WHY          LAST FAILURE\n"
		"  10.0.0.1@179  64496       up       1 min 1 s  established  hold timer expired\n"
		"  fd00::1@179   4200000000  down     -                       -\n"
		"  DRIVER  PREFIX        WANTED     OBSERVED        AGREE  FOR\n"
		"  tun     192.0.2.0/24  link down  anyns0 link up  NO     2 s\n"
		"  SIGNAL             AGE  VALUE\n"
		"  command            1 s  exit status 0 after 3 ms\n"
		"  site 192.0.2.9@53  -    no answer\n"
		"zones: 2 served, 1 of them in a previous version; 1 failed\n"
		"  ZONE        SERIAL      STATE   ERROR\n"
		"  a.example.  -           failed  a.zone:4:1: error: \"x\"\n"
		"  a.example.  2026112201  stale   b.zone:1:1: error\n"
		"  a.example.  1           ok\n"
		"  COUNTER       VALUE\n"
		"  udp_received  123\n");
	status->dry_run = true;
	status->loading = true;
	status->wish = "drain";
	status->zones.total = 100;
	RENDER(page, status_render(page.stream, STATUS_FORM_TEXT, status));
	has(&page, "(a reload is under way)\n");
	has(&page, "the operator says drain; dry run: nothing is really announced\n");
	has(&page, "  ... and 97 more\n");
	status->wish = NULL;
	RENDER(page, status_render(page.stream, STATUS_FORM_TEXT, status));
	has(&page, "announcement: none is configured\n");
	status->needs_restart = true;
	RENDER(page, status_render(page.stream, STATUS_FORM_TEXT, status));
	has(&page, "announcement: none; `announce:` is new since the start: restart the server\n");
	free(page.bytes);
	free(status);
}

static void
json(void **state)
{
	struct status *status = full_status();
	struct page page = {0};
	(void)state;

	RENDER(page, status_render(page.stream, STATUS_FORM_JSON, status));
	assert_string_equal(
		page.bytes,
		"{\"instance\":\"fra1-a\",\"version\":\"0.1.0\",\"configuration\":"
		"\"/etc/anyns/anyns.yaml\",\"phase\":\"serving\",\"pid\":4711,"
		"\"uptime_ms\":11100007,\"loading\":false,\"wish\":\"serve\",\"dry_run\":false,"
		"\"prefixes\":[{\"prefix\":\"192.0.2.0/24\",\"state\":\"held-down\","
		"\"since_ms\":12400,\"reason\":\"worker 1 is stuck\","
		"\"waiting\":\"hold-down, 28 s left\"}],"
		"\"peers\":[{\"address\":\"10.0.0.1@179\",\"as\":64496,\"up\":true,"
		"\"since_ms\":61000,\"reason\":\"established\",\"last_failure\":\"hold timer "
		"expired\"},"
		"{\"address\":\"fd00::1@179\",\"as\":4200000000,\"up\":false,\"reason\":\"\"}],"
		"\"drivers\":[{\"driver\":\"tun\",\"prefix\":\"192.0.2.0/24\","
		"\"wanted\":\"link down\",\"observed\":\"anyns0 link up\",\"agrees\":false,"
		"\"since_ms\":2000}],"
		"\"signals\":[{\"name\":\"command\",\"value\":\"exit status 0 after 3 ms\","
		"\"age_ms\":1500},{\"name\":\"site 192.0.2.9@53\",\"value\":\"no answer\"}],"
		"\"zones\":{\"total\":3,\"served\":2,\"stale\":1,\"failed\":1,\"list\":["
		"{\"name\":\"a.example.\",\"state\":\"failed\","
		"\"error\":\"a.zone:4:1: error: \\\"x\\\"\"},"
		"{\"name\":\"a.example.\",\"state\":\"stale\",\"serial\":2026112201,"
		"\"error\":\"b.zone:1:1: error\"},"
		"{\"name\":\"a.example.\",\"state\":\"ok\",\"serial\":1}]},"
		"\"counters\":{\"udp_received\":123}}\n");
	free(page.bytes);
	free(status);
}

/* All zero, as of a server that is still loading. */
static void
empty(void **state)
{
	struct status *status = calloc(1, sizeof(*status));
	struct page page = {0};
	(void)state;

	RENDER(page, status_render(page.stream, STATUS_FORM_TEXT, status));
	has(&page, "zones: 0 served, 0 of them in a previous version; 0 failed\n");
	lacks(&page, "COUNTER");
	RENDER(page, status_render(page.stream, STATUS_FORM_JSON, status));
	has(&page, "\"instance\":null,");
	has(&page, "\"wish\":null,");
	has(&page, "\"counters\":{}}\n");
	free(page.bytes);
	free(status);
}

/* What a router sends as its reason (RFC 9003) cannot paint the terminal. */
static void
hostile_text(void **state)
{
	struct status *status = full_status();
	struct page page = {0};
	(void)state;

	strcpy(status->peers[0].text, "\x1b]0;owned\a\n\xff");
	RENDER(page, status_render(page.stream, STATUS_FORM_TEXT, status));
	has(&page, "?]0;owned???");
	lacks(&page, "\x1b");
	RENDER(page, status_render(page.stream, STATUS_FORM_JSON, status));
	has(&page, "\"\\u001b]0;owned\\u0007\\u000a\xef\xbf\xbd\"");
	free(page.bytes);
	free(status);
}

/* A text of control characters, each of which takes six bytes in JSON. */
static void
fill(char *text, size_t size)
{
	memset(text, 1, size - 1);
}

/* Every field full of the bytes that get longest: the client takes at most 4 MiB. */
static void
largest(void **state)
{
	struct status *status = full_status();
	struct page page = {0};
	(void)state;

	status->gate_count = STATUS_GATES;
	status->peer_count = STATUS_PEERS;
	status->driver_count = STATUS_DRIVERS;
	status->zones.listed = STATUS_ZONES;
	for (size_t i = 0; i < STATUS_GATES; i++) {
		struct status_gate *gate = &status->gates[i];
		gate->state = "held-down";
		fill(gate->reason, sizeof(gate->reason));
		fill(gate->waiting, sizeof(gate->waiting));
		fill(status->peers[i].text, STATUS_TEXT);
		fill(status->peers[i].failure, STATUS_TEXT);
	}
	for (size_t i = 0; i < STATUS_DRIVERS; i++) {
		struct status_driver *driver = &status->drivers[i];
		fill(driver->wanted, sizeof(driver->wanted));
		fill(driver->observed, sizeof(driver->observed));
	}
	for (size_t i = 0; i < STATUS_ZONES; i++) {
		memset(status->zones.list[i].name, 1, NAME_TEXT_MAX - 1);
		memset(status->zones.list[i].error, 1, STATUS_TEXT - 1);
	}
	for (int i = 0; i < STATUS_COUNTERS; i++)
		status_add_counter(status, "a_counter_with_a_rather_long_name", UINT64_MAX);
	RENDER(page, status_render(page.stream, STATUS_FORM_JSON, status));
	assert_in_range(page.size, 300000, 1 << 20);
	RENDER(page, status_render(page.stream, STATUS_FORM_TEXT, status));
	assert_in_range(page.size, 50000, 1 << 20);
	free(page.bytes);
	free(status);
}

static void
duration(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} cases[] = {
		{-1, "0 ms"},
		{0, "0 ms"},
		{999, "999 ms"},
		{1000, "1 s"},
		{59999, "59 s"},
		{60000, "1 min"},
		{61000, "1 min 1 s"},
		{3599999, "59 min 59 s"},
		{3600000, "1 h"},
		{3659999, "1 h"},
		{86399999, "23 h 59 min"},
		{86400000, "1 d"},
		{90000000, "1 d 1 h"},
		{INT64_MAX, "106751991167 d 7 h"},
	};
	char out[STATUS_DURATION];
	(void)state;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		assert_string_equal(status_duration(out, cases[i].ms), cases[i].text);
}

static void
reload_taken(void **state)
{
	struct status_reload *reload = calloc(1, sizeof(*reload));
	struct page page = {0};
	(void)state;

	reload->taken = true;
	reload->compiled = 1;
	reload->unchanged = 2;
	reload->zones.total = 3;
	assert_true(status_reload_ok(reload));
	RENDER(page, status_render_reload(page.stream, STATUS_FORM_TEXT, reload));
	assert_string_equal(page.bytes, "reloaded: 3 zones, 1 compiled, 2 unchanged, 0 kept in "
					"their previous version, 0 failed\n");
	RENDER(page, status_render_reload(page.stream, STATUS_FORM_JSON, reload));
	assert_string_equal(page.bytes,
			    "{\"ok\":true,\"taken\":true,\"compiled\":1,\"unchanged\":2,\"zones\":{"
			    "\"total\":3,\"served\":3,\"stale\":0,\"failed\":0,\"list\":[]},"
			    "\"findings\":[]}\n");
	reload->zones.stale = 30;
	status_add_zone(&reload->zones, apex, STATUS_ZONE_STALE, 5, "a.zone:4:1: error");
	assert_false(status_reload_ok(reload));
	RENDER(page, status_render_reload(page.stream, STATUS_FORM_TEXT, reload));
	has(&page,
	    "  a.example.  5       stale  a.zone:4:1: error\n  ... and 29 more with errors\n");
	reload->zones.stale = 0;
	reload->zones.failed = 1;
	assert_false(status_reload_ok(reload));
	RENDER(page, status_render_reload(page.stream, STATUS_FORM_JSON, reload));
	has(&page, "{\"ok\":false,\"taken\":true,");
	free(page.bytes);
	free(reload);
}

static void
reload_refused(void **state)
{
	struct status_reload *reload = calloc(1, sizeof(*reload));
	struct report report = REPORT_INIT;
	struct page page = {0};
	(void)state;

	assert_false(status_reload_ok(reload));
	for (int i = 0; i < 25; i++)
		report_add(&report, SEVERITY_ERROR, (struct place){"anyns.yaml", 4, 1}, "do so",
			   "wrong %d", i);
	reload->report = &report;
	RENDER(page, status_render_reload(page.stream, STATUS_FORM_TEXT, reload));
	has(&page, "anyns.yaml:4:1: error: wrong 0; do so\n");
	has(&page, "wrong 19; do so\n... and 5 more findings");
	has(&page, "reload refused, everything goes on as before\n");
	lacks(&page, "wrong 20");
	RENDER(page, status_render_reload(page.stream, STATUS_FORM_JSON, reload));
	has(&page, "{\"ok\":false,\"taken\":false,\"findings\":[\"anyns.yaml:4:1: error: wrong 0");
	lacks(&page, "zones");
	/* A warning harms no reload, an error about the whole does. */
	reload->taken = true;
	assert_false(status_reload_ok(reload));
	report_clear(&report);
	report_add(&report, SEVERITY_WARNING, (struct place){0}, NULL, "odd");
	assert_true(status_reload_ok(reload));
	report_clear(&report);
	free(page.bytes);
	free(reload);
}

static void
message(void **state)
{
	struct page page = {0};
	(void)state;

	RENDER(page, status_render_message(page.stream, STATUS_FORM_TEXT, true, "as\nyou wish"));
	assert_string_equal(page.bytes, "as?you wish\n");
	RENDER(page, status_render_message(page.stream, STATUS_FORM_JSON, false, "no \"x\""));
	assert_string_equal(page.bytes, "{\"ok\":false,\"message\":\"no \\\"x\\\"\"}\n");
	free(page.bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text),         cmocka_unit_test(json),
		cmocka_unit_test(empty),        cmocka_unit_test(hostile_text),
		cmocka_unit_test(largest),      cmocka_unit_test(duration),
		cmocka_unit_test(reload_taken), cmocka_unit_test(reload_refused),
		cmocka_unit_test(message),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
