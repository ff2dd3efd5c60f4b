/* SPDX-License-Identifier: BSD-2-Clause */
/* fault_fixture.h - image files while something fails: what must not be left behind. */
#ifndef ANYNS_TESTS_FAULT_FIXTURE_H
#define ANYNS_TESTS_FAULT_FIXTURE_H

#include "image_fixture.h"

#include <dirent.h>
#include <errno.h>

#include "fault.h"
#include "fault_calls.h"

enum { FAULTS_MAX = 1000 };

static UNUSED size_t
open_descriptors(void)
{
	size_t count = 0;
	DIR *folder = opendir("/proc/self/fd");
	assert_non_null(folder);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

/* One error about `path` in which `part` and, if not 0, the text of `error` stand. */
static UNUSED void
expect_told(struct report *report, const char *path, const char *part, int error)
{
	assert_int_equal(report->count, 1);
	assert_int_equal(report->errors, 1);
	const struct finding *finding = &report->findings[0];
	assert_string_equal(finding->file, path);
	if (!strstr(finding->message, part))
		fail_msg("expected \"%s\", found \"%s\"", part, finding->message);
	if (error && !strstr(finding->message, strerror(error)))
		fail_msg("expected \"%s\", found \"%s\"", strerror(error), finding->message);
	report_clear(report);
}

#endif
