/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_health.c - `health:`, what the health thread and the gates are told.
 */
#include "config/config_health.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config_value.h"

enum {
	DNS_PORT = 53,
	SITES_MAX = 64,
	ARGUMENTS_MAX = 64,
};

static void
read_overload(const struct config_context *context, const struct config_key *key,
	      const struct config_node *node, void *target)
{
	static const char *const words[] = {"absorb", "shed"};
	size_t index;

	if (config_value_word(context, key, node, words, ARRAY_LENGTH(words), &index))
		*(bool *)target = index == 1;
}

static void
read_soft_faults(const struct config_context *context, const struct config_key *key,
		 const struct config_node *node, void *target)
{
	static const char *const words[] = {"degrade", "withdraw"};
	size_t index;

	if (config_value_word(context, key, node, words, ARRAY_LENGTH(words), &index))
		*(bool *)target = index == 1;
}

#define KEY_AT(field) .offset = offsetof(struct config_health, field)

/* ------------------------------------------------------------ last-stand */

static void
read_sites(const struct config_context *context, const struct config_key *key,
	   const struct config_node *node, void *target)
{
	struct config_last_stand *last_stand = target;

	last_stand->sites = config_value_addresses(context, key, node, DNS_PORT,
						   &last_stand->site_count);
	for (size_t i = 0; i < last_stand->site_count; i++)
		if (config_value_is_wildcard(&last_stand->sites[i]))
			config_table_error(context, node, "write the address of one site",
					   "%s: %s is no address", key->name,
					   last_stand->sites[i].text);
	if (last_stand->site_count > SITES_MAX)
		config_table_error(context, node, "a few of them tell as much",
				   "%s: %zu sites are more than %d", key->name,
				   last_stand->site_count, SITES_MAX);
}

/* clang-format off */
static const struct config_key last_stand_keys[] = {
	{.name = "sites", .read = read_sites, KEY_AT(last_stand),
	 .missing = "add sites: [192.0.2.1], unicast addresses of the other sites"},
	{.name = "at-least", .read = config_value_number, KEY_AT(last_stand.at_least),
	 .low = 1, .high = 64, .fallback = 1},
};
/* clang-format on */

static void
read_last_stand(const struct config_context *context, const struct config_key *key,
		const struct config_node *node, void *target)
{
	const struct config_node *found[ARRAY_LENGTH(last_stand_keys)];
	struct config_health *health = target;
	const struct config_last_stand *read = &health->last_stand;

	config_table_read(context, last_stand_keys, ARRAY_LENGTH(last_stand_keys), node, health,
			  found);
	if (read->site_count > 0 && read->at_least > read->site_count)
		config_table_error(context, found[1] ? found[1] : node,
				   "list more sites or ask for fewer",
				   "%s: at-least %u can never be reached by %zu sites", key->name,
				   read->at_least, read->site_count);
}

/* ------------------------------------------------------------ command */

static void
check_program(const struct config_context *context, const struct config_node *node,
	      const char *path)
{
	struct stat status;

	/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): a text node has its text */
	if (stat(path, &status) != 0 || faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) != 0)
		report_errno(context->report, SEVERITY_ERROR, config_table_place(context, node),
			     "name a program by its path; PATH is not searched",
			     "cannot run the program %s", path);
	else if (!S_ISREG(status.st_mode))
		config_table_error(context, node, "name a program by its path", "%s is no program",
				   path);
}

static void
read_run(const struct config_context *context, const struct config_key *key,
	 const struct config_node *node, void *target)
{
	struct config_command *command = target;
	const struct config_node *item = node->first;
	size_t count = 0;

	if (!config_table_expect(context, key, node, CONFIG_NODE_LIST,
				 "a list of a program and its arguments"))
		return;
	if (node->count == 0 || node->count > ARGUMENTS_MAX) {
		config_table_error(context, node, NULL, "%s: expected 1 to %d words, found %zu",
				   key->name, ARGUMENTS_MAX, node->count);
		return;
	}
	command->run = calloc(node->count + 1, sizeof(*command->run));
	for (; command->run && item; item = item->next) {
		if (!config_table_expect(context, key, item, CONFIG_NODE_TEXT, "text"))
			return;
		command->run[count] = count == 0 ? config_value_path(context, key, item)
						 : strdup(item->text);
		if (count == 0 && !command->run[0])
			return;
		if (!command->run[count++])
			break;
	}
	if (item || !command->run)
		config_table_no_memory(context);
	else
		check_program(context, node->first, command->run[0]);
}

