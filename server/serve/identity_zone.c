/* SPDX-License-Identifier: BSD-2-Clause */
#include "serve/identity_zone.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anyns/name.h"

static struct place
place_of(const struct config *config)
{
	return (struct place){.file = config->path,
			      .line = config->identity_line,
			      .column = config->identity_column};
}

static void
put_address(FILE *text, const struct config_address *address)
{
	char printed[INET6_ADDRSTRLEN];
	bool v6 = address->socket.any.sa_family == AF_INET6;
	const void *bytes = v6 ? (const void *)&address->socket.v6.sin6_addr
			       : (const void *)&address->socket.v4.sin_addr;
	if (inet_ntop(address->socket.any.sa_family, bytes, printed, sizeof printed))
		fprintf(text, "@ %s %s\n", v6 ? "AAAA" : "A", printed);
}

/* The zone as a master file: one way of making zones is enough. */
static void
put_zone(FILE *text, const struct config *config)
{
	char name[NAME_TEXT_MAX];
	name_text(name, config->identity_name);
	/* The timers are never used, no secondary transfers this zone; MINIMUM 0 as every TTL. */
	fprintf(text, "$TTL 0\n@ SOA %s hostmaster.invalid. 1 3600 600 86400 0\n@ NS %s\n@ TXT \"",
		name, name);
	for (const char *c = config->instance; *c; c++)
		fprintf(text, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
	fputs("\"\n", text);
	for (size_t i = 0; i < config->identity_address_count; i++)
		put_address(text, &config->identity_addresses[i]);
}

struct zone *
identity_zone_make(const struct config *config, struct report *report)
{
	char *bytes = NULL;
	size_t size = 0;
	FILE *text = open_memstream(&bytes, &size);
	if (text)
		put_zone(text, config);
	if (!text || fclose(text) != 0) {
		report_errno(report, SEVERITY_ERROR, place_of(config), NULL,
			     "cannot make the identity zone");
		free(bytes);
		return NULL;
	}
	/* Without addresses its own NS has none: a warning that would not help anybody here. */
	struct report findings = REPORT_INIT;
	struct zone_options options = {.zonemd = ZONEMD_OFF};
	struct zone *zone = zone_load_text(config->identity_name, "identity-name", bytes, size,
					   &options, &findings);
	if (!zone)
		report_move(report, &findings);
	report_clear(&findings);
	free(bytes);
	return zone;
}

/* The delegation at or above `lower`, which is below the apex; NULL when the zone itself is asked
 * for it. */
static const struct zone_name *
find_cut(const struct zone *zone, const uint8_t *lower)
{
	for (const uint8_t *at = lower; name_labels(at) > zone->apex_labels;
	     at = name_skip(at, 1)) {
		uint32_t index = zone_find_name(zone, at);
		if (index != ZONE_NONE && zone->names[index].flags & ZONE_NAME_CUT)
			return &zone->names[index];
	}
	return NULL;
}

void
identity_zone_check_parent(const struct config *config, const struct zone *zone,
			   struct report *report)
{
	if (!config->has_identity_name || !name_is_below(config->identity_name, zone->apex) ||
	    name_equal(config->identity_name, zone->apex) ||
	    !zone_find_set(zone, &zone->names[0], DNS_TYPE_DNSKEY))
		return;
	uint8_t lower[DNS_NAME_MAX];
	name_lower(lower, config->identity_name);
	const struct zone_name *cut = find_cut(zone, lower);
	/* What lies below a delegation is for the delegated zone to delegate. */
	if (cut && (!name_equal(cut->wire, lower) || !zone_find_set(zone, cut, DNS_TYPE_DS)))
		return;
	char identity[NAME_TEXT_MAX];
	char apex[NAME_TEXT_MAX];
	name_text(identity, config->identity_name);
	name_text(apex, zone->apex);
	report_add(
		report, SEVERITY_ERROR, place_of(config),
		"add an NS record for it, without DS, to the signed zone, or choose another name",
		"identity-name %s lies in the signed zone %s, which does not delegate it "
		"insecurely: validating resolvers take its answers for forged",
		identity, apex);
}
