/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every key of the top level: right, of a wrong type, out of range, and together with others. Zone
 * files are /dev/null, which can be read everywhere.
 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "anyns/config.h"

#define LISTEN "listen: [192.0.2.53]\n"
#define ZONE   "zones: [{name: example.com, file: /dev/null}]\n"
#define BASE   "instance: fra1-a\n" LISTEN ZONE

static struct config *
read_good(const char *text)
{
	struct report report = REPORT_INIT;
	struct config *config = config_read_text("anyns.yaml", text, strlen(text), &report);

	report_print(&report, stderr);
	assert_non_null(config);
	assert_int_equal(report.count, 0);
	report_clear(&report);
	return config;
}

/* The text has errors, and one of the findings is exactly `line` (without the file's name and a
 * colon in front). */
static void
expect_finding(const char *text, const char *line)
{
	struct report report = REPORT_INIT;
	struct config *config = config_read_text("f", text, strlen(text), &report);
	char buffer[1024];
	bool found = false;

	for (size_t i = 0; i < report.count; i++) {
		const char *got = report_line(&report.findings[i], buffer, sizeof(buffer));

		found |= strncmp(got, "f:", 2) == 0 && strcmp(got + 2, line) == 0;
	}
	if (!found) {
		fprintf(stderr, "wanted: f:%s\n", line);
		report_print(&report, stderr);
	}
	assert_true(found);
	assert_int_equal(config == NULL, report.errors > 0);
	config_free(config);
	report_clear(&report);
}

static void
test_smallest_and_defaults(void **state)
{
	struct config *config = read_good(BASE);

	(void)state;
	assert_string_equal(config->path, "anyns.yaml");
	assert_string_equal(config->instance, "fra1-a");
	assert_string_equal(config->version, "anyns " ANYNS_VERSION);
	assert_int_equal(config->listen_count, 1);
	assert_string_equal(config->listen[0].text, "192.0.2.53@53");
	assert_int_equal(ntohs(config->listen[0].socket.v4.sin_port), 53);
	assert_int_equal(config->listen[0].line, 2);
	assert_int_equal(config->listen[0].column, 10);
	assert_int_equal(config->zone_count, 1);
	assert_string_equal(config->zones[0].name_text, "example.com.");
	assert_string_equal(config->zones[0].file, "/dev/null");
	assert_true(config->workers >= 1 && config->workers <= 256);
	assert_null(config->user);
	assert_false(config->has_identity_name);
	assert_int_equal(config->identity_address_count, 0);
	assert_false(config->secret_active.set);
	assert_int_equal(config->zonemd, ZONEMD_WARN);
	assert_int_equal(config->udp_size, 1232);
	assert_int_equal(config->tcp_mss, 1220);
	assert_int_equal(config->tcp_clients, 1024);
	assert_int_equal(config->tcp_clients_per_address, 64);
	assert_int_equal(config->tcp_idle_ms, 10000);
	assert_int_equal(config->tcp_total_ms, 120000);
	assert_int_equal(config->log_level, CONFIG_LOG_NOTICE);
	assert_int_equal(config->announce.prefix_count, 0);
	assert_int_equal(config->announce.peer_count, 0);
	assert_int_equal(config->health.interval_ms, 50);
	assert_int_equal(config->health.hold_max_s, 600);
	assert_null(config->state_directory);
	assert_null(config->image);
	assert_null(config->image_cache);
	assert_string_equal(config->control, "/run/anyns/control.sock");
	assert_false(config->control_named);
	config_free(config);
	config_free(NULL);
}

