/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/driver.h"

#include <stdio.h>
#include <string.h>
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
	for (size_t i = 0; i < drivers->count; i++) {
		struct driver_slot *slot = &drivers->slots[i];
		if (slot->kind->change)
			slot->kind->change(slot->driver);
		memset(slot->told, 0, sizeof slot->told);
	}
}

/* FNV-1a: views are too long to keep all of them in locked memory. Never 0. */
static uint32_t
digest(const struct driver_view *view)
{
	const uint8_t *bytes = (const uint8_t *)view;
	uint32_t sum = 2166136261u;
	for (size_t i = 0; i < sizeof *view; i++)
		sum = (sum ^ bytes[i]) * 16777619u;
	return sum | 1;
}

static uint32_t
number_of(const struct driver_kind *kind)
{
	uint32_t number = 0;
	while (number + 1 < ARRAY_LENGTH(kinds) && kinds[number] != kind)
		number++;
	return number;
}

const char *
drivers_name(uint32_t number)
{
	return number < ARRAY_LENGTH(kinds) ? kinds[number]->name : NULL;
}

static bool
tell_view(struct driver_slot *slot, unsigned prefix,
	  bool (*tell)(void *context, const struct announcer_event *event), void *context)
{
	struct driver_view view;
	memset(&view, 0, sizeof view); /* with what lies between the members */
	slot->kind->view(slot->driver, prefix, &view);
	uint32_t sum = digest(&view);
	if (slot->told[prefix] == sum)
		return true;
	struct announcer_event event = {.type = ANNOUNCER_DRIVER,
					.peer = prefix,
					.term = number_of(slot->kind),
					.up = view.agrees};
	snprintf(event.text, sizeof event.text, "%s", view.observed);
	snprintf(event.more, sizeof event.more, "%s", view.wanted);
	if (!tell(context, &event))
		return false;
	slot->told[prefix] = sum;
	return true;
}

void
drivers_tell(struct drivers *drivers, const struct config_announce *announce,
	     bool (*tell)(void *context, const struct announcer_event *event), void *context)
{
	for (size_t i = 0; i < drivers->count; i++)
		for (size_t j = 0; j < announce->prefix_count; j++)
			if (!tell_view(&drivers->slots[i], announce->prefixes[j].slot, tell,
				       context))
				return;
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
