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
