/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config.h - the configuration as one constant struct.
 *
 * Read once by config_read(), never changed, passed to those who need it. A reload reads a new one.
 */
#ifndef ANYNS_CONFIG_H
#define ANYNS_CONFIG_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "anyns/base.h"
#include "anyns/dns.h"
#include "anyns/report.h"
#include "anyns/zone.h"

#define CONFIG_DEFAULT_FILE    "/etc/anyns/anyns.yaml"
#define CONFIG_DEFAULT_CONTROL "/run/anyns/control.sock"

/* `ADDRESS` or `ADDRESS@PORT`, as in NSD and Knot. */
struct config_address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} socket;
	socklen_t size;
	char text[64]; /* as canonical text, ADDRESS@PORT */
	unsigned line; /* where it was configured */
	unsigned column;
};

struct config_zone {
	uint8_t name[DNS_NAME_MAX]; /* wire, lower case */
	char *name_text;            /* presentation form, absolute */
	char *file; /* path; relative ones were resolved against the configuration file's folder */
	unsigned line; /* of the `zones:` entry or of `zone-directory:` */
	unsigned column;
};

/* 128-bit keys of RFC 9018 cookies; see `secret:` in anyns.yaml(5). */
enum { CONFIG_SECRET_SIZE = 16 };

struct config_secret {
	bool set;
	uint8_t key[CONFIG_SECRET_SIZE];
};

enum config_log_level { CONFIG_LOG_ERROR, CONFIG_LOG_WARNING, CONFIG_LOG_NOTICE, CONFIG_LOG_INFO };

/* A prefix of `announce: prefixes:`; its host bits are zero. */
struct config_prefix {
	int family;        /* AF_INET or AF_INET6 */
	uint8_t length;    /* bits */
	uint8_t bytes[16]; /* network order; the first 4 with IPv4 */
	char text[64];     /* as canonical text */
	unsigned slot; /* its gate in the lease: its place in the list, but a reload moves none */
	unsigned line;
	unsigned column;
};

/* `role:` values beyond those of RFC 9234 4.1. */
enum { CONFIG_ROLE_NONE = 256 };

/*
 * A BGP peer of `announce: bgp: peers:`. Prefixes go to peers of their own family; no two have the
 * same IP address.
 */
struct config_peer {
	struct config_address address; /* port 179 by default */
	unsigned slot; /* what announcer and server call it; as that of a prefix, see
			  announce_plan.h */
	uint32_t as;
	uint32_t local_as; /* `local-as:` of the peer, else of bgp; equal to as: iBGP */
	unsigned hold;     /* `hold:` of the peer, else of bgp; seconds: 0, 3 to 65535, default 9 */
	unsigned role;     /* enum bgp_role as a number (RFC 9234 4.1): what we are to the peer;
			      CONFIG_ROLE_NONE without, and always with iBGP */
	bool role_strict;  /* `role-strict: true`: only with a role */
	bool passive;      /* `passive: true`: wait for the peer to connect */
	unsigned gtsm_hops;     /* `ttl-security: HOPS` (RFC 5082), 1 to 254, 0 off */
	char *password;         /* `password:` TCP-MD5 (RFC 2385), NULL none; at most 80 bytes */
	uint32_t *communities;  /* `communities: ["64496:1", no-export]`, with every announcement;
				   host byte order */
	size_t community_count; /* at most 127: one more is GRACEFUL_SHUTDOWN */
	uint32_t (*large)[3];   /* `large-communities: ["64496:1:2"]` */
	size_t large_count;     /* at most 64 */
	bool has_med;
	uint32_t med;         /* `med:` */
	bool has_next_hop;    /* `next-hop:`, of the family of `address`; else our address of the
				 session */
	uint8_t next_hop[16]; /* network order; the first 4 with IPv4 */
};

/* Static protocols of BIRD, one per announced state; see config_bird. */
enum config_bird_protocol {
	CONFIG_BIRD_UP,
	CONFIG_BIRD_DEGRADED,
	CONFIG_BIRD_DRAINING,
	CONFIG_BIRD_PROTOCOLS,
};

/* `announce: bird:`; it implies `announce: tun:`. */
struct config_bird {
	char *socket; /* `socket:` default /run/bird/bird.ctl; NULL without `bird:` */
	/* `protocols:` at most 60 bytes each; `%` stands for the number of the prefix, and must be
	   there when there are two. NULL: that of `up` serves; all NULL: BIRD is told nothing */
	char *protocols[CONFIG_BIRD_PROTOCOLS];
};

/* `announce: exabgp:`, announcing through a child of ExaBGP. */
struct config_exabgp {
	char *socket; /* `socket:` absolute path, at most 107 bytes; NULL: no `exabgp:` */
	char *group;  /* `group:` that may connect; NULL: our own */
	/* Of `local-as:`, `as:` (0: not ours), `communities:`, `large-communities:` and `med:`, as
	   of a BGP peer; the rest is unused. */
	struct config_peer peer;
	unsigned line;
	unsigned column;
};

