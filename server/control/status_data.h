/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * status_data.h - what `anyns status` and `anyns reload` tell, as plain data that the server fills
 * in.
 *
 * Sizes are fixed, and zones past the first ones are only counted: a status of a server with a
 * million zones must neither take long nor be long. Texts are cut to their fields and may have any
 * bytes; pointers must stay valid until the callback's caller is done with them, which string
 * literals and the configuration in use do.
 */
#ifndef ANYNS_CONTROL_STATUS_DATA_H
#define ANYNS_CONTROL_STATUS_DATA_H

#include "anyns/base.h"
#include "anyns/name.h"
#include "anyns/report.h"

enum {
	STATUS_ZONES = 20,
	STATUS_GATES = 64, /* as many as there can be prefixes */
	STATUS_PEERS = 64,
	STATUS_DRIVERS = 192,
	STATUS_SIGNALS = 96,
	STATUS_COUNTERS = 32,
	STATUS_TEXT = 256,
};

enum status_zone_state {
	STATUS_ZONE_OK,
	STATUS_ZONE_STALE,  /* has errors: its previous version is served */
	STATUS_ZONE_FAILED, /* has errors: answered with SERVFAIL, no serial */
};

struct status_zone {
	char name[NAME_TEXT_MAX];
	enum status_zone_state state;
	uint32_t serial;
	char error[STATUS_TEXT]; /* the first one; empty: none */
};

/* Put in first those with errors, then others as long as there is room. */
struct status_zones {
	size_t total;
	size_t stale;
	size_t failed;
	size_t listed; /* at most STATUS_ZONES */
	struct status_zone list[STATUS_ZONES];
};

struct status_gate {
	char prefix[64];
	const char *state; /* gate_state_name() */
	int64_t since_ms;  /* ago */
	char reason[STATUS_TEXT];
	char waiting[STATUS_TEXT]; /* empty: for nothing */
};

struct status_peer {
	char address[64];
	uint32_t as;
	bool up;
	int64_t since_ms;          /* ago; negative: no session was ever up or lost */
	char text[STATUS_TEXT];    /* why, of the last change */
	char failure[STATUS_TEXT]; /* the last one; empty: none */
};

/* What a driver (exabgp, bird, tun) wants of its daemon for a prefix, and what it observes. */
struct status_driver {
	const char *name;
	char prefix[64];
	char wanted[128];
	char observed[128];
	bool agrees;
	int64_t since_ms; /* ago */
};

/* The last value of a health signal. */
struct status_signal {
	char name[80];
	char value[STATUS_TEXT];
	int64_t age_ms; /* negative: it never had one */
};

struct status_counter {
	const char *name; /* lower case with underscores, for JSON and for people */
	uint64_t value;
};

/* All zero is a server that is starting and has nothing. */
struct status {
	const char *instance;
	const char *version; /* ANYNS_VERSION, whatever `version:` makes clients see */
	const char *config;  /* path of the file */
	const char *phase;   /* "starting", "serving", "draining to stop", ... */
	const char *wish;    /* "serve", "drain", "freeze"; NULL: nothing is gated */
	bool needs_restart;  /* without a wish: a reload has brought `announce:`, which needs one */
	bool dry_run;
	bool loading; /* a reload is under way */
	uint32_t pid;
	int64_t uptime_ms;
	struct status_zones zones;
	size_t gate_count;
	struct status_gate gates[STATUS_GATES];
	size_t peer_count;
	struct status_peer peers[STATUS_PEERS];
	size_t driver_count;
	struct status_driver drivers[STATUS_DRIVERS];
	size_t signal_count;
	struct status_signal signals[STATUS_SIGNALS];
	size_t counter_count;
	struct status_counter counters[STATUS_COUNTERS];
};

/* How a reload came out. */
struct status_reload {
	bool taken;      /* false: refused, everything goes on as before */
	size_t compiled; /* zones read and compiled anew */
	size_t unchanged;
	struct status_zones zones;   /* list only those with errors */
	const struct report *report; /* findings about no single zone; NULL: none */
};

/* Appends a zone if there is room, cutting its texts. Does not touch the counts. */
void status_add_zone(struct status_zones *zones, const uint8_t *apex, enum status_zone_state state,
		     uint32_t serial, const char *error);

/* Appends a counter if there is room. */
void status_add_counter(struct status *status, const char *name, uint64_t value);

#endif
