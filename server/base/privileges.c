/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

bool
privileges_find(const char *user, struct privileges *found, struct report *report)
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
	found->user = user;
	found->uid = entry->pw_uid;
	found->gid = entry->pw_gid;
	found->group_count = PRIVILEGES_GROUPS;
	if (getgrouplist(user, found->gid, found->groups, &found->group_count) >= 0)
		return true;
	report_add(report, SEVERITY_ERROR, place, "use a user of this service's own",
		   "user \"%s\" is in more than %d groups", user, PRIVILEGES_GROUPS);
	return false;
}

bool
privileges_become(const struct privileges *found, struct report *report)
{
	struct place place = {0};
	uid_t uid = found->uid;
	gid_t gid = found->gid;
	if (geteuid() == uid)
		return true;
	/* In this order: without root the groups could not be given up any more. */
	if (setgroups((size_t)found->group_count, found->groups) != 0 ||
	    setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0) {
		report_errno(report, SEVERITY_ERROR, place,
			     "start as root, or as that user, or leave `user:` out",
			     "cannot become user \"%s\"", found->user);
		return false;
	}
	/* A kernel that let us back would make all of this vain. */
	if (uid != 0 && setuid(0) == 0) {
		report_add(report, SEVERITY_ERROR, place, NULL,
			   "could become root again after changing to user \"%s\"", found->user);
		return false;
	}
	return true;
}

bool
privileges_drop(const char *user, struct report *report)
{
	struct privileges found;
	return privileges_find(user, &found, report) && privileges_become(&found, report);
}
