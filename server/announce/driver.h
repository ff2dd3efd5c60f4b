/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * driver.h - a way to announce through a routing daemon that people already run.
 *
 * The announcer follows the lease and tells every driver with each tick what each prefix is to look
 * like; the driver makes it so, in its own time and without ever blocking. Level-triggered: the
 * same thing is said again and again, the driver compares it with what it has observed of its
 * daemon, and a lost edge is repaired. A driver must also see to it that the routes go when this
 * process dies.
 *
 * A driver is a struct driver_kind in a file of its own and one line in driver.c.
 */
#ifndef ANNOUNCE_DRIVER_H
#define ANNOUNCE_DRIVER_H

#include <ev.h>

#include "announce/announcer.h"
#include "anyns/config.h"
#include "anyns/log.h"
#include "anyns/report.h"
#include "health/attributes.h"

enum {
	DRIVERS_MAX = 4,
	DRIVER_WORDS = 128,
};

struct driver_setup {
	const struct config *config; /* outlives the driver, as do loop and log */
	struct ev_loop *loop;
	struct log *log;
	int fd; /* what prepare() opened; the driver's to close */
};

/* The head of every driver's own struct. */
struct driver {
	const struct driver_kind *kind;
	enum peer_kind peers; /* whose attributes apply() is to get; set by open() */
};

/* For people. */
struct driver_view {
	bool agrees; /* as far as can be seen */
	char wanted[DRIVER_WORDS];
	char observed[DRIVER_WORDS];
};

struct driver_kind {
	const char *name;
	bool (*is_configured)(const struct config *config);
	/*
	 * In the server, before the fork and with all privileges: opens what needs them (a
	 * listening socket, a TUN device). The descriptor (close on exec), or -1 with an error in
	 * the report. The server closes its copy after the fork. NULL when there is nothing.
	 */
	int (*prepare)(const struct config *config, struct report *report);
	/* In the announcer, without privileges. NULL when out of memory. */
	struct driver *(*open)(const struct driver_setup *setup);
	/*
	 * What the prefix in slot `index` is to look like from now on; NULL or not `announce`:
	 * withdrawn. With every tick and poke for every prefix, changed or not. `attributes` lives
	 * as long as the process, and two pointers are two routes. `state` is the one they belong
	 * to.
	 */
	void (*apply)(struct driver *driver, size_t index, enum gate_state state,
		      const struct attributes *attributes);
	/* After each round of apply(): at every tick of 20 ms and after a poke. */
	void (*push)(struct driver *driver);
	/* Every 20 ms, before apply(): time passes, deadlines expire. May be NULL. */
	void (*tick)(struct driver *driver);
	/* What the prefix in slot `index` is to be, and what it is. `view` is zero. */
	void (*view)(const struct driver *driver, size_t index, struct driver_view *view);
	/*
	 * The configuration is another one: `config` of the setup has changed in place, as far as
	 * announce_plan() lets it. Prefixes that went were withdrawn by apply() before. May be
	 * NULL.
	 */
	void (*change)(struct driver *driver);
	/* Withdraws what can be withdrawn at once, without waiting, and frees. */
	void (*close)(struct driver *driver, const char *reason);
};

extern const struct driver_kind driver_exabgp;
extern const struct driver_kind driver_bird;
extern const struct driver_kind driver_tun;

/* Those that are configured. */
struct drivers {
	size_t count;
	struct driver_slot {
		const struct driver_kind *kind;
		int fd;                     /* -1 once a driver has it */
		struct driver *driver;      /* NULL until drivers_open() */
		uint32_t told[LEASE_GATES]; /* digests of the views that were passed on */
	} slots[DRIVERS_MAX];
};

/* In the server. false with an error in the report; drivers_release() is then due all the same. */
bool drivers_prepare(struct drivers *drivers, const struct config *config,
		     struct report *report) NODISCARD;
/* Closes the server's copies of the descriptors. */
void drivers_release(struct drivers *drivers);
/* Whether the descriptor is one of theirs. */
bool drivers_have(const struct drivers *drivers, int fd);

/* In the announcer. */
bool drivers_open(struct drivers *drivers, const struct driver_setup *setup) NODISCARD;
/* Passes on the views that changed since they were passed on: `tell` returns whether it could. */
void drivers_tell(struct drivers *drivers, const struct config_announce *announce,
		  bool (*tell)(void *context, const struct announcer_event *event), void *context);
/* The name of the driver that an event calls `number`; NULL: there is none. */
const char *drivers_name(uint32_t number);
/* After the configuration has changed. */
void drivers_change(struct drivers *drivers);
/* Closes those that are open. */
void drivers_close(struct drivers *drivers, const char *reason);

#endif
