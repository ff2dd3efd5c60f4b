/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * serve_fixture.h - what the tests of serve and cli share: a folder of their own, files in it,
 * configurations, and standard output and error caught in files.
 */
#ifndef ANYNS_TESTS_SERVE_FIXTURE_H
#define ANYNS_TESTS_SERVE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "anyns/config.h"
#include "anyns/report.h"

#define UNUSED __attribute__((unused))

#define ZONE_HEAD(serial) \
	"$TTL 300\n@ SOA ns hostmaster " #serial " 7200 3600 1209600 300\n@ NS ns\n"
#define ZONE_GOOD(serial) ZONE_HEAD(serial) "ns A 192.0.2.1\n"
#define ZONE_BROKEN       ZONE_HEAD(9) "x A 192.0.2.256\nns A 192.0.2.1\n"

struct folder {
	char path[64];
	int saved[2]; /* standard output and error while they are caught */
};

static UNUSED int
folder_make(void **state)
{
	struct folder *folder = calloc(1, sizeof(*folder));

	if (!folder)
		return -1;
	snprintf(folder->path, sizeof(folder->path), "/tmp/anyns-unit-XXXXXX");
	*state = folder;
	return mkdtemp(folder->path) ? 0 : -1;
}

static UNUSED int
folder_remove(void **state)
{
	struct folder *folder = *state;
	DIR *entries = opendir(folder->path);
	char path[512];

	for (struct dirent *e; entries && (e = readdir(entries));) {
		snprintf(path, sizeof(path), "%s/%s", folder->path, e->d_name);
		unlink(path);
	}
	if (entries)
		closedir(entries);
	rmdir(folder->path);
	free(folder);
	return 0;
}

/* Writes a file beside and renames it, so that it is another inode: always seen as changed. */
static UNUSED void
put_file(const struct folder *folder, const char *name, const char *text)
{
	char fresh[512];
	char path[512];
	FILE *file;

	snprintf(fresh, sizeof(fresh), "%s/fresh", folder->path);
	snprintf(path, sizeof(path), "%s/%s", folder->path, name);
	file = fopen(fresh, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(rename(fresh, path), 0);
	/* Read in the tick in which it was written, it could not be told from another one. */
	nanosleep(&(struct timespec){.tv_nsec = 25000000}, NULL);
}

/* The file's contents, the caller's to free; "" when it does not exist. */
static UNUSED char *
get_file(const struct folder *folder, const char *name)
{
	char path[512];
	char *text = calloc(1, 65536);
	FILE *file;

	assert_non_null(text);
	snprintf(path, sizeof(path), "%s/%s", folder->path, name);
	file = fopen(path, "r");
	if (file) {
		text[fread(text, 1, 65535, file)] = '\0';
		fclose(file);
	}
	return text;
}

/* A configuration that is right; `more` are further lines. */
static UNUSED struct config *
make_config(const struct folder *folder, const char *more)
{
	char text[4096];
	char path[128];
	struct report report = REPORT_INIT;
	struct config *config;

	snprintf(path, sizeof(path), "%s/anyns.yaml", folder->path);
	snprintf(text, sizeof(text), "instance: test\nlisten: [127.0.0.1@5300]\n%s", more);
	config = config_read_text(path, text, strlen(text), &report);
	if (!config)
		report_print(&report, stderr);
	assert_non_null(config);
	report_clear(&report);
	return config;
}

static UNUSED void
catch_one(struct folder *folder, int index, const char *name)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder->path, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	folder->saved[index] = dup(index + 1);
	assert_true(dup2(fd, index + 1) >= 0);
	close(fd);
}

/* Standard output and error go to files from here on; no assertion before release_output(). */
static UNUSED void
catch_output(struct folder *folder)
{
	fflush(stdout);
	fflush(stderr);
	catch_one(folder, 0, "out");
	catch_one(folder, 1, "err");
}

static UNUSED void
release_output(struct folder *folder)
{
	fflush(stdout);
	fflush(stderr);
	for (int i = 0; i < 2; i++) {
		dup2(folder->saved[i], i + 1);
		close(folder->saved[i]);
	}
}

/* Whether a caught file has `part` in it; the empty part: whether the file is empty. */
static UNUSED void
assert_caught(const struct folder *folder, const char *name, const char *part)
{
	char *text = get_file(folder, name);

	if (*part ? !strstr(text, part) : *text)
		fail_msg("%s: expected \"%s\", found \"%s\"", name, part, text);
	free(text);
}

static UNUSED bool
report_has(const struct report *report, enum severity severity, const char *part)
{
	for (size_t i = 0; i < report->count; i++)
		if (report->findings[i].severity == severity &&
		    strstr(report->findings[i].message, part))
			return true;
	return false;
}

#endif