/* `announce:`; prefix_count 0: nothing is announced, nothing is gated. */
struct config_announce {
	struct config_prefix *prefixes; /* at most 64, each holding at least one listen address */
	size_t prefix_count;
	uint32_t router_id;   /* `router-id:` host byte order, not 0 */
	unsigned router_line; /* where `router-id:` was configured */
	unsigned router_column;
	struct config_peer *peers; /* at most 64; each family of `prefixes` has one at least, unless
				      there is another way to announce than `bgp:` */
	size_t peer_count;
	struct config_exabgp exabgp;
	struct config_bird bird;
	char *tun;    /* `tun: name:` the TUN devices' name without the number of the prefix, 1 to
			 13 bytes, default "anyns"; NULL: none */
	bool dry_run; /* `dry-run: true`: decide and log, announce nothing */
	bool allow_long; /* `allow-long-prefixes: true`: longer than /24 or /48 is meant */
};

/* `health: last-stand:`; site_count 0: none. */
struct config_last_stand {
	struct config_address *sites; /* `sites:` unicast addresses of other sites, at most 64 */
	size_t site_count;
	unsigned at_least; /* `at-least:` 1 to site_count, default 1 */
};

/* `health: command:` */
struct config_command {
	char **run; /* `run:` the program's path and its arguments, NULL at the end; NULL: none */
	unsigned interval_ms; /* `interval:` from start to start, 1s to 1h, default 10s */
	unsigned timeout_ms;  /* `timeout:` 100ms to 1m, default 5s */
};

/* `health:` */
struct config_health {
	unsigned interval_ms;  /* `interval:` between own queries, default 50ms; 10ms to 1s */
	bool shed;             /* `overload: absorb|shed`, default absorb */
	bool withdraw_on_soft; /* `soft-faults: degrade|withdraw`, default degrade */
	unsigned drain_s;  /* `drain-time:` GRACEFUL_SHUTDOWN before the withdraw, 0s to 1h, default
			      60s */
	unsigned linger_s; /* `linger-time:` answering after the withdraw, 0s to 1h, default 180s */
	unsigned hold_min_s; /* `hold-down-min:` 1s to 1h, default 10s */
	unsigned hold_max_s; /* `hold-down-max:` 1s to 24h, not below hold_min_s, default 600s */
	struct config_last_stand last_stand;
	struct config_command command;
};

struct config {
	char *path;     /* the file it was read from */
	char *instance; /* `instance:`; default the host name. 1 to 63 printable ASCII bytes without
			   space */
	char *version;  /* `version:`; NULL when hidden; default "anyns X.Y" */
	struct config_address *listen; /* `listen:`, at least one; port 53 by default */
	size_t listen_count;
	struct config_zone *zones; /* `zones:` and `zone-directory:` together, no name twice */
	size_t zone_count;
	char *image;       /* `image:` a file of compiled zones; NULL: none */
	char *image_cache; /* `image-cache:` a folder; NULL: none */
	unsigned workers; /* `workers:`; auto was resolved to the number of usable CPUs; 1 to 256 */
	char *user;       /* `user:` NAME to drop to; NULL: stay */
	uint8_t identity_name[DNS_NAME_MAX]; /* `identity-name:` */
	bool has_identity_name;
	unsigned identity_line;
	unsigned identity_column;
	struct config_address *identity_addresses; /* `identity-addresses:`; port unused */
	size_t identity_address_count;
	struct config_secret secret_active; /* `secret:`; none set: a random one at each start */
	struct config_secret secret_staged;
	struct config_secret secret_retired;
	enum zonemd_policy zonemd; /* `zonemd: off|warn|require`, default warn */
	unsigned udp_size;         /* `udp-size:` largest UDP answer, 512 to 4096, default 1232 */
	unsigned tcp_mss; /* `tcp-mss:` TCP_MAXSEG; 536 to 65495, 0 leaves it to the kernel, default
			     1220 */
	unsigned tcp_clients; /* `tcp-clients:` connections open at once, default 1024 */
	unsigned tcp_clients_per_address; /* `tcp-clients-per-address:` of one IPv4 address or IPv6
					     /64, default 64 */
	unsigned tcp_idle_ms;             /* `tcp-idle-timeout:` default 10s */
	unsigned tcp_total_ms; /* `tcp-total-timeout:` life of a connection, default 120s */
	enum config_log_level
		log_level; /* `log: {level: error|warning|notice|info}`, default notice */
	struct config_announce announce;
	struct config_health health;
	char *state_directory; /* `state-directory:` exists and is a folder; NULL: memory only */
	char *control;         /* `control:` path of the control socket, default
				  CONFIG_DEFAULT_CONTROL; NULL: `off` */
	bool control_named;    /* it was written out: a socket that cannot be made is an error. If
				  not, most servers without the right folder want none: a warning */
};

/*
 * Reads and validates the YAML file at `path`. Every finding goes to the report with
 * file:line:column and a remedy; an unknown key names the nearest known one. Zone files are looked
 * for (they must be readable) but not parsed.
 *
 * Returns the configuration, owned by the caller (config_free), or NULL when the report got an
 * error.
 */
struct config *config_read(const char *path, struct report *report) NODISCARD;

/* The same from text in memory; `path` is the name in findings and the base of relative file names.
 */
struct config *config_read_text(const char *path, const char *text, size_t size,
				struct report *report) NODISCARD;

/* NULL is legal. Secrets and passwords are wiped. */
void config_free(struct config *config);

#endif
