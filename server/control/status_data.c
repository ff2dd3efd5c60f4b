/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/status_data.h"

#include <stdio.h>

void
status_add_zone(struct status_zones *zones, const uint8_t *apex, enum status_zone_state state,
		uint32_t serial, const char *error)
{
	if (zones->listed == STATUS_ZONES)
		return;
	struct status_zone *zone = &zones->list[zones->listed++];
	name_text(zone->name, apex);
	zone->state = state;
	zone->serial = serial;
	snprintf(zone->error, sizeof(zone->error), "%s", error ? error : "");
}

void
status_add_counter(struct status *status, const char *name, uint64_t value)
{
	if (status->counter_count < STATUS_COUNTERS)
		status->counters[status->counter_count++] = (struct status_counter){.name = name,
										    .value = value};
}
