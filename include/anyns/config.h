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

#define CONFIG_DEFAULT_FILE "/etc/anyns/anyns.yaml"

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

struct config {
	char *path;     /* the file it was read from */
	char *instance; /* `instance:`; default the host name. 1 to 63 printable ASCII bytes without
			   space */
	char *version;  /* `version:`; NULL when hidden; default "anyns X.Y" */
	struct config_address *listen; /* `listen:`, at least one; port 53 by default */
	size_t listen_count;
	struct config_zone *zones; /* `zones:` and `zone-directory:` together, no name twice */
	size_t zone_count;
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

/* NULL is legal. Secrets are wiped. */
void config_free(struct config *config);

#endif
