/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * server_state.h - the serving process's state; shared by server*.c alone. Main thread only, but
 * for what the loader thread is lent while it runs.
 */
#ifndef ANYNS_SERVE_SERVER_STATE_H
#define ANYNS_SERVE_SERVER_STATE_H

#include <ev.h>
#include <pthread.h>
#include <stdatomic.h>

#include "anyns/log.h"
#include "anyns/monotime.h"
#include "control/control.h"
#include "net/net.h"
#include "serve/announcing.h"
#include "serve/background.h"
#include "serve/generation.h"
#include "serve/pulse.h"

struct server {
	const char *path;
	struct log *log;
	struct net *net;
	struct publish *publish;
	struct announcing *announcing; /* NULL without `announce:` */
	struct control *control;       /* NULL without */
	struct generation *current;    /* NULL until the first load */
	uint8_t fallback_secret[CONFIG_SECRET_SIZE];
	struct monotime started;
	bool running; /* the transports are started */
	bool failed;
	bool leaving; /* draining; ends when the routes are gone and the address is quiet */

	struct ev_loop *loop;
	ev_signal hangup;
	ev_signal terminate;
	ev_signal interrupt;
	ev_async loaded;
	ev_io announcer;
	ev_timer leave;
	ev_timer beat;
	ev_timer watchdog; /* supervisor.c's, like the two behind it */
	struct pulse pulse;
	bool missed; /* the watchdog was not fed the last time */

	/* The loader thread's, handed over by the `loaded` event. */
	pthread_t loader;
	bool loading;
	bool load_again; /* reload while loading: what was read may be old already */
	atomic_bool cancel;
	struct config *to_load; /* start: already read; NULL: read it again */
	struct generation *next;
	struct report load_report;

	/* What goes on behind a generation that is served; see server_background.c. */
	struct background background;
	ev_async background_done;
	ev_timer watch;
	struct image_watch image_watch;
	bool unsettled;             /* somebody writes to the image file: no more loads until */
	bool changed_again;         /* it keeps still; it did not since the last one */
	bool care_again;            /* another generation came meanwhile */
	bool cache_due;             /* what is served is not all in the image cache */
	struct generation *retired; /* wait to be freed */
	size_t looked_at;           /* the zone up to which the watch has looked for bad ones */
	bool told_bad;              /* that the current generation has some: a reload was ordered */
};

/* Reads configuration and zones again; the outcome goes to the log and to those who wait for it. */
void server_reload(struct server *server);

/* Begins to leave: withdraw, answer until lingered, end. At once without announcements. */
void server_leave(struct server *server);

/* From now on the loop hears of it. */
void server_background_watch(struct server *server);

/* Looks after the current generation. `old` (may be NULL) is freed: no reader may be left. */
void server_background_care(struct server *server, struct generation *old);

/* Waits for its end, and frees what is left to be freed. */
void server_background_stop(struct server *server);

/* What the control socket needs of a server. The handler is valid as long as the server. */
struct control_handler server_control_handler(struct server *server);

/* Tells those who wait how a reload came out. `generation` NULL: it was refused. */
void server_control_tell(struct server *server, const struct generation *generation);

#endif
