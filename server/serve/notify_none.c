/* SPDX-License-Identifier: BSD-2-Clause */
/* A build without libsystemd: nobody is told anything. */
#include "serve/notify.h"

void
notify_phase(enum notify_phase phase, const char *status)
{
	(void)phase, (void)status;
}

void
notify_status(const char *status)
{
	(void)status;
}

uint64_t
notify_watchdog_us(void)
{
	return 0;
}

void
notify_alive(void)
{
}
