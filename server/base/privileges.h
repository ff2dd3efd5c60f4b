/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * privileges.h - becoming the user of `user:` once the ports are bound.
 */
#ifndef ANYNS_BASE_PRIVILEGES_H
#define ANYNS_BASE_PRIVILEGES_H

#include <sys/types.h>

#include "anyns/report.h"

enum { PRIVILEGES_GROUPS = 1024 };

/* A user as the system knows it. */
struct privileges {
	const char *user; /* the caller's text */
	uid_t uid;
	gid_t gid;
	int group_count;
	gid_t groups[PRIVILEGES_GROUPS];
};

/*
 * Looks the user up, which may load libraries and ask other services: megabytes that a small
 * process need not have. false with an error when there is none.
 */
bool privileges_find(const char *user, struct privileges *found, struct report *report) NODISCARD;

/* Becomes that user, as below, without asking anybody. */
bool privileges_become(const struct privileges *found, struct report *report) NODISCARD;

/* Gives up root for good: groups, group, user. false with an error when the system refuses. */
bool privileges_drop(const char *user, struct report *report) NODISCARD;

#endif
