/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config.c - the configuration: from a YAML file to one constant struct.
 *
 * A configuration passes four stations, a file each:
 *
 *   config_text    bytes, bounded, plain UTF-8
 *   config_yaml    a tree of nodes that know line and column; it alone knows libfyaml
 *   config_table   a mapping read by its table of keys; unknown, duplicate and missing ones
 *   config_value   what single values mean: numbers, addresses, durations; and for larger ones
 *                  config_secret, config_zones, config_health, config_runtime and config_announce
 *                  with config_prefix, _peer, _community, _exabgp and _bird
 *
 * This file has the table of the top level and the checks that need more than one key. The rule
 * everywhere is to go on after an error: whoever edits a configuration wants all findings of one
 * run. The result of a run with an error is thrown away at the very end, so readers leave defaults
 * where a value was wrong.
 *
 * A new key is a field in config.h, a line in `keys` below, and an entry in anyns.yaml(5).
 */
#include "anyns/config.h"

#include <errno.h>
#include <pwd.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "anyns/name.h"
#include "config/config_announce.h"
#include "config/config_health.h"
#include "config/config_runtime.h"
#include "config/config_secret.h"
#include "config/config_table.h"
#include "config/config_text.h"
#include "config/config_value.h"
#include "config/config_yaml.h"
#include "config/config_zones.h"

#define SMALLEST                                                                                   \
	"the smallest useful one is {listen: [127.0.0.1@5300], zones: [{name: example.com, file: " \
	"example.com.zone}]}"

enum {
	DEFAULT_PORT = 53,
	WORKERS_MAX = 256,
	USER_BUFFER = 16384,
};

static void
read_workers(const struct config_context *context, const struct config_key *key,
	     const struct config_node *node, void *target)
{
	/* `auto` is the default, resolved already. */
	if (node->kind != CONFIG_NODE_TEXT || strcmp(node->text, "auto") != 0)
		config_value_number(context, key, node, target);
}

static void
read_tcp_mss(const struct config_context *context, const struct config_key *key,
	     const struct config_node *node, void *target)
{
	if (node->kind == CONFIG_NODE_TEXT && strcmp(node->text, "0") == 0)
		*(unsigned *)target = 0;
	else
		config_value_number(context, key, node, target);
}

static void
read_instance(const struct config_context *context, const struct config_key *key,
	      const struct config_node *node, void *target)
{
	const char *text = config_value_text(context, key, node);

	if (text && strchr(text, ' '))
		config_table_error(context, node, "use - or . instead",
				   "instance: a space would split log lines and labels");
	else if (text)
		config_value_keep(context, target, text);
}

static void
read_version(const struct config_context *context, const struct config_key *key,
	     const struct config_node *node, void *target)
{
	const char *text = config_value_text(context, key, node);
	char **version = target;

	if (!text)
		return;
	if (strcmp(text, "hidden") != 0) {
		config_value_keep(context, version, text);
		return;
	}
	free(*version);
	*version = NULL;
}

static void
read_user(const struct config_context *context, const struct config_key *key,
	  const struct config_node *node, void *target)
{
	const char *text = config_value_text(context, key, node);
	struct passwd entry, *result = NULL;
	char buffer[USER_BUFFER];

	if (!text)
		return;
	errno = getpwnam_r(text, &entry, buffer, sizeof(buffer), &result);
	if (result)
		config_value_keep(context, target, text);
	else if (errno == 0 || errno == ENOENT)
		config_table_error(context, node,
				   "name a user that exists, or create it: useradd --system NAME",
				   "user: there is no user \"%s\"", text);
	else
		report_errno(context->report, SEVERITY_ERROR, config_table_place(context, node),
			     NULL, "user: cannot look up \"%s\"", text);
}

static void
read_listen(const struct config_context *context, const struct config_key *key,
	    const struct config_node *node, void *target)
{
	struct config *config = context->config;

	(void)target;
	config->listen = config_value_addresses(context, key, node, DEFAULT_PORT,
						&config->listen_count);
}

/* Whether it exists is for who opens it: there may be zones to serve without it. */
static void
read_path(const struct config_context *context, const struct config_key *key,
	  const struct config_node *node, void *target)
{
	char **path = target;

	free(*path);
	*path = config_value_path(context, key, node);
}

