/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/driver.h"

#include <unistd.h>

static const struct driver_kind *const kinds[] = {&driver_exabgp, &driver_bird, &driver_tun};

_Static_assert(ARRAY_LENGTH(kinds) <= DRIVERS_MAX, "a slot for each");

bool
drivers_prepare(struct drivers *drivers, const struct config *config, struct report *report)
{
	*drivers = (struct drivers){0};
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
		if (!kinds[i]->is_configured(config))
			continue;
		int fd = kinds[i]->prepare ? kinds[i]->prepare(config, report) : -1;
		if (kinds[i]->prepare && fd < 0)
			return false;
		drivers->slots[drivers->count++] = (struct driver_slot){.kind = kinds[i], .fd = fd};
	}
	return true;
}

void
drivers_release(struct drivers *drivers)
{
	for (size_t i = 0; i < drivers->count; i++) {
		if (drivers->slots[i].fd >= 0)
			close(drivers->slots[i].fd);
		drivers->slots[i].fd = -1;
	}
	drivers->count = 0;
}

bool
drivers_have(const struct drivers *drivers, int fd)
{
	for (size_t i = 0; i < drivers->count; i++)
		if (drivers->slots[i].fd == fd)
			return true;
	return false;
}

bool
drivers_open(struct drivers *drivers, const struct driver_setup *setup)
{
	for (size_t i = 0; i < drivers->count; i++) {
		struct driver_slot *slot = &drivers->slots[i];
		struct driver_setup own = *setup;
		own.fd = slot->fd;
		slot->driver = slot->kind->open(&own);
		if (!slot->driver)
			return false;
		slot->fd = -1;
	}
	return true;
}

void
drivers_change(struct drivers *drivers)
{
	for (size_t i = 0; i < drivers->count; i++)
		if (drivers->slots[i].kind->change)
			drivers->slots[i].kind->change(drivers->slots[i].driver);
}

void
drivers_close(struct drivers *drivers, const char *reason)
{
	for (size_t i = 0; i < drivers->count; i++) {
		struct driver_slot *slot = &drivers->slots[i];
		if (slot->driver)
			slot->kind->close(slot->driver, reason);
		slot->driver = NULL;
	}
	drivers_release(drivers);
}
