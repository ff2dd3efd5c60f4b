/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control.c - the server's side of the control socket.
 *
 * A client sends one line, `WORD` or `WORD json`, and gets one answer:
 *
 *	ok 1234         or  failed 1234  or  refused 1234: the request was not even looked at
 *	... 1234 bytes, as text, or as JSON if asked for (refusals are text always)
 *
 * and the end of the connection. The number lets a client see that an answer is whole though the
 * server ended. `echo status | socat - UNIX-CONNECT:PATH` does it by hand.
 *
 * The room knows words and connections and nothing of what the words mean: the server hands it a
 * table of callbacks. Everything runs in the server's main loop, so nothing here waits: sockets do
 * not block, a client that is slow to ask or to take its answer is dropped after five seconds, and
 * there are never more than sixteen. Who may ask is decided by the kernel's word on who connected
 * (SO_PEERCRED), not by the mode of the file alone: root and the user the server runs as.
 *
 * Who asks waits for the answer. One that went away took it for failed: a drain that begins minutes
 * later, when a main thread that hung turns again, would come as a surprise.
 */
#include "control/control.h"

#include <errno.h>
#include <ev.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control/control_socket.h"
#include "control/status_render.h"

enum { PAUSE_S = 1 };

enum client_phase {
	CLIENT_FREE,
	CLIENT_ASKING,    /* its line is not complete */
	CLIENT_RELOADING, /* waits for the end of a reload; takes as long as that does */
	CLIENT_TAKING,    /* its answer is not all sent */
};

struct client {
	struct control *control;
	enum client_phase phase;
	int fd;
	ev_io io;
	ev_timer patience;
	struct ucred peer;
	enum status_form form;
	bool begun; /* CLIENT_RELOADING: the reload it waits for has begun */
	size_t line_size;
	char line[CONTROL_REQUEST];
	char *answer;
	size_t answer_size;
	size_t sent;
};

struct control {
	struct control_socket socket;
	struct ev_loop *loop; /* NULL: not started */
	const struct control_handler *handler;
	struct log *log;
	ev_io listener;
	ev_timer pause; /* after an accept() without resources */
	struct client clients[CONTROL_CLIENTS];
};

/* ------------------------------------------------------------ the end of a client */

static void
drop(struct client *client)
{
	struct control *control = client->control;

	if (client->phase == CLIENT_FREE)
		return;
	ev_io_stop(control->loop, &client->io);
	ev_timer_stop(control->loop, &client->patience);
	close(client->fd);
	free(client->answer);
	client->answer = NULL;
	client->phase = CLIENT_FREE;
}

static void
on_patience_over(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop, (void)events;
	drop(timer->data);
}

/* ------------------------------------------------------------ answers */

