/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/privileges.h"

#include "serve_fixture.h"

#include <grp.h>
#include <pwd.h>
#include <sys/wait.h>

/*
 * Runs `function` in a child, since what is given up does not come back. Its result is a number of
 * its own for each thing that went wrong, 0 when nothing did.
 */
static int
in_child(int (*function)(void))
{
	int status;

	fflush(stdout);
	fflush(stderr);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(function());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int
drop_to_nobody(void)
{
	struct report report = REPORT_INIT;
	const struct passwd *entry = getpwnam("nobody");
	uid_t user, uids[3];
	gid_t group, gids[3], groups[64];

	if (!entry)
		return 1;
	user = entry->pw_uid;
	group = entry->pw_gid;
	if (!privileges_drop("nobody", &report) || report.count)
		return 2;
	if (getresuid(&uids[0], &uids[1], &uids[2]) || getresgid(&gids[0], &gids[1], &gids[2]))
		return 3;
	for (int i = 0; i < 3; i++)
		if (uids[i] != user || gids[i] != group)
			return 4;
	int count = getgroups(64, groups);
	for (int i = 0; i < count; i++)
		if (groups[i] == 0)
			return 5;
	if (setuid(0) == 0 || setgid(0) == 0)
		return 6;
	/* Being that user already is fine: a reload or a second call changes nothing. */
	return privileges_drop("nobody", &report) && report.count == 0 ? 0 : 7;
}

static void
gives_up_root(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(in_child(drop_to_nobody), 0);
}

static int
back_to_root(void)
{
	struct report report = REPORT_INIT;

	if (geteuid() == 0 && !privileges_drop("nobody", &report))
		return 1;
	if (privileges_drop("root", &report))
		return 2;
	if (report.errors != 1 ||
	    !report_has(&report, SEVERITY_ERROR, "cannot become user \"root\""))
		return 3;
	return report.findings[0].remedy ? 0 : 4;
}

static void
says_what_the_system_refuses(void **state)
{
	(void)state;
	assert_int_equal(in_child(back_to_root), 0);
}

/* The groups are the user's, and those of nobody else. */
static int
become_with_groups(void)
{
	struct report report = REPORT_INIT;
	struct privileges found;
	gid_t groups[64];

	if (!privileges_find("nobody", &found, &report) || found.group_count < 1)
		return 1;
	found.group_count = 2;
	found.groups[0] = found.gid;
	found.groups[1] = 4711;
	if (!privileges_become(&found, &report) || report.count)
		return 2;
	int count = getgroups(64, groups);
	for (int i = 0; i < count; i++)
		if (groups[i] != found.gid && groups[i] != 4711)
			return 3;
	if (count < 1 || geteuid() != found.uid || getegid() != found.gid)
		return 4;
	/* Nobody else any more. */
	found.uid++;
	if (privileges_become(&found, &report))
		return 5;
	return report_has(&report, SEVERITY_ERROR, "cannot become user \"nobody\"") ? 0 : 6;
}

static void
becomes_what_was_found(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(in_child(become_with_groups), 0);
}

static void
unknown_user(void **state)
{
	struct report report = REPORT_INIT;

	(void)state;
	struct privileges found;
	assert_false(privileges_find("no-such-user-here", &found, &report));
	report_clear(&report);
	assert_false(privileges_drop("no-such-user-here", &report));
	assert_int_equal(report.errors, 1);
	assert_true(report_has(&report, SEVERITY_ERROR, "no-such-user-here"));
	report_clear(&report);
}

static void
own_user(void **state)
{
	struct report report = REPORT_INIT;
	const struct passwd *entry = getpwuid(geteuid());

	(void)state;
	if (!entry)
		skip();
	assert_true(privileges_drop(entry->pw_name, &report));
	assert_int_equal(report.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_up_root),
		cmocka_unit_test(says_what_the_system_refuses),
		cmocka_unit_test(becomes_what_was_found),
		cmocka_unit_test(unknown_user),
		cmocka_unit_test(own_user),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
