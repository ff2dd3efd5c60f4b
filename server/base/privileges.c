/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

bool
privileges_drop(const char *user, struct report *report)
{
	struct place place = {0};
	errno = 0;
	const struct passwd *entry = getpwnam(user);
	if (!entry) {
		report_add(report, SEVERITY_ERROR, place,
			   "create the user or change `user:` in the configuration",
			   "there is no user \"%s\"", user);
		return false;
	}
	if (geteuid() == entry->pw_uid)
		return true;
	/* In this order: without root the groups could not be given up any more. */
	if (initgroups(user, entry->pw_gid) != 0 ||
	    setresgid(entry->pw_gid, entry->pw_gid, entry->pw_gid) != 0 ||
	    setresuid(entry->pw_uid, entry->pw_uid, entry->pw_uid) != 0) {
		report_errno(report, SEVERITY_ERROR, place,
			     "start as root, or as that user, or leave `user:` out",
			     "cannot become user \"%s\"", user);
		return false;
	}
	/* A kernel that let us back would make all of this vain. */
	if (entry->pw_uid != 0 && setuid(0) == 0) {
		report_add(report, SEVERITY_ERROR, place, NULL,
			   "could become root again after changing to user \"%s\"", user);
		return false;
	}
	return true;
}