/* clang-format off */
static const struct config_key command_keys[] = {
	{.name = "run", .read = read_run, KEY_AT(command),
	 .missing = "add run: [/usr/local/bin/check, ARGUMENT]"},
	{.name = "interval", .read = config_value_duration, KEY_AT(command.interval_ms),
	 .low = 1000, .high = 3600000, .fallback = 10000},
	{.name = "timeout", .read = config_value_duration, KEY_AT(command.timeout_ms),
	 .low = 100, .high = 60000, .fallback = 5000},
};
/* clang-format on */

static void
read_command(const struct config_context *context, const struct config_key *key,
	     const struct config_node *node, void *target)
{
	const struct config_node *found[ARRAY_LENGTH(command_keys)];

	(void)key;
	config_table_read(context, command_keys, ARRAY_LENGTH(command_keys), node, target, found);
}

/* ------------------------------------------------------------ the whole */

/* clang-format off */
enum {
	KEY_INTERVAL, KEY_OVERLOAD, KEY_SOFT_FAULTS, KEY_DRAIN_TIME, KEY_LINGER_TIME,
	KEY_HOLD_DOWN_MIN, KEY_HOLD_DOWN_MAX, KEY_LAST_STAND, KEY_COMMAND, KEY_COUNT
};

/* The numbers' reasons are those of GATE_LIMITS_DEFAULT in server/health/gate.h. */
static const struct config_key health_keys[KEY_COUNT] = {
	/* 1s: a worker counts as stuck after 500 ms; rarer queries would see hardly anything. */
	[KEY_INTERVAL] = {.name = "interval", .read = config_value_duration, KEY_AT(interval_ms),
		.low = 10, .high = 1000, .fallback = 50},
	[KEY_OVERLOAD] = {.name = "overload", .read = read_overload, KEY_AT(shed)},
	[KEY_SOFT_FAULTS] = {.name = "soft-faults", .read = read_soft_faults,
		KEY_AT(withdraw_on_soft)},
	[KEY_DRAIN_TIME] = {.name = "drain-time", .read = config_value_duration_seconds,
		KEY_AT(drain_s), .low = 0, .high = 3600000, .fallback = 60000},
	[KEY_LINGER_TIME] = {.name = "linger-time", .read = config_value_duration_seconds,
		KEY_AT(linger_s), .low = 0, .high = 3600000, .fallback = 180000},
	[KEY_HOLD_DOWN_MIN] = {.name = "hold-down-min", .read = config_value_duration_seconds,
		KEY_AT(hold_min_s), .low = 1000, .high = 3600000, .fallback = 10000},
	[KEY_HOLD_DOWN_MAX] = {.name = "hold-down-max", .read = config_value_duration_seconds,
		KEY_AT(hold_max_s), .low = 1000, .high = 86400000, .fallback = 600000},
	[KEY_LAST_STAND] = {.name = "last-stand", .read = read_last_stand},
	[KEY_COMMAND] = {.name = "command", .read = read_command},
};
/* clang-format on */

void
config_health_defaults(struct config_health *health)
{
	config_value_defaults(health_keys, KEY_COUNT, health);
	config_value_defaults(last_stand_keys, ARRAY_LENGTH(last_stand_keys), health);
	config_value_defaults(command_keys, ARRAY_LENGTH(command_keys), health);
}

void
config_health_read(const struct config_context *context, const struct config_key *key,
		   const struct config_node *node, void *target)
{
	const struct config_node *found[KEY_COUNT];
	struct config_health *health = &context->config->health;

	(void)key;
	(void)target;
	config_table_read(context, health_keys, KEY_COUNT, node, health, found);
	if (health->hold_min_s > health->hold_max_s)
		config_table_error(context,
				   found[KEY_HOLD_DOWN_MAX] ? found[KEY_HOLD_DOWN_MAX]
							    : found[KEY_HOLD_DOWN_MIN],
				   "make hold-down-max the longer one",
				   "health: hold-down-min, %us, is longer than hold-down-max, %us",
				   health->hold_min_s, health->hold_max_s);
}

void
config_health_check(const struct config_context *context)
{
	const struct config *config = context->config;
	const struct config_last_stand *last_stand = &config->health.last_stand;

	for (size_t i = 0; i < last_stand->site_count; i++)
		for (size_t j = 0; j < config->listen_count; j++) {
			const struct config_address *site = &last_stand->sites[i];
			struct place place = {context->file, site->line, site->column};
			if (strcmp(site->text, config->listen[j].text) == 0)
				report_add(context->report, SEVERITY_ERROR, place,
					   "write a unicast address that another site has",
					   "last-stand: %s is an address of this instance: it "
					   "says nothing about other sites",
					   site->text);
		}
}

void
config_health_free(struct config_health *health)
{
	for (char **word = health->command.run; word && *word; word++)
		free(*word);
	free(health->command.run);
	free(health->last_stand.sites);
}