static void
read_identity_addresses(const struct config_context *context, const struct config_key *key,
			const struct config_node *node, void *target)
{
	struct config *config = context->config;
	size_t count;

	(void)target;
	config->identity_addresses = config_value_addresses(context, key, node, 0, &count);
	config->identity_address_count = count;
	for (size_t i = 0; i < count; i++) {
		const struct config_address *address = &config->identity_addresses[i];

		if (config_value_is_wildcard(address))
			report_add(context->report, SEVERITY_ERROR,
				   (struct place){context->file, address->line, address->column},
				   "write this instance's own unicast address",
				   "identity-addresses: %s is no address", address->text);
	}
}

static void
read_identity_name(const struct config_context *context, const struct config_key *key,
		   const struct config_node *node, void *target)
{
	struct config *config = context->config;
	uint8_t wire[DNS_NAME_MAX];

	(void)target;
	if (!config_table_expect(context, key, node, CONFIG_NODE_TEXT, "a domain name"))
		return;
	if (name_parse(wire, node->text) <= 1) {
		config_table_error(
			context, node,
			"write a name such as identity.example.com; labels have 1 to 63 bytes",
			"identity-name: \"%.255s\" is no domain name below the root", node->text);
		return;
	}
	name_lower(config->identity_name, wire);
	config->has_identity_name = true;
	config->identity_line = node->line;
	config->identity_column = node->column;
}

static void
read_zonemd(const struct config_context *context, const struct config_key *key,
	    const struct config_node *node, void *target)
{
	static const char *const words[] = {"off", "warn", "require"};
	static const enum zonemd_policy policies[] = {ZONEMD_OFF, ZONEMD_WARN, ZONEMD_REQUIRE};
	enum zonemd_policy *policy = target;
	size_t index;

	if (config_value_word(context, key, node, words, ARRAY_LENGTH(words), &index))
		*policy = policies[index];
}

static void
read_log_level(const struct config_context *context, const struct config_key *key,
	       const struct config_node *node, void *target)
{
	static const char *const words[] = {"error", "warning", "notice", "info"};
	static const enum config_log_level levels[] = {CONFIG_LOG_ERROR, CONFIG_LOG_WARNING,
						       CONFIG_LOG_NOTICE, CONFIG_LOG_INFO};
	enum config_log_level *level = target;
	size_t index;

	if (config_value_word(context, key, node, words, ARRAY_LENGTH(words), &index))
		*level = levels[index];
}

static const struct config_key log_keys[] = {
	{.name = "level", .read = read_log_level, .offset = offsetof(struct config, log_level)},
};

static void
read_log(const struct config_context *context, const struct config_key *key,
	 const struct config_node *node, void *target)
{
	const struct config_node *found[ARRAY_LENGTH(log_keys)];

	(void)key;
	(void)target;
	config_table_read(context, log_keys, ARRAY_LENGTH(log_keys), node, context->config, found);
}

#define KEY_AT(field) .offset = offsetof(struct config, field)

/* clang-format off */
enum {
	KEY_INSTANCE, KEY_LISTEN, KEY_ZONES, KEY_ZONE_DIRECTORY, KEY_IMAGE, KEY_IMAGE_CACHE,
	KEY_WORKERS, KEY_VERSION, KEY_USER, KEY_IDENTITY_NAME, KEY_IDENTITY_ADDRESSES, KEY_SECRET, KEY_ZONEMD, KEY_UDP_SIZE,
	KEY_TCP_MSS, KEY_TCP_CLIENTS, KEY_TCP_CLIENTS_PER_ADDRESS, KEY_TCP_IDLE_TIMEOUT,
	KEY_TCP_TOTAL_TIMEOUT, KEY_LOG, KEY_ANNOUNCE, KEY_HEALTH, KEY_STATE_DIRECTORY, KEY_CONTROL,
	KEY_COUNT
};

