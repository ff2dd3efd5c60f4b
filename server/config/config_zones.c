/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_zones.c - `zones:` and `zone-directory:`, which name of which file.
 *
 * 100,000 zones are a normal configuration, so nothing here looks at every zone for every zone:
 * duplicates are found by sorting once at the end.
 */
#include "config/config_zones.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "anyns/name.h"
#include "config/config_value.h"

#define ZONE_SUFFIX ".zone"

/* Room for one more, zeroed, or NULL after an error. It counts once the caller says so. */
static struct config_zone *
zone_append(const struct config_context *context)
{
	struct config *config = context->config;
	size_t count = config->zone_count;

	/* The array doubles whenever the count is a power of two. */
	if ((count & (count - 1)) == 0) {
		struct config_zone *zones = reallocarray(config->zones, count ? count * 2 : 1,
							 sizeof(*zones));

		if (!zones) {
			config_table_no_memory(context);
			return NULL;
		}
		config->zones = zones;
	}
	config->zones[count] = (struct config_zone){0};
	return &config->zones[count];
}

static bool
set_name(const struct config_context *context, struct config_zone *zone, const char *text)
{
	char canonical[NAME_TEXT_MAX];
	uint8_t wire[DNS_NAME_MAX];

	if (name_parse(wire, text) == 0)
		return false;
	name_lower(zone->name, wire);
	zone->name_text = strdup(name_text(canonical, zone->name));
	if (!zone->name_text)
		config_table_no_memory(context);
	return true;
}

/* A finding when the zone file cannot be used; anything but a folder may be one, /dev/stdin too. */
static void
check_file(const struct config_context *context, const struct config_node *node, const char *path)
{
	struct place place = config_table_place(context, node);
	struct stat status;

	if (stat(path, &status) != 0 || faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0)
		report_errno(context->report, SEVERITY_ERROR, place,
			     "name an existing file that this user may read",
			     "cannot read the zone file %s", path);
	else if (S_ISDIR(status.st_mode))
		report_add(context->report, SEVERITY_ERROR, place,
			   "name a file, or use zone-directory for all *.zone files of a folder",
			   "the zone file %s is a folder", path);
}

static void
read_zone_name(const struct config_context *context, const struct config_key *key,
	       const struct config_node *node, void *target)
{
	if (!config_table_expect(context, key, node, CONFIG_NODE_TEXT, "a domain name"))
		return;
	if (!set_name(context, target, node->text))
		config_table_error(
			context, node,
			"labels have 1 to 63 bytes, a name at most 255; the root is \".\"",
			"%s: \"%.255s\" is no domain name", key->name, node->text);
}

static void
read_zone_file(const struct config_context *context, const struct config_key *key,
	       const struct config_node *node, void *target)
{
	struct config_zone *zone = target;

	zone->file = config_value_path(context, key, node);
	if (zone->file)
		check_file(context, node, zone->file);
}

static const struct config_key zone_keys[] = {
	{.name = "name",
	 .read = read_zone_name,
	 .missing = "a zone is {name: example.com, file: example.com.zone}"},
	{.name = "file",
	 .read = read_zone_file,
	 .missing = "a zone is {name: example.com, file: example.com.zone}"},
};

static void
zone_discard(struct config_zone *zone)
{
	free(zone->name_text);
	free(zone->file);
}

void
config_zones_read(const struct config_context *context, const struct config_key *key,
		  const struct config_node *node, void *target)
{
	const struct config_node *found[ARRAY_LENGTH(zone_keys)];

	(void)target;
	if (!config_table_expect(context, key, node, CONFIG_NODE_LIST,
				 "a list of {name: example.com, file: example.com.zone}"))
		return;
	for (const struct config_node *item = node->first; item; item = item->next) {
		struct config_zone *zone = zone_append(context);

		if (!zone)
			return;
		zone->line = item->line;
		zone->column = item->column;
		config_table_read(context, zone_keys, ARRAY_LENGTH(zone_keys), item, zone, found);
		if (zone->name_text && zone->file)
			context->config->zone_count++;
		else
			zone_discard(zone);
	}
}

