/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control.h - answers `anyns status`, `reload`, `drain` and their like on a UNIX socket.
 *
 * Everything here belongs to the thread of the loop that control_start() gets.
 */
#ifndef ANYNS_CONTROL_CONTROL_H
#define ANYNS_CONTROL_CONTROL_H

#include "anyns/base.h"
#include "anyns/log.h"
#include "anyns/report.h"
#include "control/status_data.h"

struct control;
struct ev_loop;

enum {
	CONTROL_CLIENTS = 16,       /* at once; more are turned away */
	CONTROL_REQUEST = 128,      /* bytes of a request line, the line feed included */
	CONTROL_PATIENCE_MS = 5000, /* for a request to come, and for an answer to be taken */
};

enum control_wish {
	CONTROL_DRAIN,
	CONTROL_UNDRAIN,
	CONTROL_FREEZE,
	CONTROL_FREEZE_ANNOUNCED,
	CONTROL_FREEZE_WITHDRAWN,
	CONTROL_UNFREEZE,
};

/* How far a drain is. */
enum control_drained {
	CONTROL_DRAINED,
	CONTROL_DRAINING,     /* `text` says what of it is left */
	CONTROL_NOT_DRAINING, /* it never will be: `text` says why */
};

/* With what the answer to the request `drained` begins while it is to be asked again. */
#define CONTROL_STILL "still draining: "

/* What the server does for its clients. None of it may block or call control_*() but as said. */
struct control_handler {
	void *context;

	/* Fills `status`, which is all zero. */
	void (*status)(void *context, struct status *status);

	/*
	 * Orders a reload, or another one when one is under way. The server tells of every reload,
	 * whoever ordered it, by control_reload_begins() and control_reload_ends(), here or later;
	 * who asks gets the outcome of one that began after the request.
	 */
	void (*reload)(void *context);

	/* false: it cannot be done. `text`: what was done or why not, a line without its end. */
	bool (*wish)(void *context, enum control_wish wish, char text[static STATUS_TEXT]);

	/* How far the drain is; `text`: that in words, a line without its end. */
	enum control_drained (*drained)(void *context, char text[static STATUS_TEXT]);
};

/*
 * Listens at `path`; see control_socket_folder() for what comes before root is given up. Call it
 * after that, and after the announcer was forked: a process that inherits the socket makes it look
 * alive. Clients wait until control_start(). NULL with a finding of `severity`.
 */
struct control *control_open(const char *path, enum severity severity,
			     struct report *report) NODISCARD;

/* Answers from now on. Handler and log are used until control_close(); `log` may be NULL. */
void control_start(struct control *control, struct ev_loop *loop,
		   const struct control_handler *handler, struct log *log);

/* Those who asked for a reload before this wait for the end of this one. NULL is legal. */
void control_reload_begins(struct control *control);
void control_reload_ends(struct control *control, const struct status_reload *reload);

/* Ends all connections, removes the socket and frees. NULL is legal. The loop must still exist. */
void control_close(struct control *control);

#endif
