/* SPDX-License-Identifier: BSD-2-Clause */
#include "serve/identity_zone.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anyns/name.h"
#include "image/segment.h"

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

/* Whether resolvers are sent elsewhere for `name`, with nothing to validate there. */
static bool
is_insecure(const struct image *image, const struct lookup_name *name)
{
	struct lookup found = image_lookup(image, name);
	/* What lies below a delegation is for the delegated zone to delegate. */
	if (found.kind == LOOKUP_BELOW_CUT)
		return true;
	return found.kind == LOOKUP_FOUND && found.node->flags & IMAGE_NODE_CUT &&
	       !image_find_set(image, found.node, DNS_TYPE_DS);
}

void
identity_zone_check_parent(const struct config *config, const struct segment *parent,
			   struct report *report)
{
	const uint8_t *apex = segment_apex(parent);
	struct image image = segment_image(parent);
	const struct image_node *top = image_node_at(&image, image_header(&image)->apex_node);
	struct lookup_name name;
	if (!config->has_identity_name || !name_is_below(config->identity_name, apex) ||
	    name_equal(config->identity_name, apex) || !top ||
	    !image_find_set(&image, top, DNS_TYPE_DNSKEY) ||
	    !lookup_name_known(&name, config->identity_name) || is_insecure(&image, &name))
		return;
	char identity[NAME_TEXT_MAX];
	char zone[NAME_TEXT_MAX];
	name_text(identity, config->identity_name);
	name_text(zone, apex);
	report_add(
		report, SEVERITY_ERROR, place_of(config),
		"add an NS record for it, without DS, to the signed zone, or choose another name",
		"identity-name %s lies in the signed zone %s, which does not delegate it "
		"insecurely: validating resolvers take its answers for forged",
		identity, zone);
}
