/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * source.c - files into memory.
 *
 * Read, not mapped: a file that an editor truncates while it is mapped kills the process with
 * SIGBUS.
 */
#include "zone/source.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Positions in tokens have 32 bits. */
#define SOURCE_SIZE_MAX UINT32_MAX

static bool
no_memory(struct report *report, struct place place)
{
	report_add(report, SEVERITY_ERROR, place, NULL, "out of memory");
	return false;
}

static bool
check_kind(const struct stat *status, const char *path, struct place place, struct report *report)
{
	const char *what = S_ISDIR(status->st_mode) ? "a directory" : "not a regular file";
	if (!S_ISREG(status->st_mode)) {
		report_add(report, SEVERITY_ERROR, place, "name a master file", "%s is %s", path,
			   what);
		return false;
	}
	if ((uint64_t)status->st_size > SOURCE_SIZE_MAX) {
		report_add(report, SEVERITY_ERROR, place, "split it with $INCLUDE",
			   "%s is longer than 4 GiB", path);
		return false;
	}
	return true;
}

static bool
read_all(struct source *source, int fd, struct place place, struct report *report)
{
	size_t size = (size_t)source->file.size;
	size_t at = 0;
	source->text = malloc(size + 1);
	if (!source->text)
		return no_memory(report, place);
	while (at < size) {
		ssize_t got = read(fd, source->text + at, size - at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			report_errno(report, SEVERITY_ERROR, place, NULL, "cannot read %s",
				     source->file.path);
			return false;
		}
		if (got == 0) /* became shorter meanwhile: the next look at its size tells */
			break;
		at += (size_t)got;
	}
	source->start = source->text;
	lexer_start(&source->lexer, source->text, at);
	return true;
}

/*
 * The kernel stamps files with a clock that ticks every few milliseconds: a file that was changed
 * in the very tick in which it was read can be changed again without another stamp. File systems
 * that know whole seconds alone, which a stamp without a fraction is a sign of, need two of them.
 */
static struct timespec
settled_change(const struct stat *status)
{
	const int64_t second = 1000000000;
	const int64_t tick = second / 50; /* the slowest clock has 100 per second */
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	int64_t age = (now.tv_sec - status->st_ctim.tv_sec) * second + now.tv_nsec -
		      status->st_ctim.tv_nsec;
	bool settled = age > (status->st_ctim.tv_nsec ? tick : 3 * second);
	return settled ? status->st_ctim : (struct timespec){0};
}

void
source_note(struct zone_file *file, const struct stat *status)
{
	file->device = status->st_dev;
	file->inode = status->st_ino;
	file->size = status->st_size;
	file->modified = status->st_mtim;
	file->changed = settled_change(status);
}

bool
source_digest(const struct source *source, uint8_t digest[static ZONE_DIGEST_SIZE])
{
	size_t size = (size_t)(source->lexer.end - source->start);
	return EVP_Digest(source->start, size, digest, NULL, EVP_sha256(), NULL) == 1;
}

static bool
open_and_read(struct source *source, struct place place, struct report *report)
{
	struct stat status;
	const char *path = source->file.path;
	/* Non-blocking: opening a FIFO that nobody writes to would wait for ever. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		report_errno(report, SEVERITY_ERROR, place, "check the path and its permissions",
			     "cannot open %s", path);
		return false;
	}
	bool ok = false;
	if (fstat(fd, &status) < 0) {
		report_errno(report, SEVERITY_ERROR, place, NULL, "cannot read %s", path);
	} else if (check_kind(&status, path, place, report)) {
		source_note(&source->file, &status);
		ok = read_all(source, fd, place, report);
	}
	close(fd);
	return ok;
}

struct source *
source_read(const char *path, struct place place, struct report *report)
{
	struct source *source = calloc(1, sizeof *source);
	if (!source || !(source->file.path = strdup(path))) {
		no_memory(report, place);
	} else if (open_and_read(source, place, report)) {
		return source;
	}
	source_free(source);
	return NULL;
}

struct source *
source_text(const char *name, const char *text, size_t size, struct report *report)
{
	struct place place = {.file = name};
	struct source *source = calloc(1, sizeof *source);
	if (!source || !(source->file.path = strdup(name))) {
		no_memory(report, place);
	} else if (size > SOURCE_SIZE_MAX) {
		report_add(report, SEVERITY_ERROR, place, NULL, "the text is longer than 4 GiB");
	} else {
		source->file.size = (int64_t)size;
		source->start = text;
		lexer_start(&source->lexer, text, size);
		return source;
	}
	source_free(source);
	return NULL;
}

void
source_free(struct source *source)
{
	if (!source)
		return;
	free(source->file.path);
	free(source->text);
	free(source);
}

bool
source_is_open(const struct source *source, const struct source *reader)
{
	/* By inode: a cycle may go through links and different spellings of a path. */
	for (; reader; reader = reader->parent)
		if (reader->text && reader->file.device == source->file.device &&
		    reader->file.inode == source->file.inode)
			return true;
	return false;
}

char *
source_path(const struct source *including, const char *path, size_t size)
{
	const char *slash = strrchr(including->file.path, '/');
	size_t folder = 0;
	/* Text that is no file has no folder: relative to the working directory. */
	if (*path != '/' && slash && including->text)
		folder = (size_t)(slash - including->file.path) + 1;
	char *joined = malloc(folder + size + 1);
	if (!joined)
		return NULL;
	memcpy(joined, including->file.path, folder);
	memcpy(joined + folder, path, size);
	joined[folder + size] = '\0';
	return joined;
}
