/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exabgp_fixture.h - a folder with the socket between the announcer and ExaBGP's child.
 */
#ifndef TESTS_EXABGP_FIXTURE_H
#define TESTS_EXABGP_FIXTURE_H

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "announce/exabgp_line.h"

#define UNUSED      __attribute__((unused))
#define RECORD_HEAD offsetof(struct exabgp_record, line)

enum { PATIENCE_MS = 10000 };

struct folder {
	char path[32];
	struct sockaddr_un address;
};

static UNUSED void
folder_open(struct folder *folder)
{
	snprintf(folder->path, sizeof folder->path, "/tmp/anyns-test-XXXXXX");
	assert_non_null(mkdtemp(folder->path));
	folder->address = (struct sockaddr_un){.sun_family = AF_UNIX};
	snprintf(folder->address.sun_path, sizeof folder->address.sun_path, "%s/socket",
		 folder->path);
}

static UNUSED void
folder_close(struct folder *folder)
{
	unlink(folder->address.sun_path);
	rmdir(folder->path);
}

/* Waits for something to read, or for the end. */
static UNUSED void
wait_readable(int fd)
{
	struct pollfd news = {.fd = fd, .events = POLLIN};
	assert_int_equal(poll(&news, 1, PATIENCE_MS), 1);
}

#endif