/* Whether a file name is NAME.zone; dotfiles are editors' and rsync's, never zones. */
static int
is_zone_file(const struct dirent *entry)
{
	size_t size = strlen(entry->d_name), suffix = strlen(ZONE_SUFFIX);

	return entry->d_name[0] != '.' && size > suffix &&
	       strcmp(entry->d_name + size - suffix, ZONE_SUFFIX) == 0;
}

/* By bytes: the order must not depend on a locale. */
static int
by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void
add_file(const struct config_context *context, const struct config_node *node, const char *folder,
	 const char *file)
{
	struct config_zone *zone = zone_append(context);
	char *path = NULL;
	struct stat status;
	char name[256]; /* NAME_MAX and a NUL */

	if (!zone || asprintf(&path, "%s/%s", folder, file) < 0) {
		if (zone)
			config_table_no_memory(context);
		return;
	}
	if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
		free(path);
		return;
	}
	snprintf(name, sizeof(name), "%.*s", (int)(strlen(file) - strlen(ZONE_SUFFIX)), file);
	*zone = (struct config_zone){.file = path, .line = node->line, .column = node->column};
	check_file(context, node, path);
	if (!set_name(context, zone, strcmp(name, "root") == 0 ? "." : name))
		config_table_error(context, node, "rename the file to NAME.zone, or move it away",
				   "the file name of %s is no domain name", path);
	if (zone->name_text)
		context->config->zone_count++;
	else
		zone_discard(zone);
}

void
config_zones_read_directory(const struct config_context *context, const struct config_key *key,
			    const struct config_node *node, void *target)
{
	struct dirent **entries;
	char *folder = config_value_path(context, key, node);

	(void)target;
	if (!folder)
		return;
	int count = scandir(folder, &entries, is_zone_file, by_bytes);
	if (count < 0)
		report_errno(context->report, SEVERITY_ERROR, config_table_place(context, node),
			     "name an existing folder that this user may read",
			     "cannot list the zone directory %s", folder);
	if (count == 0)
		report_add(context->report, SEVERITY_WARNING, config_table_place(context, node),
			   "put a master file there for each zone, as example.com.zone",
			   "no NAME.zone in the zone directory %s", folder);
	for (int i = 0; i < count; i++) {
		add_file(context, node, folder, entries[i]->d_name);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	free(folder);
}

/* By name, then as configured, so that of two the later one is the duplicate. */
static int
by_name(const void *a, const void *b)
{
	const struct config_zone *const *left = a, *const *right = b;
	int order = strcmp((*left)->name_text, (*right)->name_text);

	return order ? order : (*left > *right) - (*left < *right);
}

static void
check_pair(const struct config_context *context, const struct config_zone *first,
	   const struct config_zone *zone)
{
	if (strcmp(first->name_text, zone->name_text) == 0)
		report_add(context->report, SEVERITY_ERROR,
			   (struct place){context->file, zone->line, zone->column},
			   "keep one of the two",
			   "duplicate zone %s (%s), first at line %u column %u (%s)",
			   zone->name_text, zone->file, first->line, first->column, first->file);
}

void
config_zones_check(const struct config_context *context)
{
	const struct config *config = context->config;
	size_t count = config->zone_count;
	const struct config_zone **sorted = calloc(count + 1, sizeof(const struct config_zone *));

	if (!sorted) {
		config_table_no_memory(context);
		return;
	}
	for (size_t i = 0; i < count; i++)
		sorted[i] = &config->zones[i];
	qsort(sorted, count, sizeof(const struct config_zone *), by_name);
	for (size_t i = 1; i < count; i++)
		check_pair(context, sorted[i - 1], sorted[i]);
	for (size_t i = 0; config->has_identity_name && i < count; i++)
		if (name_equal(sorted[i]->name, config->identity_name))
			report_add(context->report, SEVERITY_ERROR,
				   (struct place){context->file, config->identity_line,
						  config->identity_column},
				   "give it a name of its own: it is a small zone by itself",
				   "the identity name %s is a zone too, at line %u column %u",
				   sorted[i]->name_text, sorted[i]->line, sorted[i]->column);
	free(sorted);
}
