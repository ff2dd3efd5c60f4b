/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tun_driver.c - announcing by the link of a TUN device, for any daemon that follows the kernel.
 *
 * The daemon has a route to the prefix through the device and announces it while the link is up.
 * So it needs no word from us: a fault takes the link down, our death takes the device away, and
 * nothing that somebody tells the daemon brings the route back. The service address stays on lo,
 * whose local route always wins; the route through the device catches the rest of the prefix.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "announce/driver.h"
#include "announce/tun.h"
#include "health/lease_watch.h"

enum {
	/* Ticks from one look at all links to the next: 100 ms. A change of our own acts at once.
	 */
	LOOK_EVERY = 100 / LEASE_TICK_MS,
	/* The device of an announcer that was just killed is there for some milliseconds more. */
	BUSY_TRIES = 20,
	BUSY_PAUSE_NS = 50000000,
};

struct tun_link {
	char name[IFNAMSIZ];
	bool wanted;
	bool up;     /* as it was made or last seen */
	bool broken; /* an error was logged, and there was no success since */
};

struct tun_driver {
	struct driver driver;
	struct log *log;
	int control;
	unsigned ticks;
	size_t count;
	struct tun_link links[TUN_BOX_MAX];
	int fds[TUN_BOX_MAX];
};

static bool
tun_is_configured(const struct config *config)
{
	return config->announce.prefix_count > 0 && config->announce.tun != NULL;
}

/* ------------------------------------------------------------ in the server */

static const char *
remedy_of(int error)
{
	switch (error) {
	case EBUSY:
		return "another anyns or somebody else has an interface with this name; choose "
		       "another one with `tun: {name: NAME}`";
	case EPERM:
	case EACCES:
		return "start as root or with CAP_NET_ADMIN and access to /dev/net/tun";
	case ENOENT:
	case ENODEV:
		return "load the kernel module tun, or give the container /dev/net/tun";
	default:
		return NULL;
	}
}

static int
open_patiently(const char *name)
{
	static const struct timespec pause = {.tv_nsec = BUSY_PAUSE_NS};
	int fd = tun_open(name);
	for (unsigned i = 0; fd < 0 && errno == EBUSY && i < BUSY_TRIES; i++) {
		nanosleep(&pause, NULL);
		fd = tun_open(name);
	}
	return fd;
}

static int
tun_prepare(const struct config *config, struct report *report)
{
	int fds[TUN_BOX_MAX] = {0};
	size_t count = 0;
	int box = -1;
	while (count < config->announce.prefix_count && count < TUN_BOX_MAX) {
		char name[IFNAMSIZ];
		tun_name(name, config->announce.tun, count);
		fds[count] = open_patiently(name);
		if (fds[count] < 0) {
			report_errno(report, SEVERITY_ERROR, (struct place){.file = config->path},
				     remedy_of(errno), "cannot make the TUN device %s", name);
			break;
		}
		count++;
	}
	if (count == config->announce.prefix_count) {
		box = tun_pack(fds, count);
		if (box < 0)
			report_errno(report, SEVERITY_ERROR, (struct place){.file = config->path},
				     NULL, "cannot keep the TUN devices");
	}
	while (count)
		close(fds[--count]);
	return box;
}

/* ------------------------------------------------------------ in the announcer */

static void
complain(struct tun_driver *d, struct tun_link *link)
{
	if (!link->broken)
		log_error(d->log, "TUN device %s: %s; its prefix cannot be %s; restart the server",
			  link->name, strerrordesc_np(errno),
			  link->wanted ? "announced" : "withdrawn");
	link->broken = true;
}

static void
set_link(struct tun_driver *d, struct tun_link *link)
{
	if (!tun_set_link(d->control, link->name, link->wanted)) {
		complain(d, link);
		return;
	}
	link->up = link->wanted;
	link->broken = false;
}

/* Somebody else's `ip link set` is undone. */
static void
look(struct tun_driver *d, struct tun_link *link)
{
	bool up;
	if (!tun_get_link(d->control, link->name, &up)) {
		complain(d, link);
		return;
	}
	if (up != link->wanted && link->up == link->wanted)
		log_warning(d->log, "TUN device %s was set %s by somebody else: set %s again",
			    link->name, up ? "up" : "down", up ? "down" : "up");
	link->up = up;
	if (up != link->wanted)
		set_link(d, link);
}

static void
tun_close(struct driver *driver, const char *reason)
{
	struct tun_driver *d = (struct tun_driver *)driver;
	(void)reason;
	/* The links before the devices: taking a device apart takes longer. */
	for (size_t i = 0; i < d->count; i++)
		if (d->links[i].up)
			(void)!tun_set_link(d->control, d->links[i].name, false);
	for (size_t i = 0; i < d->count; i++)
		close(d->fds[i]);
	if (d->control >= 0)
		close(d->control);
	free(d);
}

static struct driver *
tun_open_driver(const struct driver_setup *setup)
{
	const struct config_announce *announce = &setup->config->announce;
	struct tun_driver *d = calloc(1, sizeof *d);
	if (!d)
		return NULL;
	d->driver = (struct driver){.kind = &driver_tun, .peers = PEER_EXTERNAL};
	d->log = setup->log;
	d->control = tun_control();
	d->count = tun_unpack(setup->fd, d->fds);
	for (size_t i = 0; i < d->count; i++)
		tun_name(d->links[i].name, announce->tun, i);
	if (d->control < 0 || d->count != announce->prefix_count) {
		tun_close(&d->driver, NULL);
		return NULL;
	}
	close(setup->fd);
	/* As root as it was, or under a name that never had the right: then the first link says. */
	if (setup->config->user && !tun_limit_rights())
		log_warning(d->log, "cannot keep the right to set links (CAP_NET_ADMIN): %s",
			    strerrordesc_np(errno));
	return &d->driver;
}

static void
tun_apply(struct driver *driver, size_t index, enum gate_state state,
	  const struct attributes *attributes)
{
	struct tun_driver *d = (struct tun_driver *)driver;
	struct tun_link *link = &d->links[index];
	(void)state;
	link->wanted = attributes && attributes->announce;
	/* One that failed is tried again when it is looked at, not fifty times a second. */
	if (link->wanted != link->up && !link->broken)
		set_link(d, link);
}

static void
tun_push(struct driver *driver)
{
	(void)driver;
}

static void
tun_tick(struct driver *driver)
{
	struct tun_driver *d = (struct tun_driver *)driver;
	if (++d->ticks % LOOK_EVERY != 0)
		return;
	for (size_t i = 0; i < d->count; i++)
		look(d, &d->links[i]);
}

static const char *
words_of(bool up)
{
	return up ? "link up" : "link down";
}

static void
tun_view(const struct driver *driver, size_t index, struct driver_view *view)
{
	const struct tun_link *link = &((const struct tun_driver *)driver)->links[index];
	view->agrees = link->wanted == link->up && !link->broken;
	snprintf(view->wanted, sizeof view->wanted, "%s", words_of(link->wanted));
	snprintf(view->observed, sizeof view->observed, "%s %s", link->name,
		 link->broken ? "cannot be set, see the log" : words_of(link->up));
}

const struct driver_kind driver_tun = {
	.name = "tun",
	.is_configured = tun_is_configured,
	.prepare = tun_prepare,
	.open = tun_open_driver,
	.apply = tun_apply,
	.push = tun_push,
	.tick = tun_tick,
	.view = tun_view,
	.close = tun_close,
};