static void
test_every_key(void **state)
{
	struct config *config = read_good(
		"instance: \"42\"\n"
		"listen:\n  - 0.0.0.0@5300\n  - ::1@5300\n  - 10.0.0.53\n"
		"zones:\n- name: Example.COM.\n  file: /dev/null\n- {name: ., file: '/dev/null'}\n"
		"workers: 256\nversion: no comment\nuser: root\n"
		"identity-name: Identity.example.NET\n"
		"identity-addresses: [192.0.2.1, \"2001:db8::1\"]\n"
		"secret: {active: 00112233445566778899aabbccddeeff, staged: "
		"FFEEDDCCBBAA99887766554433221100, retired: 00000000000000000000000000000001}\n"
		"zonemd: require\nudp-size: 4096\ntcp-mss: 0\ntcp-clients: 1\n"
		"tcp-clients-per-address: 2\ntcp-idle-timeout: 100ms\ntcp-total-timeout: 5m\n"
		"log: {level: info}\n"
		"announce: {prefixes: [10.0.0.0/24], bgp: {local-as: 64512, router-id: 10.1.0.1, "
		"peers: [{address: 10.1.0.2, as: 64496, password: sesame, communities: [1:2], "
		"large-communities: [1:2:3]}]}}\n"
		"health: {overload: shed, drain-time: 5s}\nstate-directory: /tmp\n"
		"control: /tmp/anyns.sock\n");

	(void)state;
	assert_string_equal(config->instance, "42");
	assert_int_equal(config->listen_count, 3);
	assert_string_equal(config->listen[1].text, "::1@5300");
	assert_int_equal(config->zone_count, 2);
	assert_string_equal(config->zones[0].name_text, "example.com.");
	assert_memory_equal(config->zones[0].name, "\7example\3com", 13);
	assert_int_equal(config->zones[0].line, 7);
	assert_string_equal(config->zones[1].name_text, ".");
	assert_int_equal(config->workers, 256);
	assert_string_equal(config->version, "no comment");
	assert_string_equal(config->user, "root");
	assert_true(config->has_identity_name);
	assert_memory_equal(config->identity_name, "\10identity\7example\3net", 22);
	assert_int_equal(config->identity_line, 13);
	assert_int_equal(config->identity_column, 16);
	assert_int_equal(config->identity_address_count, 2);
	assert_string_equal(config->identity_addresses[1].text, "2001:db8::1");
	assert_true(config->secret_active.set && config->secret_staged.set);
	assert_int_equal(config->secret_active.key[15], 0xff);
	assert_int_equal(config->secret_staged.key[0], 0xff);
	assert_int_equal(config->secret_retired.key[15], 1);
	assert_int_equal(config->zonemd, ZONEMD_REQUIRE);
	assert_int_equal(config->udp_size, 4096);
	assert_int_equal(config->tcp_mss, 0);
	assert_int_equal(config->tcp_clients, 1);
	assert_int_equal(config->tcp_clients_per_address, 2);
	assert_int_equal(config->tcp_idle_ms, 100);
	assert_int_equal(config->tcp_total_ms, 300000);
	assert_int_equal(config->log_level, CONFIG_LOG_INFO);
	assert_string_equal(config->announce.prefixes[0].text, "10.0.0.0/24");
	assert_string_equal(config->announce.peers[0].password, "sesame");
	assert_true(config->health.shed);
	assert_int_equal(config->health.drain_s, 5);
	assert_string_equal(config->state_directory, "/tmp");
	assert_string_equal(config->control, "/tmp/anyns.sock");
	assert_true(config->control_named);
	config_free(config);
}

static void
test_json(void **state)
{
	struct config *config = read_good(
		"{\"instance\": \"a\\u0062\",\n\t\"listen\": [\"127.0.0.1@5300\"],\n"
		"\t\"workers\": 2, \"zones\": [{\"name\":\"x\",\"file\":\"\\/dev\\/null\"}]}");

	(void)state;
	assert_string_equal(config->instance, "ab");
	assert_int_equal(config->workers, 2);
	assert_string_equal(config->zones[0].file, "/dev/null");
	config_free(config);
}

static void
test_words(void **state)
{
	static const char *const levels[] = {"error", "warning", "notice", "info"};
	static const char *const policies[] = {"off", "warn", "require"};
	char text[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(levels); i++) {
		snprintf(text, sizeof(text), BASE "log:\n  level: %s\n", levels[i]);
		struct config *config = read_good(text);
		assert_int_equal(config->log_level, i);
		config_free(config);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(policies); i++) {
		snprintf(text, sizeof(text), BASE "zonemd: %s\n", policies[i]);
		struct config *config = read_good(text);
		assert_int_equal(config->zonemd, i);
		config_free(config);
	}
	struct config *config = read_good(BASE "version: hidden\nworkers: auto\n");
	assert_null(config->version);
	config_free(config);
	/* In YAML 1.2 the country code of Norway is text. */
	config = read_good("instance: no\n" LISTEN ZONE);
	assert_string_equal(config->instance, "no");
	config_free(config);
}

