/* SPDX-License-Identifier: BSD-2-Clause */
#include "image/leftover.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DIGITS = 16 };

/*
 * 64 random bits: a name of process and thread numbers comes again, and what a killed process left
 * under it would be in the way.
 */
char *
leftover_name(const char *path)
{
	uint64_t random;
	size_t size = strlen(path) + sizeof ".0123456789abcdef.new";
	char *name = malloc(size);
	if (!name || getrandom(&random, sizeof random, 0) != sizeof random) {
		free(name);
		return NULL;
	}
	snprintf(name, size, "%s.%016" PRIx64 ".new", path, random);
	return name;
}

/* Whether it is a name that leftover_name() gives to a file `base`. */
static bool
is_leftover(const char *name, const char *base)
{
	size_t size = strlen(base);
	return strncmp(name, base, size) == 0 && name[size] == '.' &&
	       strspn(name + size + 1, "0123456789abcdef") == DIGITS &&
	       strcmp(name + size + 1 + DIGITS, ".new") == 0;
}

bool
leftover_keep(int fd)
{
	struct stat status;
	/* Waits for one who looks whether it is a leftover, which takes no time. A file system
	 * without locks has none for him either: he leaves it alone. */
	(void)flock(fd, LOCK_EX);
	if (fstat(fd, &status) < 0 || status.st_nlink > 0)
		return true;
	errno = EAGAIN;
	return false;
}

static void
remove_one(int folder, const char *name)
{
	/* For writing, which is what NFS wants of one who locks; a pipe of that name must not stop
	 * us, a link not lead us elsewhere. */
	int fd = openat(folder, name, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		(void)unlinkat(folder, name, 0);
	close(fd);
}

void
leftover_remove(int folder, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	/* An open folder of its own: reading one moves its place, and ends with it closed. */
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = fd < 0 ? NULL : fdopendir(fd);
	if (!entries) {
		if (fd >= 0)
			close(fd);
		return;
	}
	for (const struct dirent *entry; (entry = readdir(entries));)
		if (is_leftover(entry->d_name, base))
			remove_one(folder, entry->d_name);
	closedir(entries);
}
