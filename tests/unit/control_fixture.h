/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control_fixture.h - a control socket in a folder of its own, with a server behind it that notes
 * what it was asked, in a thread.
 */
#ifndef ANYNS_TESTS_CONTROL_FIXTURE_H
#define ANYNS_TESTS_CONTROL_FIXTURE_H

#include "serve_fixture.h"

#include <ev.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "control/control.h"
#include "control/control_socket.h"

struct stage {
	struct folder *folder;
	char path[128];
	struct ev_loop *loop;
	struct control *control;
	struct control_handler handler;
	ev_async wake; /* runs what the test's thread wants done in the loop */
	void (*_Atomic order)(struct stage *stage);
	pthread_t thread;
	atomic_int reloads; /* ordered */
	atomic_int wished;  /* the last wish, -1 none */
	atomic_uint looks;  /* at how far the drain is */
	bool refuses_wishes;
	bool huge; /* the status is longer than a socket takes at once */
};

static UNUSED void
stage_status(void *context, struct status *status)
{
	struct stage *stage = context;

	status->instance = "fra1-a";
	status->version = "1.2";
	status->phase = "serving";
	if (!stage->huge)
		return;
	status->wish = "serve";
	status->peer_count = STATUS_PEERS;
	status->gate_count = STATUS_GATES;
	for (size_t i = 0; i < STATUS_PEERS; i++) {
		/* Six bytes each in JSON. */
		memset(status->peers[i].text, 1, STATUS_TEXT - 1);
		memset(status->gates[i].reason, 1, STATUS_TEXT - 1);
		memset(status->gates[i].waiting, 1, STATUS_TEXT - 1);
	}
}

static UNUSED void
stage_reload(void *context)
{
	struct stage *stage = context;

	atomic_fetch_add(&stage->reloads, 1);
}

static UNUSED bool
stage_wish(void *context, enum control_wish wish, char text[static STATUS_TEXT])
{
	struct stage *stage = context;

	atomic_store(&stage->wished, (int)wish);
	snprintf(text, STATUS_TEXT, stage->refuses_wishes ? "nothing is gated" : "so be it");
	return !stage->refuses_wishes;
}

/* Two looks, then it is drained; or nobody drains. */
static UNUSED enum control_drained
stage_drained(void *context, char text[static STATUS_TEXT])
{
	struct stage *stage = context;
	unsigned look = atomic_fetch_add(&stage->looks, 1);

	if (stage->refuses_wishes) {
		snprintf(text, STATUS_TEXT, "not draining");
		return CONTROL_NOT_DRAINING;
	}
	snprintf(text, STATUS_TEXT, look < 3 ? "%u prefixes" : "drained", 2 - look / 2);
	return look < 3 ? CONTROL_DRAINING : CONTROL_DRAINED;
}

static UNUSED void
stage_on_wake(struct ev_loop *loop, ev_async *wake, int events)
{
	struct stage *stage = wake->data;
	void (*order)(struct stage * stage) = atomic_load(&stage->order);

	(void)loop, (void)events;
	if (order)
		order(stage);
	atomic_store(&stage->order, NULL); /* the test's thread waits for it */
}

static UNUSED void *
stage_run(void *argument)
{
	struct stage *stage = argument;

	ev_run(stage->loop, 0);
	return NULL;
}

static UNUSED void
stage_open(struct stage *stage, struct folder *folder)
{
	struct report report = REPORT_INIT;

	*stage = (struct stage){.folder = folder, .loop = ev_loop_new(EVFLAG_AUTO), .wished = -1};
	stage->handler = (struct control_handler){stage, stage_status, stage_reload, stage_wish,
						  stage_drained};
	snprintf(stage->path, sizeof(stage->path), "%s/control", folder->path);
	stage->control = control_open(stage->path, SEVERITY_ERROR, &report);
	assert_non_null(stage->control);
	assert_int_equal(report.count, 0);
	control_start(stage->control, stage->loop, &stage->handler, NULL);
	ev_async_init(&stage->wake, stage_on_wake);
	stage->wake.data = stage;
	ev_async_start(stage->loop, &stage->wake);
	assert_int_equal(pthread_create(&stage->thread, NULL, stage_run, stage), 0);
}

/* Runs `order` in the loop's thread; returns when it has run. */
static UNUSED void
stage_do(struct stage *stage, void (*order)(struct stage *stage))
{
	atomic_store(&stage->order, order);
	ev_async_send(stage->loop, &stage->wake);
	while (atomic_load(&stage->order))
		nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
}

static UNUSED void
stage_break(struct stage *stage)
{
	ev_break(stage->loop, EVBREAK_ALL);
}

static UNUSED void
stage_close(struct stage *stage)
{
	stage_do(stage, stage_break);
	pthread_join(stage->thread, NULL);
	control_close(stage->control);
	ev_loop_destroy(stage->loop);
}

/* Until `what` holds, at most 20 s. */
#define assert_eventually(what)                                                  \
	do {                                                                     \
		for (int tries = 0; !(what) && tries < 20000; tries++)           \
			nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL); \
		assert_true(what);                                               \
	} while (0)

static UNUSED int
stage_connect(const char *path)
{
	struct sockaddr_un address;
	struct report report = REPORT_INIT;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(control_socket_address(path, SEVERITY_ERROR, &address, &report));
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* All that comes until the end of the connection, which is closed. */
static UNUSED const char *
stage_hear(int fd, char *text, size_t room)
{
	size_t size = 0;
	ssize_t got;

	while (size < room - 1 && (got = recv(fd, text + size, room - 1 - size, 0)) > 0)
		size += (size_t)got;
	text[size] = '\0';
	close(fd);
	return text;
}

#endif
