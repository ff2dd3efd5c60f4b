/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/bird_client.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	/* Bytes read in one turn: a long table must not keep the lease from being read. */
	READ_SIZE = 4096,
	COMMAND_MAX = 128,
};

enum client_state {
	CLIENT_CLOSED,
	CLIENT_GREETING,
	CLIENT_IDLE,
	CLIENT_BUSY,
};

struct bird_client {
	struct ev_loop *loop;
	ev_io readable;
	char path[sizeof((struct sockaddr_un *)0)->sun_path + 1];
	const struct bird_client_events *events;
	void *data;
	enum client_state state;
	unsigned ticks; /* left: to the next try, or to the deadline */
	struct bird_reply reply;
};

static void
close_socket(struct bird_client *client)
{
	if (client->state == CLIENT_CLOSED)
		return;
	ev_io_stop(client->loop, &client->readable);
	close(client->readable.fd);
	client->state = CLIENT_CLOSED;
	client->ticks = BIRD_CLIENT_AGAIN;
}

static void
lose(struct bird_client *client, const char *why)
{
	close_socket(client);
	client->events->lost(client->data, why);
}

/* ------------------------------------------------------------ what BIRD says */

static void
take_line(struct bird_client *client, bool last)
{
	const struct bird_reply *reply = &client->reply;
	/* BIRD answers once to each command and is silent otherwise. */
	if (client->state == CLIENT_IDLE) {
		lose(client, "it answers what was not asked");
		return;
	}
	client->ticks = BIRD_CLIENT_DEADLINE;
	if (client->state == CLIENT_GREETING) {
		if (reply->code != BIRD_GREETING) {
			lose(client, "whoever listens there is not BIRD");
		} else if (last) {
			client->state = CLIENT_IDLE;
			client->events->connected(client->data);
		}
		return;
	}
	client->events->line(client->data, reply->code, reply->text);
	if (!last)
		return;
	client->state = CLIENT_IDLE;
	client->events->done(client->data);
}

static void
take(struct bird_client *client, char byte)
{
	switch (bird_reply_take(&client->reply, byte)) {
	case BIRD_LINE_NONE:
		break;
	case BIRD_LINE_PART:
		take_line(client, false);
		break;
	case BIRD_LINE_LAST:
		take_line(client, true);
		break;
	case BIRD_LINE_BAD:
		lose(client, "whoever listens there is not BIRD");
		break;
	}
}

static void
on_readable(struct ev_loop *loop, ev_io *io, int events)
{
	struct bird_client *client = io->data;
	char bytes[READ_SIZE];
	(void)loop, (void)events;
	ssize_t size = recv(io->fd, bytes, sizeof bytes, MSG_DONTWAIT);
	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (size <= 0) {
		lose(client, size == 0 ? "it closed the connection" : strerrordesc_np(errno));
		return;
	}
	/* Whoever is told may lose the connection: what is left belongs to nothing then. */
	for (ssize_t i = 0; i < size && client->state != CLIENT_CLOSED; i++)
		take(client, bytes[i]);
}

/* ------------------------------------------------------------ the connection */

static int
connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof address.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path));
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	/* Never in progress with this family: a full queue is EAGAIN, to be tried again later. */
	if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	int error = errno;
	close(fd);
	errno = error;
	return -1;
}

static void
try_to_connect(struct bird_client *client)
{
	int fd = connect_to(client->path);
	if (fd < 0) {
		client->ticks = BIRD_CLIENT_AGAIN;
		client->events->lost(client->data, strerrordesc_np(errno));
		return;
	}
	client->reply = (struct bird_reply){0};
	client->state = CLIENT_GREETING;
	client->ticks = BIRD_CLIENT_DEADLINE;
	ev_io_set(&client->readable, fd, EV_READ);
	ev_io_start(client->loop, &client->readable);
}

struct bird_client *
bird_client_new(struct ev_loop *loop, const char *path, const struct bird_client_events *events,
		void *data)
{
	struct bird_client *client = calloc(1, sizeof *client);
	if (!client)
		return NULL;
	client->loop = loop;
	snprintf(client->path, sizeof client->path, "%s", path);
	client->events = events;
	client->data = data;
	client->ticks = 1;
	ev_init(&client->readable, on_readable);
	client->readable.data = client;
	return client;
}

void
bird_client_free(struct bird_client *client)
{
	if (!client)
		return;
	close_socket(client);
	free(client);
}

void
bird_client_tick(struct bird_client *client)
{
	/* An idle connection waits for us, not we for it. */
	if (client->state == CLIENT_IDLE || --client->ticks > 0)
		return;
	if (client->state == CLIENT_CLOSED)
		try_to_connect(client);
	else
		lose(client, "it does not answer");
}

bool
bird_client_is_idle(const struct bird_client *client)
{
	return client->state == CLIENT_IDLE;
}

void
bird_client_send(struct bird_client *client, const char *command)
{
	char line[COMMAND_MAX];
	int size = snprintf(line, sizeof line, "%s\n", command);
	assert(client->state == CLIENT_IDLE && (size_t)size < sizeof line);
	client->state = CLIENT_BUSY;
	client->ticks = BIRD_CLIENT_DEADLINE;
	/* Idle, BIRD has read all of the last command: so short a line goes as a whole, or not. */
	if (send(client->readable.fd, line, (size_t)size, MSG_DONTWAIT | MSG_NOSIGNAL) != size)
		lose(client, "it takes no command");
}
