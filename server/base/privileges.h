/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * privileges.h - becoming the user of `user:` once the ports are bound.
 */
#ifndef ANYNS_BASE_PRIVILEGES_H
#define ANYNS_BASE_PRIVILEGES_H

#include "anyns/report.h"

/* Gives up root for good: groups, group, user. false with an error when the system refuses. */
bool privileges_drop(const char *user, struct report *report) NODISCARD;

#endif
