/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bird_driver.c - selecting the attributes of a route in BIRD over its control socket.
 *
 * Whether there is a route at all is the link's business (tun_driver.c): a socket can be lost, and
 * anybody's `birdc configure` enables what was disabled. Here is only decided which of a few static
 * protocols gives the route, and every 200 ms whether BIRD still sees it the same way.
 */
#include <stdlib.h>
#include <string.h>

#include "announce/announce_plan.h"
#include "announce/bird_client.h"
#include "announce/bird_select.h"
#include "announce/driver.h"
#include "health/lease_watch.h"

_Static_assert((int)BIRD_VIEW_MAX == (int)DRIVER_WORDS, "room for the words");
_Static_assert((int)BIRD_ROLES == CONFIG_BIRD_PROTOCOLS && (int)BIRD_UP == CONFIG_BIRD_UP &&
		       (int)BIRD_DEGRADED == CONFIG_BIRD_DEGRADED &&
		       (int)BIRD_DRAINING == CONFIG_BIRD_DRAINING,
	       "the configuration's order");

enum {
	/* Ticks from one look at BIRD's protocols to the next: 200 ms. */
	LOOK_EVERY = 200 / LEASE_TICK_MS,
	/* Ticks of silence after a line about a repair, should somebody fight us: 10 s. */
	COMPLAIN_EVERY = 10000 / LEASE_TICK_MS,
	/* Ticks after a withdrawal by which BIRD has surely heard of the link: 1 s. */
	PREPARE_AFTER = 1000 / LEASE_TICK_MS,
};

struct bird_driver {
	struct driver driver;
	struct log *log;
	const struct config_announce *announce;
	const struct config_bird *config;
	struct bird_client *client;
	struct bird_select select;
	bool looking;     /* the answer under way is that to `show protocols` */
	bool settled;     /* all was as wanted: what differs now was somebody else */
	bool told_lost;   /* it was logged that there is no connection */
	bool told_absent; /* that a protocol is not there */
	unsigned look_in; /* ticks */
	unsigned quiet;   /* ticks */
	unsigned withdrawn[BIRD_SELECT_GATES]; /* ticks, up to PREPARE_AFTER */
};

static bool
bird_is_configured(const struct config *config)
{
	return config->announce.prefix_count > 0 && config->announce.bird.protocols[BIRD_UP];
}

/* ------------------------------------------------------------ what the client tells */

static void
look(struct bird_driver *d)
{
	d->looking = true;
	d->look_in = LOOK_EVERY;
	bird_select_begin(&d->select);
	bird_client_send(d->client, "show protocols");
}

static void
on_connected(void *data)
{
	struct bird_driver *d = data;
	if (d->told_lost)
		log_notice(d->log, "BIRD is back on %s", d->config->socket);
	d->told_lost = false;
	d->settled = false;
	look(d);
}

static void
on_line(void *data, unsigned code, const char *text)
{
	struct bird_driver *d = data;
	const char *name;
	size_t size;
	bool enabled;
	if (!d->looking)
		bird_select_answer(&d->select, code);
	else if (code == BIRD_PROTOCOL_ROW && bird_reply_protocol(text, &name, &size, &enabled))
		bird_select_row(&d->select, name, size, enabled);
}

static void
act(struct bird_driver *d)
{
	char command[BIRD_COMMAND_MAX];
	if (!bird_select_next(&d->select, command)) {
		d->settled = true;
		return;
	}
	if (d->settled && !d->quiet) {
		log_warning(d->log, "BIRD: somebody else changed our protocols: %s", command);
		d->quiet = COMPLAIN_EVERY;
	}
	bird_client_send(d->client, command);
}

static void
check_missing(struct bird_driver *d)
{
	const char *missing = bird_select_missing(&d->select);
	if (missing && !d->told_absent)
		log_error(
			d->log,
			"BIRD has no protocol %s: its routes keep the attributes they have; add it "
			"to bird.conf or correct `bird: protocols:`",
			missing);
	d->told_absent = missing != NULL;
}

