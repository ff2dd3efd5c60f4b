/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_config.c - any bytes as a configuration: never a crash, a leak or a silent failure.
 */
#include <stdlib.h>

#include "anyns/config.h"
#include "anyns/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static void
check_announce(const struct config *config)
{
	const struct config_announce *announce = &config->announce;

	require(announce->prefix_count <= 64 && announce->peer_count <= 64);
	/* BGP is one of several ways to announce. */
	require(announce->peer_count == 0 ||
		(announce->prefix_count > 0 && announce->router_id != 0));
	for (size_t i = 0; i < announce->prefix_count; i++) {
		const struct config_prefix *prefix = &announce->prefixes[i];

		require(prefix->text[0] && prefix->length >= 8 && prefix->line > 0);
		require(prefix->length <= (prefix->family == AF_INET ? 32 : 128));
	}
	for (size_t i = 0; i < announce->peer_count; i++) {
		const struct config_peer *peer = &announce->peers[i];

		require(peer->address.size > 0 && peer->as != 0 && peer->local_as != 0);
		require((peer->hold == 0 || peer->hold >= 3) && peer->hold <= 65535);
		require(peer->role <= 4 || peer->role == CONFIG_ROLE_NONE);
		require(peer->role == CONFIG_ROLE_NONE || peer->as != peer->local_as);
		require(peer->gtsm_hops < 255 && peer->community_count <= 127);
		require(peer->large_count <= 64);
		require(!peer->password || peer->password[0]);
	}
}

/* What every other room takes for granted. */
static void
check_config(const struct config *config)
{
	require(config->instance && config->listen_count > 0);
	require(config->zone_count > 0 || config->has_identity_name);
	require(config->workers >= 1 && config->workers <= 256);
	require(config->udp_size >= 512 && config->udp_size <= 4096);
	require(config->secret_active.set ||
		(!config->secret_staged.set && !config->secret_retired.set));
	for (size_t i = 0; i < config->zone_count; i++) {
		require(name_length(config->zones[i].name, DNS_NAME_MAX) > 0);
		require(config->zones[i].name_text && config->zones[i].file);
	}
	for (size_t i = 0; i < config->listen_count; i++)
		require(config->listen[i].size > 0 && config->listen[i].text[0]);
	require(config->health.interval_ms >= 10 && config->health.interval_ms <= 1000);
	require(config->health.hold_min_s >= 1 &&
		config->health.hold_min_s <= config->health.hold_max_s);
	check_announce(config);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct report report = REPORT_INIT;
	struct config *config = config_read_text("fuzz.yaml", (const char *)data, size, &report);

	require((config == NULL) == (report.errors > 0));
	if (config)
		check_config(config);
	config_free(config);
	report_clear(&report);
	return 0;
}