static void
send_answer(struct client *client)
{
	while (client->sent < client->answer_size) {
		ssize_t size = send(client->fd, client->answer + client->sent,
				    client->answer_size - client->sent,
				    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (size > 0)
			client->sent += (size_t)size;
		else if (errno == EAGAIN)
			return;
		else if (errno != EINTR)
			break;
	}
	drop(client);
}

static void
watch(struct client *client, int events)
{
	struct ev_loop *loop = client->control->loop;

	ev_io_stop(loop, &client->io);
	ev_io_set(&client->io, client->fd, events);
	ev_io_start(loop, &client->io);
}

/* `body` is what was written for the client, or NULL when there was no memory for it. */
static void
answer(struct client *client, bool ok, const char *body, size_t size)
{
	char head[64];
	size_t head_size = (size_t)snprintf(head, sizeof(head), "%s %zu\n", ok ? "ok" : "failed",
					    size);

	client->answer = body ? malloc(head_size + size) : NULL;
	if (!client->answer) {
		drop(client);
		return;
	}
	memcpy(client->answer, head, head_size);
	memcpy(client->answer + head_size, body, size);
	client->answer_size = head_size + size;
	client->sent = 0;
	client->phase = CLIENT_TAKING;
	ev_timer_again(client->control->loop, &client->patience);
	watch(client, EV_WRITE);
	send_answer(client);
}

/* A text that becomes the body of an answer: `body.stream` to write to, then answer_with(). */
struct body {
	FILE *stream; /* NULL: no memory */
	char *bytes;
	size_t size;
};

static void
answer_with(struct client *client, bool ok, struct body *body)
{
	bool whole = body->stream && !ferror(body->stream);

	whole = body->stream && fclose(body->stream) == 0 && whole;
	answer(client, ok, whole ? body->bytes : NULL, body->size);
	free(body->bytes);
}

static void
answer_message(struct client *client, bool ok, const char *message)
{
	struct body body = {0};

	body.stream = open_memstream(&body.bytes, &body.size);
	if (body.stream)
		status_render_message(body.stream, client->form, ok, message);
	answer_with(client, ok, &body);
}

/* ------------------------------------------------------------ requests */

static void
do_status(struct client *client, int unused)
{
	const struct control_handler *handler = client->control->handler;
	struct status *status = calloc(1, sizeof(*status));
	struct body body = {0};

	(void)unused;
	if (status)
		body.stream = open_memstream(&body.bytes, &body.size);
	if (body.stream) {
		handler->status(handler->context, status);
		status_render(body.stream, client->form, status);
	}
	free(status);
	answer_with(client, true, &body);
}

static void
do_reload(struct client *client, int unused)
{
	struct control *control = client->control;

	(void)unused;
	log_notice(control->log, "reload ordered by process %d of user %u", (int)client->peer.pid,
		   client->peer.uid);
	client->phase = CLIENT_RELOADING;
	client->begun = false;
	/* Not even the client's going away is looked at: if it has, its answer cannot be sent. */
	ev_io_stop(control->loop, &client->io);
	ev_timer_stop(control->loop, &client->patience);
	control->handler->reload(control->handler->context);
}

static void
do_wish(struct client *client, int wish)
{
	const struct control *control = client->control;
	char text[STATUS_TEXT] = "";

	log_notice(control->log, "%s ordered by process %d of user %u", client->line,
		   (int)client->peer.pid, client->peer.uid);
	bool done = control->handler->wish(control->handler->context, (enum control_wish)wish,
					   text);
	answer_message(client, done, text);
}

/* Whoever waits asks again and again: not a line in the log for each. */
static void
do_drained(struct client *client, int unused)
{
	const struct control *control = client->control;
	char text[STATUS_TEXT] = "", line[STATUS_TEXT + sizeof(CONTROL_STILL)];

	(void)unused;
	enum control_drained drained = control->handler->drained(control->handler->context, text);
	snprintf(line, sizeof(line), "%s%s", drained == CONTROL_DRAINING ? CONTROL_STILL : "",
		 text);
	answer_message(client, drained == CONTROL_DRAINED, line);
}

static const struct request {
	const char *word;
	void (*act)(struct client *client, int wish);
	int wish; /* enum control_wish, for those that are one */
} requests[] = {
	{"status", do_status, 0},
	{"reload", do_reload, 0},
	{"drain", do_wish, CONTROL_DRAIN},
	{"drained", do_drained, 0},
	{"undrain", do_wish, CONTROL_UNDRAIN},
	{"freeze", do_wish, CONTROL_FREEZE},
	{"freeze-announced", do_wish, CONTROL_FREEZE_ANNOUNCED},
	{"freeze-withdrawn", do_wish, CONTROL_FREEZE_WITHDRAWN},
	{"unfreeze", do_wish, CONTROL_UNFREEZE},
};

/* Splits the line, which ends with NUL, into its word, which is left there, and `json`. */
static bool
take_form(struct client *client)
{
	char *form = strchr(client->line, ' ');

	if (!form)
		return true;
	*form++ = '\0';
	if (strcmp(form, "json") != 0)
		return false;
	client->form = STATUS_FORM_JSON;
	return true;
}

/* Closed, not only done with sending, which is no POLLHUP. */
static bool
is_gone(const struct client *client)
{
	struct pollfd look = {.fd = client->fd};

	return poll(&look, 1, 0) == 1 && (look.revents & POLLHUP);
}

static void
act(struct client *client)
{
	char text[STATUS_TEXT];

	if (is_gone(client)) {
		log_notice(client->control->log,
			   "\"%s\" is not done: process %d of user %u, which asked for it, did not "
			   "wait for the answer",
			   client->line, (int)client->peer.pid, client->peer.uid);
		drop(client);
		return;
	}
	if (!take_form(client)) {
		answer_message(client, false, "after the word of a request only \"json\" is known");
		return;
	}
	for (size_t i = 0; i < ARRAY_LENGTH(requests); i++) {
		if (strcmp(client->line, requests[i].word) == 0) {
			requests[i].act(client, requests[i].wish);
			return;
		}
	}
	snprintf(text, sizeof(text),
		 "this server (anyns " ANYNS_VERSION ") knows no request \"%s\"", client->line);
	answer_message(client, false, text);
}

/* ------------------------------------------------------------ reading */

/* The line's end becomes NUL. false: it is not complete yet. */
static bool
cut_line(struct client *client, bool ended)
{
	char *end = memchr(client->line, '\n', client->line_size);

	if (!end && !ended)
		return false;
	if (!end)
		end = client->line + client->line_size;
	if (end > client->line && end[-1] == '\r')
		end--;
	*end = '\0';
	return true;
}

static void
read_line(struct client *client)
{
	size_t room = sizeof(client->line) - 1 - client->line_size;
	ssize_t size = recv(client->fd, client->line + client->line_size, room, MSG_DONTWAIT);

	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (size < 0 || (size == 0 && client->line_size == 0)) {
		drop(client);
		return;
	}
	client->line_size += (size_t)size;
	if (cut_line(client, size == 0))
		act(client);
	else if (client->line_size == sizeof(client->line) - 1)
		answer_message(client, false, "the request is too long");
}

static void
on_client(struct ev_loop *loop, ev_io *io, int events)
{
	struct client *client = io->data;

	(void)events;
	if (client->phase == CLIENT_ASKING) {
		read_line(client);
	} else {
		ev_timer_again(loop, &client->patience);
		send_answer(client);
	}
}

/* ------------------------------------------------------------ accepting */

/* A fresh socket has room for a short text, so this never waits and nothing is kept of it. */
static void
refuse(int fd, const char *text)
{
	char bytes[512];
	int size = snprintf(bytes, sizeof(bytes), "refused %zu\n%s\n", strlen(text) + 1, text);

	(void)send(fd, bytes, (size_t)size, MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
}

static struct client *
find_free(struct control *control)
{
	for (size_t i = 0; i < CONTROL_CLIENTS; i++)
		if (control->clients[i].phase == CLIENT_FREE)
			return &control->clients[i];
	return NULL;
}

/* Those who wait for a reload are not watched; their places are taken back when places are short.
 */
static void
drop_gone(struct control *control)
{
	for (size_t i = 0; i < CONTROL_CLIENTS; i++) {
		struct client *client = &control->clients[i];
		if (client->phase == CLIENT_RELOADING && is_gone(client))
			drop(client);
	}
}

static bool
may_ask(int fd, struct ucred *peer)
{
	socklen_t size = sizeof(*peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, peer, &size) == 0 &&
	       (peer->uid == 0 || peer->uid == geteuid());
}

static void
admit(struct control *control, int fd)
{
	struct ucred peer;

	if (!may_ask(fd, &peer)) {
		refuse(fd, "only root and the user that the server runs as may ask");
		return;
	}
	if (!find_free(control))
		drop_gone(control);
	struct client *client = find_free(control);
	if (!client) {
		refuse(fd, "too many clients ask already; try again");
		return;
	}
	client->phase = CLIENT_ASKING;
	client->fd = fd;
	client->peer = peer;
	client->form = STATUS_FORM_TEXT;
	client->line_size = 0;
	ev_io_set(&client->io, fd, EV_READ);
	ev_io_start(control->loop, &client->io);
	ev_timer_again(control->loop, &client->patience);
}

/* One at a time: libev asks again, and everything else in the loop has its turn in between. */
static void
on_listener(struct ev_loop *loop, ev_io *io, int events)
{
	struct control *control = io->data;
	int fd = accept4(control->socket.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)events;
	if (fd >= 0) {
		admit(control, fd);
	} else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
		/* The client stays in the queue, so the loop would spin. */
		log_warning(control->log, "control socket: cannot take a client: %s",
			    strerror(errno));
		ev_io_stop(loop, &control->listener);
		ev_timer_again(loop, &control->pause);
	}
}

static void
on_pause_over(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct control *control = timer->data;

	(void)events;
	ev_timer_stop(loop, timer);
	ev_io_start(loop, &control->listener);
}

/* ------------------------------------------------------------ life */

struct control *
control_open(const char *path, enum severity severity, struct report *report)
{
	struct control *control = calloc(1, sizeof(*control));

	if (!control) {
		report_errno(report, severity, (struct place){0}, NULL,
			     "cannot make the control socket %s", path);
		return NULL;
	}
	if (!control_socket_open(&control->socket, path, severity, report)) {
		free(control);
		return NULL;
	}
	return control;
}

void
control_start(struct control *control, struct ev_loop *loop, const struct control_handler *handler,
	      struct log *log)
{
	control->loop = loop;
	control->handler = handler;
	control->log = log;
	for (size_t i = 0; i < CONTROL_CLIENTS; i++) {
		struct client *client = &control->clients[i];
		client->control = control;
		ev_init(&client->io, on_client);
		ev_timer_init(&client->patience, on_patience_over, 0., CONTROL_PATIENCE_MS / 1000.);
		client->io.data = client->patience.data = client;
	}
	ev_io_init(&control->listener, on_listener, control->socket.fd, EV_READ);
	ev_timer_init(&control->pause, on_pause_over, 0., PAUSE_S);
	control->listener.data = control->pause.data = control;
	ev_io_start(loop, &control->listener);
}

void
control_reload_begins(struct control *control)
{
	for (size_t i = 0; control && i < CONTROL_CLIENTS; i++)
		if (control->clients[i].phase == CLIENT_RELOADING)
			control->clients[i].begun = true;
}

void
control_reload_ends(struct control *control, const struct status_reload *reload)
{
	for (size_t i = 0; control && i < CONTROL_CLIENTS; i++) {
		struct client *client = &control->clients[i];
		struct body body = {0};
		if (client->phase != CLIENT_RELOADING || !client->begun)
			continue;
		body.stream = open_memstream(&body.bytes, &body.size);
		if (body.stream)
			status_render_reload(body.stream, client->form, reload);
		answer_with(client, status_reload_ok(reload), &body);
	}
}

void
control_close(struct control *control)
{
	if (!control)
		return;
	if (control->loop) {
		ev_io_stop(control->loop, &control->listener);
		ev_timer_stop(control->loop, &control->pause);
		for (size_t i = 0; i < CONTROL_CLIENTS; i++)
			drop(&control->clients[i]);
	}
	control_socket_close(&control->socket);
	free(control);
}
