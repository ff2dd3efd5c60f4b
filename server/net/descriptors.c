/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * descriptors.c - the last open files are not for TCP clients.
 *
 * A shell's limit is 1024, and `tcp-clients:` is 1024 by default. Connections that took all of it
 * would take it from those who read zones at a reload, from the control socket and from the own
 * queries of health: some clients that keep connections open could freeze a server as it is.
 */
#include "net/descriptors.h"

#include <sys/resource.h>

enum {
	/* Sockets of a listen address beside those of the workers: the TCP listener, an own query
	   over each transport. */
	OTHERS_PER_ADDRESS = 3,
	/* Event loops, control clients, zone files and what they include, images, other sites. */
	SPARE = 128,
};

static uint64_t
needed_beside_clients(const struct config *config, unsigned workers)
{
	/* Twice: a reload opens the new ones beside the old. */
	return SPARE + 2 * (uint64_t)config->listen_count * (workers + OTHERS_PER_ADDRESS);
}

/* The limit, raised to `wanted` as far as that may be. */
static uint64_t
raise_limit(uint64_t wanted)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return wanted;
	if (limit.rlim_cur >= wanted)
		return limit.rlim_cur;
	rlim_t before = limit.rlim_cur;
	limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
	return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

unsigned
descriptors_for_clients(const struct config *config, unsigned workers, struct report *report)
{
	uint64_t others = needed_beside_clients(config, workers);
	uint64_t wanted = others + config->tcp_clients;
	uint64_t limit = raise_limit(wanted);

	if (limit >= wanted)
		return config->tcp_clients;
	unsigned clients = limit > others ? (unsigned)(limit - others) : 1;
	report_add(report, SEVERITY_WARNING, (struct place){.file = config->path},
		   "raise the limit (LimitNOFILE= of the unit, `ulimit -n`), or lower tcp-clients",
		   "%u TCP connections need %ju open files and the limit is %ju: not more than %u "
		   "are open at once",
		   config->tcp_clients, (uintmax_t)wanted, (uintmax_t)limit, clients);
	return clients;
}
