/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * supervisor.h - what the server tells the service manager that started it, and the watchdog. Main
 * thread only.
 */
#ifndef ANYNS_SERVE_SUPERVISOR_H
#define ANYNS_SERVE_SUPERVISOR_H

struct server;

/* All of them take what they say from the server. */
void supervisor_starting(const struct server *server);
void supervisor_ready(struct server *server); /* from now on the watchdog is fed, if there is one */
void supervisor_reloading(const struct server *server);
void supervisor_reloaded(const struct server *server);
void supervisor_stopping(const struct server *server);

#endif
