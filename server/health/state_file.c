/* SPDX-License-Identifier: BSD-2-Clause */
#include "health/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The first line; another format gets another number. */
#define MAGIC    "anyns gates 1\n"
#define NEW_NAME STATE_FILE_NAME ".new"

const struct gate_penalty *
state_find(const struct state *state, const char *prefix)
{
	for (size_t i = 0; i < state->count; i++)
		if (strcmp(state->prefixes[i].text, prefix) == 0)
			return &state->prefixes[i].penalty;
	return NULL;
}

size_t
state_format(const struct state *state, char text[static STATE_TEXT_MAX])
{
	size_t at = (size_t)snprintf(text, STATE_TEXT_MAX, MAGIC "end %s\nwish %s\n",
				     state->clean ? "clean" : "running",
				     state->drain ? "drain" : "serve");

	for (size_t i = 0; i < state->count; i++) {
		const struct state_prefix *prefix = &state->prefixes[i];
		const struct gate_penalty *penalty = &prefix->penalty;
		at += (size_t)snprintf(text + at, STATE_TEXT_MAX - at,
				       "prefix %.63s %u %" PRId64 " %" PRId64 " %" PRId64 "\n",
				       prefix->text, penalty->level, penalty->stable_ns,
				       penalty->hold_ns, penalty->warm_ns);
	}
	return at;
}

static bool
parse_prefix(struct state *state, const char *line)
{
	struct state_prefix *prefix = &state->prefixes[state->count];
	struct gate_penalty *penalty = &prefix->penalty;
	int end = 0;

	if (state->count == STATE_PREFIXES)
		return false;
	/* Field widths keep every number within its type. */
	/* NOLINTNEXTLINE(cert-err34-c) */
	if (sscanf(line, "prefix %63s %9u %18" SCNd64 " %18" SCNd64 " %18" SCNd64 "%n",
		   prefix->text, &penalty->level, &penalty->stable_ns, &penalty->hold_ns,
		   &penalty->warm_ns, &end) != 5 ||
	    line[end] != '\n')
		return false;
	state->count++;
	return true;
}

/* Takes `expected` away from the front of the text. */
static bool
take(const char **text, const char *expected)
{
	size_t size = strlen(expected);

	if (strncmp(*text, expected, size) != 0)
		return false;
	*text += size;
	return true;
}

bool
state_parse(struct state *state, const char *text)
{
	*state = (struct state){0};
	if (!take(&text, MAGIC))
		return false;
	state->clean = take(&text, "end clean\n");
	if (!state->clean && !take(&text, "end running\n"))
		return false;
	state->drain = take(&text, "wish drain\n");
	if (!state->drain && !take(&text, "wish serve\n"))
		return false;
	while (*text) {
		const char *end = strchr(text, '\n');
		if (!end || !parse_prefix(state, text))
			return false;
		text = end + 1;
	}
	return true;
}

/* The file's text, cut to `size`, ended by NUL. false, with errno. */
static bool
read_text(const char *path, char *text, size_t size)
{
	FILE *file = fopen(path, "re");

	if (!file)
		return false;
	size_t got = fread(text, 1, size - 1, file);
	text[got] = '\0';
	bool good = !ferror(file);
	fclose(file);
	return good;
}

enum state_read
state_read(const char *directory, struct state *state, struct report *report)
{
	char path[PATH_MAX];
	char *text = malloc(STATE_TEXT_MAX);
	struct place place = {.file = path};
	enum state_read result = STATE_BROKEN;

	*state = (struct state){0};
	snprintf(path, sizeof(path), "%s/" STATE_FILE_NAME, directory);
	if (!text || !read_text(path, text, STATE_TEXT_MAX)) {
		if (errno == ENOENT)
			result = STATE_NONE;
		else
			report_errno(report, SEVERITY_WARNING, place,
				     "check the folder's owner and mode",
				     "the state of the gates cannot be read, drains and penalties "
				     "are forgotten");
	} else if (!state_parse(state, text)) {
		report_add(report, SEVERITY_WARNING, place, "remove the file",
			   "the state of the gates is damaged, drains and penalties are forgotten");
		*state = (struct state){0};
	} else {
		result = STATE_READ;
	}
	free(text);
	return result;
}

static bool
write_all(int fd, const char *text, size_t size)
{
	while (size > 0) {
		ssize_t done = write(fd, text, size);
		if (done < 0 && errno != EINTR)
			return false;
		if (done > 0) {
			text += done;
			size -= (size_t)done;
		}
	}
	return fsync(fd) == 0;
}

static bool
write_new(int directory, const char *text, size_t size)
{
	int fd = openat(directory, NEW_NAME, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
			0644);

	if (fd < 0)
		return false;
	bool good = write_all(fd, text, size);
	int error = errno;
	close(fd);
	errno = error;
	return good;
}

bool
state_write(const char *directory, const char *text, size_t size)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return false;
	/* The folder too: a name that is not on the disk is no file after a power cut. */
	bool good = write_new(fd, text, size) && renameat(fd, NEW_NAME, fd, STATE_FILE_NAME) == 0 &&
		    fsync(fd) == 0;
	int error = errno;
	close(fd);
	errno = error;
	return good;
}
