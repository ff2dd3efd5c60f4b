/* SPDX-License-Identifier: BSD-2-Clause */
#include "serve/notify.h"

#include <systemd/sd-daemon.h>
#include <time.h>

void
notify_phase(enum notify_phase phase, const char *status)
{
	struct timespec now;

	switch (phase) {
	case NOTIFY_READY:
		sd_notifyf(0, "READY=1\nSTATUS=%s", status);
		return;
	case NOTIFY_RELOADING:
		/* Type=notify-reload wants to know when, in the clock that systemd itself uses. */
		clock_gettime(CLOCK_MONOTONIC, &now);
		sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld\nSTATUS=%s",
			   (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000, status);
		return;
	case NOTIFY_STOPPING:
		sd_notifyf(0, "STOPPING=1\nSTATUS=%s", status);
		return;
	}
}

void
notify_status(const char *status)
{
	sd_notifyf(0, "STATUS=%s", status);
}

uint64_t
notify_watchdog_us(void)
{
	uint64_t us = 0;

	return sd_watchdog_enabled(0, &us) > 0 ? us : 0;
}

void
notify_alive(void)
{
	sd_notify(0, "WATCHDOG=1");
}