static const struct config_key keys[KEY_COUNT] = {
	/* 63 bytes fit a label, a host name and every label of a metrics system. */
	[KEY_INSTANCE] = {.name = "instance", .read = read_instance, KEY_AT(instance),
		.low = 1, .high = 63},
	[KEY_LISTEN] = {.name = "listen", .read = read_listen,
		.missing = "add the addresses to answer on, "
			   "as in listen: [192.0.2.53, \"2001:db8::53\"]"},
	[KEY_ZONES] = {.name = "zones", .read = config_zones_read},
	[KEY_ZONE_DIRECTORY] = {.name = "zone-directory", .read = config_zones_read_directory},
	[KEY_IMAGE] = {.name = "image", .read = read_path, KEY_AT(image)},
	[KEY_IMAGE_CACHE] = {.name = "image-cache", .read = read_path, KEY_AT(image_cache)},
	[KEY_WORKERS] = {.name = "workers", .read = read_workers, KEY_AT(workers),
		.low = 1, .high = WORKERS_MAX},
	/* A TXT string has at most 255 bytes (RFC 1035 3.3). */
	[KEY_VERSION] = {.name = "version", .read = read_version, KEY_AT(version),
		.low = 1, .high = 255},
	[KEY_USER] = {.name = "user", .read = read_user, KEY_AT(user), .low = 1, .high = 255},
	[KEY_IDENTITY_NAME] = {.name = "identity-name", .read = read_identity_name},
	[KEY_IDENTITY_ADDRESSES] = {.name = "identity-addresses", .read = read_identity_addresses},
	[KEY_SECRET] = {.name = "secret", .read = config_secret_read},
	[KEY_ZONEMD] = {.name = "zonemd", .read = read_zonemd, KEY_AT(zonemd)},
	/* 512: RFC 1035 4.2.1; 1232: an IPv6 packet of 1280 bytes, which every path must carry. */
	[KEY_UDP_SIZE] = {.name = "udp-size", .read = config_value_number, KEY_AT(udp_size),
		.low = 512, .high = 4096, .fallback = 1232},
	/* 536: RFC 9293 3.7.1; 1220: the least IPv6 MTU of 1280 without headers. */
	[KEY_TCP_MSS] = {.name = "tcp-mss", .read = read_tcp_mss, KEY_AT(tcp_mss),
		.low = 536, .high = 65495, .fallback = 1220},
	[KEY_TCP_CLIENTS] = {.name = "tcp-clients", .read = config_value_number,
		KEY_AT(tcp_clients), .low = 1, .high = 1000000, .fallback = 1024},
	[KEY_TCP_CLIENTS_PER_ADDRESS] = {.name = "tcp-clients-per-address",
		.read = config_value_number, KEY_AT(tcp_clients_per_address),
		.low = 1, .high = 1000000, .fallback = 64},
	/* The keepalive option has 16 bits of 100 ms (RFC 7828 3.1): less than two hours. */
	[KEY_TCP_IDLE_TIMEOUT] = {.name = "tcp-idle-timeout", .read = config_value_duration,
		KEY_AT(tcp_idle_ms), .low = 100, .high = 3600000, .fallback = 10000},
	[KEY_TCP_TOTAL_TIMEOUT] = {.name = "tcp-total-timeout", .read = config_value_duration,
		KEY_AT(tcp_total_ms), .low = 1000, .high = 86400000, .fallback = 120000},
	[KEY_LOG] = {.name = "log", .read = read_log},
	[KEY_ANNOUNCE] = {.name = "announce", .read = config_announce_read},
	[KEY_HEALTH] = {.name = "health", .read = config_health_read},
	[KEY_STATE_DIRECTORY] = {.name = "state-directory", .read = config_runtime_read_state},
	[KEY_CONTROL] = {.name = "control", .read = config_runtime_read_control},
};
/* clang-format on */

static unsigned
usable_cpus(void)
{
	cpu_set_t set;
	int count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;

	return count < 1 ? 1 : count > WORKERS_MAX ? WORKERS_MAX : (unsigned)count;
}

static struct config *
config_new(const char *path)
{
	struct config *config = calloc(1, sizeof(*config));

	if (!config)
		return NULL;
	config_value_defaults(keys, KEY_COUNT, config);
	config_health_defaults(&config->health);
	config->workers = usable_cpus();
	config->zonemd = ZONEMD_WARN;
	config->log_level = CONFIG_LOG_NOTICE;
	config->path = strdup(path);
	config->version = strdup("anyns " ANYNS_VERSION);
	config->control = strdup(CONFIG_DEFAULT_CONTROL);
	if (config->path && config->version && config->control)
		return config;
	config_free(config);
	return NULL;
}

/* Nobody named the instance: the host's name does, unless it is none that could be one. */
static void
use_host_name(const struct config_context *context, const struct config_node *root)
{
	char host[256] = "";
	bool good = gethostname(host, sizeof(host) - 1) == 0 &&
		    strlen(host) >= keys[KEY_INSTANCE].low &&
		    strlen(host) <= keys[KEY_INSTANCE].high;

	for (const char *p = host; *p; p++)
		good &= *p > ' ' && *p < 0x7f;
	if (good)
		config_value_keep(context, &context->config->instance, host);
	else
		config_table_error(context, root, "add instance: NAME",
				   "the host name cannot stand for the missing \"instance\"");
}

