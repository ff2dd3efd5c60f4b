/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * server.h - the life of the serving process: start, reload, stop.
 */
#ifndef ANYNS_SERVE_SERVER_H
#define ANYNS_SERVE_SERVER_H

#include "anyns/base.h"

/*
 * Serves what the configuration file at `path` says until SIGTERM or SIGINT; SIGHUP reloads.
 * Blocks. Call once, from the main thread, before any other thread exists.
 *
 * Returns false when it could not start; the reasons were written to standard error.
 */
bool server_run(const char *path) NODISCARD;

#endif
