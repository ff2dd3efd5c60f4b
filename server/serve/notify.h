/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * notify.h - what a service manager is told (sd_notify(3)). notify_systemd.c says it, notify_none.c
 * takes its place in builds without libsystemd; meson chooses. Nothing here fails: a server serves
 * whether or not anybody listens.
 */
#ifndef ANYNS_SERVE_NOTIFY_H
#define ANYNS_SERVE_NOTIFY_H

#include "anyns/base.h"

/* The words of sd_notify(3). After RELOADING there must be another READY. */
enum notify_phase {
	NOTIFY_READY,
	NOTIFY_RELOADING,
	NOTIFY_STOPPING,
};

/* `status` is one line for `systemctl status`. */
void notify_phase(enum notify_phase phase, const char *status);

/* Only the line, as while starting. */
void notify_status(const char *status);

/* Microseconds within which notify_alive() must be called again and again; 0: nobody waits. */
uint64_t notify_watchdog_us(void);

/* Feeds the watchdog. */
void notify_alive(void);

#endif