static void
test_limits_are_legal(void **state)
{
	(void)state;
	config_free(read_good(BASE "udp-size: 512\ntcp-mss: 536\nworkers: 1\n"
				   "tcp-idle-timeout: 1h\ntcp-total-timeout: 24h\n"));
	config_free(read_good(BASE "tcp-mss: 65495\ntcp-clients: 1000000\n"
				   "tcp-clients-per-address: 1000000\n"
				   "tcp-idle-timeout: 1s\ntcp-total-timeout: 1s\n"));
}

static void
test_out_of_range(void **state)
{
	static const struct {
		const char *line;
		const char *finding;
	} table[] = {
		{"udp-size: 511", "udp-size: 511 is not between 512 and 4096"},
		{"udp-size: 4097", "udp-size: 4097 is not between 512 and 4096"},
		{"tcp-mss: 1", "tcp-mss: 1 is not between 536 and 65495"},
		{"tcp-mss: 535", "tcp-mss: 535 is not between 536 and 65495"},
		{"tcp-mss: 65496", "tcp-mss: 65496 is not between 536 and 65495"},
		{"workers: 0", "workers: 0 is not between 1 and 256"},
		{"workers: 257", "workers: 257 is not between 1 and 256"},
		{"tcp-clients: 0", "tcp-clients: 0 is not between 1 and 1000000"},
		{"tcp-clients: 1000001", "tcp-clients: 1000001 is not between 1 and 1000000"},
		{"tcp-clients-per-address: 0",
		 "tcp-clients-per-address: 0 is not between 1 and 1000000"},
		{"tcp-idle-timeout: 99ms", "tcp-idle-timeout: 99ms is not between 100ms and 3600s"},
		{"tcp-idle-timeout: 3601s",
		 "tcp-idle-timeout: 3601s is not between 100ms and 3600s"},
		{"tcp-total-timeout: 999ms",
		 "tcp-total-timeout: 999ms is not between 1000ms and 86400s"},
		{"udp-size: -1", "udp-size: expected a number from 512 to 4096, found \"-1\""},
		{"udp-size: 99999999999",
		 "udp-size: expected a number from 512 to 4096, found \"99999999999\""},
		{"workers: many", "workers: expected a number from 1 to 256, found \"many\""},
		{"tcp-idle-timeout: 10",
		 "tcp-idle-timeout: expected a duration, found \"10\"; write a whole number and a "
		 "unit, as in 100ms, 3s, 5m or 1h"},
		{"zonemd: yes", "zonemd: unknown word \"yes\"; write one of off, warn, require"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
		char text[256], finding[256];
		size_t column = (size_t)(strchr(table[i].line, ':') - table[i].line) + 3;

		snprintf(text, sizeof(text), BASE "%s\n", table[i].line);
		snprintf(finding, sizeof(finding), "4:%zu: error: %s", column, table[i].finding);
		expect_finding(text, finding);
	}
}

/* Each key with a mapping, a list, null and a boolean where it wants none. */
static void
test_wrong_types(void **state)
{
	static const struct {
		const char *key;
		const char *value;
		const char *finding;
	} table[] = {
		{"version", "[a]", "expected text, found a list"},
		{"version", "true",
		 "expected text, found a boolean; quote it if this text is meant"},
		{"user", "{a: b}", "expected text, found a mapping"},
		{"workers", "[]", "expected a number, found a list"},
		{"zone-directory", "[]", "expected a file name, found a list"},
		{"image", "[]", "expected a file name, found a list"},
		{"image-cache", "{}", "expected a file name, found a mapping"},
		{"identity-name", "{}", "expected a domain name, found a mapping"},
		{"identity-name", "FALSE",
		 "expected a domain name, found a boolean; quote it if this text is meant"},
		{"identity-addresses", "{a: b, c: d}",
		 "expected a list of addresses, found a mapping"},
		{"identity-addresses", "[[1.2.3.4]]", "expected an address, found a list"},
		{"zonemd", "[off]", "expected a word, found a list"},
		{"udp-size", "{}", "expected a number, found a mapping"},
		{"tcp-mss", "[0]", "expected a number, found a list"},
		{"tcp-clients", "[]", "expected a number, found a list"},
		{"tcp-clients-per-address", "[]", "expected a number, found a list"},
		{"tcp-idle-timeout", "[]", "expected a duration, found a list"},
		{"tcp-total-timeout", "{}", "expected a duration, found a mapping"},
		{"state-directory", "[]", "expected a file name, found a list"},
		{"control", "[off]", "expected a file name, found a list"},
		{"control", "false",
		 "expected a file name, found a boolean; quote it if this text is meant"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
		char text[256], finding[256];

		/* The list inside the list of addresses is the one that is wrong. */
		size_t inner = strncmp(table[i].value, "[[", 2) == 0;
		snprintf(text, sizeof(text), BASE "%s: %s\n", table[i].key, table[i].value);
		snprintf(finding, sizeof(finding), "4:%zu: error: %s: %s",
			 strlen(table[i].key) + 3 + inner, table[i].key, table[i].finding);
		expect_finding(text, finding);
	}
	expect_finding("instance: [a]\n" LISTEN ZONE,
		       "1:11: error: instance: expected text, found a list");
	expect_finding("listen: {a: b, c: d}\n" ZONE,
		       "1:9: error: listen: expected a list of addresses, found a mapping");
	expect_finding(LISTEN "zones: {a: b}\n",
		       "2:8: error: zones: expected a list of {name: example.com, file: "
		       "example.com.zone}, found a mapping");
	expect_finding(BASE "log: info\n", "4:6: error: expected a mapping of keys, found text");
	expect_finding(BASE "secret: [a]\n",
		       "4:9: error: expected a mapping of keys, found a list");
}

static void
test_duplicates_and_empty_values(void **state)
{
	/* clang-format off */
	static const char *const names[] = {
		"instance", "listen", "zones", "zone-directory",
		"image", "image-cache", "workers", "version",
		"user", "identity-name", "secret", "identity-addresses",
		"zonemd", "udp-size", "tcp-mss", "tcp-clients",
		"log", "tcp-clients-per-address", "tcp-idle-timeout", "tcp-total-timeout",
		"announce", "health", "state-directory", "control",
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		char text[256], finding[256];
		snprintf(text, sizeof(text), "%s: {x: y}\n%s: [[z]]\n", names[i], names[i]);
		snprintf(
			finding, sizeof(finding),
			"2:1: error: duplicate key \"%s\", first at line 1 column 1; remove one of "
			"the two",
			names[i]);
		expect_finding(text, finding);
		snprintf(text, sizeof(text), "%s:\n", names[i]);
		snprintf(finding, sizeof(finding),
			 "1:1: error: \"%s\" has no value; give it a value, indent the lines that "
			 "belong to it, or remove it",
			 names[i]);
		expect_finding(text, finding);
	}
}

/* Relative to the folder of the configuration; an image alone is enough to serve. */
static void
test_image(void **state)
{
	(void)state;
	struct config *config = read_good(LISTEN "instance: x\nimage: zones.image\n"
						 "image-cache: /nonexistent\n");
	assert_string_equal(config->image, "zones.image");
	assert_string_equal(config->image_cache, "/nonexistent");
	assert_int_equal(config->zone_count, 0);
	config_free(config);
}

static void
test_unknown_keys(void **state)
{
	(void)state;
	expect_finding("instance: x\n" LISTEN ZONE "listten: [::1]\n",
		       "4:1: error: unknown key \"listten\"; did you mean \"listen\"?");
	expect_finding(
		BASE "zone_directory: x\n",
		"4:1: error: unknown key \"zone_directory\"; did you mean \"zone-directory\"?");
	expect_finding(BASE "log: {lever: info}\n",
		       "4:7: error: unknown key \"lever\"; did you mean \"level\"?");
	expect_finding(BASE "frobnicate: 1\n", "4:1: error: unknown key \"frobnicate\"; "
					       "anyns.yaml(5) lists the keys that may stand here");
}

static void
test_missing(void **state)
{
	(void)state;
	expect_finding("", "1:1: error: the configuration is empty; the smallest useful one is "
			   "{listen: [127.0.0.1@5300], zones: [{name: example.com, file: "
			   "example.com.zone}]}");
	expect_finding("# nothing\n---\n",
		       "1:1: error: the configuration is empty; the smallest useful one is "
		       "{listen: [127.0.0.1@5300], zones: [{name: example.com, file: "
		       "example.com.zone}]}");
	expect_finding(ZONE, "1:1: error: \"listen\" is missing; add the addresses to answer on, "
			     "as in listen: [192.0.2.53, \"2001:db8::53\"]");
	expect_finding(
		LISTEN,
		"1:1: error: no zone to serve; add zones, zone-directory or image; the smallest "
		"useful one is {listen: [127.0.0.1@5300], zones: [{name: example.com, "
		"file: example.com.zone}]}");
	expect_finding("listen: []\n" ZONE,
		       "1:9: error: listen: expected 1 to 1024 addresses, found 0");
}

static void
test_instance(void **state)
{
	char name[65], text[256];
	struct config *config;

	(void)state;
	memset(name, 'a', sizeof(name));
	name[63] = '\0';
	snprintf(text, sizeof(text), "instance: %s\n" LISTEN ZONE, name);
	config = read_good(text);
	assert_string_equal(config->instance, name);
	config_free(config);
	name[63] = 'a';
	name[64] = '\0';
	snprintf(text, sizeof(text), "instance: %s\n" LISTEN ZONE, name);
	expect_finding(text, "1:11: error: instance: expected 1 to 63 printable ASCII characters, "
			     "found another length");
	expect_finding("instance: \"\"\n" LISTEN ZONE,
		       "1:11: error: instance: expected 1 to 63 printable ASCII characters, found "
		       "another length");
	expect_finding("instance: fra 1\n" LISTEN ZONE,
		       "1:11: error: instance: a space would split log lines and labels; use - or "
		       ". instead");
	expect_finding("instance: M\xc3\xbcnchen\n" LISTEN ZONE,
		       "1:11: error: instance: expected 1 to 63 printable ASCII characters, found "
		       "other bytes");
	/* Without it the host name stands in, where that is one. */
	char host[256] = "";
	assert_int_equal(gethostname(host, sizeof(host) - 1), 0);
	config = read_good(LISTEN ZONE);
	assert_string_equal(config->instance, host);
	config_free(config);
}

static void
test_user(void **state)
{
	(void)state;
	expect_finding(BASE "user: no-such-user-here\n",
		       "4:7: error: user: there is no user \"no-such-user-here\"; name a user that "
		       "exists, or create it: useradd --system NAME");
}

static void
test_identity(void **state)
{
	struct config *config = read_good("instance: a\n" LISTEN
					  "identity-name: identity.example.net.\n");

	(void)state;
	assert_int_equal(config->zone_count, 0);
	config_free(config);
	expect_finding(LISTEN ZONE "identity-name: i.example.net\n",
		       "3:1: error: identity-name without instance; add instance: NAME, which the "
		       "identity name answers with");
	expect_finding(BASE "identity-addresses: [192.0.2.1]\n",
		       "4:1: error: identity-addresses without identity-name; add identity-name: "
		       "NAME, which these addresses belong to");
	expect_finding(BASE "identity-name: EXAMPLE.com.\n",
		       "4:16: error: the identity name example.com. is a zone too, at line 3 "
		       "column 9; give it a name of its own: it is a small zone by itself");
	expect_finding(
		BASE "identity-name: a..b\n",
		"4:16: error: identity-name: \"a..b\" is no domain name below the root; write "
		"a name such as identity.example.com; labels have 1 to 63 bytes");
	expect_finding(
		BASE "identity-name: .\n",
		"4:16: error: identity-name: \".\" is no domain name below the root; write a "
		"name such as identity.example.com; labels have 1 to 63 bytes");
	expect_finding(BASE "identity-name: i\nidentity-addresses: [1.2.3.4@53]\n",
		       "5:22: error: identity-addresses: \"1.2.3.4@53\": a port has no meaning "
		       "here; remove the @ and the port");
	expect_finding(
		BASE "identity-name: i\nidentity-addresses: [\"::\"]\n",
		"5:22: error: identity-addresses: :: is no address; write this instance's own "
		"unicast address");
}

static void
test_timeouts_together(void **state)
{
	(void)state;
	expect_finding(BASE "tcp-idle-timeout: 2s\ntcp-total-timeout: 1s\n",
		       "5:1: warning: tcp-total-timeout ends connections before tcp-idle-timeout "
		       "can; make tcp-total-timeout the longer one");
}

static void
test_announce(void **state)
{
	(void)state;
	expect_finding(BASE "announce: {prefixes: [192.0.2.0/24], bgp: {local-as: 1, router-id: "
			    "10.0.0.1, peers: [{address: 10.0.0.2, as: 2}]}}\n",
		       "4:1: warning: announce without state-directory: a restart forgets that it "
		       "was drained, and its faults; add state-directory: FOLDER");
	/* Whichever of the two comes first. */
	expect_finding("announce: {prefixes: [10.0.0.0/24], bgp: {local-as: 1, router-id: "
		       "10.0.0.1, peers: [{address: 10.0.0.2, as: 2}]}}\n" BASE,
		       "1:23: error: 10.0.0.0/24: no listen address lies in it; add the service "
		       "address to listen; a wildcard does not count");
	expect_finding(BASE "announce: true\n",
		       "4:11: error: expected a mapping of keys, found text");
}

/* All findings of one run, and a report that had errors before does not spoil the result. */
static void
test_report_is_cumulative(void **state)
{
	static const char wrong[] = "listten: 1\nworkers: 0\nudp-size: 1\n";
	struct report report = REPORT_INIT;
	struct config *config;

	(void)state;
	assert_null(config_read_text("f", wrong, strlen(wrong), &report));
	assert_int_equal(report.errors, 4);
	config = config_read_text("f", BASE, strlen(BASE), &report);
	assert_non_null(config);
	assert_int_equal(report.errors, 4);
	config_free(config);
	report_clear(&report);
}

static void
test_read_file(void **state)
{
	char folder[] = "/tmp/anyns-config-XXXXXX", path[64], zone[64];
	struct report report = REPORT_INIT;
	struct config *config;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/anyns.yaml", folder);
	snprintf(zone, sizeof(zone), "%s/a.zone", folder);
	assert_null(config_read(path, &report));
	assert_int_equal(report.errors, 1);
	assert_string_equal(report.findings[0].remedy,
			    "name an existing file that this user may read");
	assert_null(config_read(folder, &report));
	report_clear(&report);

	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs("instance: a\nlisten: 127.0.0.1\nzones: [{name: a, file: a.zone}]\n"
	      "secret: {active: 00112233445566778899aabbccddeeff}\n",
	      file);
	fclose(file);
	fclose(fopen(zone, "w"));
	assert_int_equal(chmod(path, 0640), 0);
	config = config_read(path, &report);
	assert_non_null(config);
	assert_int_equal(report.count, 0);
	/* Relative to the folder of the configuration, not to the working directory. */
	assert_string_equal(config->zones[0].file, zone);
	config_free(config);
	assert_int_equal(chmod(path, 0644), 0);
	config = config_read(path, &report);
	assert_non_null(config);
	assert_int_equal(report.warnings, 1);
	assert_string_equal(report.findings[0].message,
			    "everybody on this machine may read the secret");
	config_free(config);
	report_clear(&report);
	unlink(path);
	unlink(zone);
	rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_smallest_and_defaults),
		cmocka_unit_test(test_every_key),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_limits_are_legal),
		cmocka_unit_test(test_out_of_range),
		cmocka_unit_test(test_wrong_types),
		cmocka_unit_test(test_duplicates_and_empty_values),
		cmocka_unit_test(test_image),
		cmocka_unit_test(test_unknown_keys),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_instance),
		cmocka_unit_test(test_user),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_timeouts_together),
		cmocka_unit_test(test_announce),
		cmocka_unit_test(test_report_is_cumulative),
		cmocka_unit_test(test_read_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
