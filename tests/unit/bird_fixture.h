/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bird_fixture.h - BIRD's end of its control socket, which says what the test tells it to.
 */
#ifndef TESTS_BIRD_FIXTURE_H
#define TESTS_BIRD_FIXTURE_H

#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "anyns/base.h"

struct bird {
	char directory[32];
	char path[64];
	struct ev_loop *loop;
	int listener;
	int fd;
	char heard[4096];
};

static inline void
bird_listen(struct bird *bird)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof address.sun_path, "%s", bird->path);
	bird->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(bird->listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(bird->listener, 1), 0);
}

static inline void
bird_make(struct bird *bird)
{
	*bird = (struct bird){.directory = "/tmp/anyns-bird-XXXXXX", .listener = -1, .fd = -1};
	assert_non_null(mkdtemp(bird->directory));
	snprintf(bird->path, sizeof bird->path, "%s/ctl", bird->directory);
	bird->loop = ev_loop_new(0);
	assert_non_null(bird->loop);
}

static inline void
bird_hang_up(struct bird *bird)
{
	if (bird->fd >= 0)
		close(bird->fd);
	bird->fd = -1;
}

static inline void
bird_stop(struct bird *bird)
{
	bird_hang_up(bird);
	if (bird->listener >= 0)
		close(bird->listener);
	bird->listener = -1;
	unlink(bird->path);
}

static inline void
bird_remove(struct bird *bird)
{
	bird_stop(bird);
	rmdir(bird->directory);
	ev_loop_destroy(bird->loop);
}

/* Local sockets deliver at once: one turn is enough, and nothing is waited for. */
static inline void
bird_turn(struct bird *bird)
{
	ev_run(bird->loop, EVRUN_NOWAIT);
}

static inline void
bird_accept(struct bird *bird)
{
	bird->fd = accept4(bird->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	assert_true(bird->fd >= 0);
}

static inline void
bird_say(struct bird *bird, const char *text)
{
	assert_int_equal(send(bird->fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	bird_turn(bird);
}

/* What was said since the last time; "" for nothing. */
static inline const char *
bird_hear(struct bird *bird)
{
	ssize_t size = recv(bird->fd, bird->heard, sizeof bird->heard - 1, MSG_DONTWAIT);
	bird->heard[size > 0 ? size : 0] = '\0';
	return bird->heard;
}

#endif