static void
on_done(void *data)
{
	struct bird_driver *d = data;
	if (d->looking) {
		d->looking = false;
		bird_select_end(&d->select);
		check_missing(d);
	}
	act(d);
}

static void
on_lost(void *data, const char *why)
{
	struct bird_driver *d = data;
	bird_select_forget(&d->select);
	d->looking = false;
	if (!d->told_lost)
		log_warning(d->log,
			    "no connection to BIRD on %s: %s; routes still come and go with the "
			    "link, but keep the attributes they have",
			    d->config->socket, why);
	d->told_lost = true;
}

static const struct bird_client_events client_events = {
	.connected = on_connected,
	.line = on_line,
	.done = on_done,
	.lost = on_lost,
};

/* ------------------------------------------------------------ the driver */

static void
bird_close(struct driver *driver, const char *reason)
{
	struct bird_driver *d = (struct bird_driver *)driver;
	(void)reason;
	bird_client_free(d->client);
	free(d);
}

static struct driver *
bird_open(const struct driver_setup *setup)
{
	const struct config_announce *announce = &setup->config->announce;
	struct bird_driver *d = calloc(1, sizeof *d);
	if (!d)
		return NULL;
	d->driver = (struct driver){.kind = &driver_bird, .peers = PEER_EXTERNAL};
	d->log = setup->log;
	d->announce = announce;
	d->config = &announce->bird;
	bird_select_init(&d->select, announce->prefix_count,
			 (const char *const *)announce->bird.protocols);
	d->client = bird_client_new(setup->loop, announce->bird.socket, &client_events, d);
	if (!d->client) {
		bird_close(&d->driver, NULL);
		return NULL;
	}
	return &d->driver;
}

static void
bird_apply(struct driver *driver, size_t index, enum gate_state state,
	   const struct attributes *attributes)
{
	struct bird_driver *d = (struct bird_driver *)driver;
	bool announced = attributes && attributes->announce;
	/*
	 * A withdrawn prefix is left as it is, because BIRD might hear of the link after it heard
	 * of us; a while later all is made ready for the next announcement.
	 */
	if (!announced)
		state = d->withdrawn[index] >= PREPARE_AFTER ? GATE_UP : GATE_DOWN;
	else
		d->withdrawn[index] = 0;
	if (bird_select_want(&d->select, index, state))
		d->settled = false;
}

static void
bird_push(struct driver *driver)
{
	struct bird_driver *d = (struct bird_driver *)driver;
	if (!d->settled && bird_client_is_idle(d->client))
		act(d);
}

static void
bird_tick(struct driver *driver)
{
	struct bird_driver *d = (struct bird_driver *)driver;
	d->quiet -= d->quiet > 0;
	d->look_in -= d->look_in > 0;
	for (size_t i = 0; i < d->select.count; i++)
		d->withdrawn[i] += d->withdrawn[i] < PREPARE_AFTER;
	bird_client_tick(d->client);
	if (!d->look_in && bird_client_is_idle(d->client))
		look(d);
}

static void
bird_view(const struct driver *driver, size_t index, struct driver_view *view)
{
	const struct bird_driver *d = (const struct bird_driver *)driver;
	view->agrees = bird_select_view(&d->select, index, view->wanted, view->observed);
}

/* Prefixes only go (announce_plan.c), and their links are down already. */
static void
bird_change(struct driver *driver)
{
	struct bird_driver *d = (struct bird_driver *)driver;
	for (unsigned slot = 0; slot < d->select.count; slot++)
		if (!announce_prefix_in(d->announce, slot))
			bird_select_drop(&d->select, slot);
}

const struct driver_kind driver_bird = {
	.name = "bird",
	.is_configured = bird_is_configured,
	.open = bird_open,
	.apply = bird_apply,
	.push = bird_push,
	.tick = bird_tick,
	.view = bird_view,
	.change = bird_change,
	.close = bird_close,
};