/* The checks that look at several keys. */
static void
check_together(const struct config_context *context, const struct config_node *root,
	       const struct config_node *const *found)
{
	const struct config *config = context->config;

	if (!found[KEY_INSTANCE])
		use_host_name(context, root);
	if (found[KEY_IDENTITY_NAME] && !found[KEY_INSTANCE])
		config_table_error(context, found[KEY_IDENTITY_NAME],
				   "add instance: NAME, which the identity name answers with",
				   "identity-name without instance");
	if (found[KEY_IDENTITY_ADDRESSES] && !found[KEY_IDENTITY_NAME])
		config_table_error(context, found[KEY_IDENTITY_ADDRESSES],
				   "add identity-name: NAME, which these addresses belong to",
				   "identity-addresses without identity-name");
	if (config->tcp_total_ms < config->tcp_idle_ms)
		report_add(context->report, SEVERITY_WARNING,
			   config_table_place(context, found[KEY_TCP_TOTAL_TIMEOUT]
							       ? found[KEY_TCP_TOTAL_TIMEOUT]
							       : found[KEY_TCP_IDLE_TIMEOUT]),
			   "make tcp-total-timeout the longer one",
			   "tcp-total-timeout ends connections before tcp-idle-timeout can");
	if (found[KEY_ANNOUNCE] && !found[KEY_STATE_DIRECTORY])
		report_add(context->report, SEVERITY_WARNING,
			   config_table_place(context, found[KEY_ANNOUNCE]),
			   "add state-directory: FOLDER",
			   "announce without state-directory: a restart forgets that it was "
			   "drained, and its faults");
	config_announce_check(context);
	config_health_check(context);
	config_zones_check(context);
	if (config->zone_count == 0 && !config->has_identity_name && !config->image &&
	    context->report->errors == context->errors)
		config_table_error(context, root, "add zones, zone-directory or image; " SMALLEST,
				   "no zone to serve");
}

static void
read_root(const struct config_context *context, const struct config_node *root)
{
	const struct config_node *found[KEY_COUNT];
	static const struct config_node top = {.line = 1, .column = 1};

	if (!root || (root->kind == CONFIG_NODE_TEXT && root->plain && root->text[0] == '\0')) {
		config_table_error(context, &top, SMALLEST, "the configuration is empty");
		return;
	}
	if (root->kind == CONFIG_NODE_TEXT || root->kind == CONFIG_NODE_LIST) {
		config_table_error(context, root, SMALLEST, "expected a mapping of keys, found %s",
				   root->kind == CONFIG_NODE_LIST ? "a list" : "text");
		return;
	}
	config_table_read(context, keys, KEY_COUNT, root, context->config, found);
	if (root->kind == CONFIG_NODE_MAPPING)
		check_together(context, root, found);
}

static struct config *
read_bytes(const char *path, const char *bytes, size_t size, bool exposed, struct report *report)
{
	struct config_context context = {.report = report,
					 .file = path,
					 .base = path,
					 .exposed = exposed,
					 .errors = report->errors};
	struct config_tree tree;

	if (size > CONFIG_TEXT_MAX) {
		report_add(report, SEVERITY_ERROR, (struct place){path, 0, 0},
			   "use zone-directory instead of a long list of zones",
			   "a configuration has at most %zu bytes", CONFIG_TEXT_MAX);
		return NULL;
	}
	if (!config_text_check(path, bytes, size, report))
		return NULL;
	context.config = config_new(path);
	if (!context.config) {
		config_table_no_memory(&context);
		return NULL;
	}
	if (config_yaml_parse(path, bytes, size, &tree, report)) {
		read_root(&context, tree.root);
		config_yaml_free(&tree);
	}
	if (report->errors == context.errors)
		return context.config;
	config_free(context.config);
	return NULL;
}

struct config *
config_read(const char *path, struct report *report)
{
	struct config_text text;
	struct config *config;

	if (!config_text_read(path, CONFIG_TEXT_MAX, (struct place){path, 0, 0}, &text, report))
		return NULL;
	config = read_bytes(path, text.bytes, text.size, text.exposed, report);
	config_text_free(&text);
	return config;
}

struct config *
config_read_text(const char *path, const char *text, size_t size, struct report *report)
{
	return read_bytes(path, text, size, false, report);
}

void
config_free(struct config *config)
{
	if (!config)
		return;
	for (size_t i = 0; i < config->zone_count; i++) {
		free(config->zones[i].name_text);
		free(config->zones[i].file);
	}
	free(config->zones);
	free(config->listen);
	free(config->identity_addresses);
	free(config->path);
	free(config->instance);
	free(config->version);
	free(config->user);
	free(config->state_directory);
	free(config->control);
	free(config->image);
	free(config->image_cache);
	config_announce_free(&config->announce);
	config_health_free(&config->health);
	explicit_bzero(config, sizeof(*config));
	free(config);
}
