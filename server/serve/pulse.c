/* SPDX-License-Identifier: BSD-2-Clause */
#include "serve/pulse.h"

#include <stdio.h>

#include "anyns/lease.h"

/* Whether a connection or a query waits for the TCP thread, the last of the workers. */
static bool
tcp_is_wanted(struct net *net, const struct config *config, size_t tcp)
{
	for (size_t i = 0; i < config->listen_count; i++) {
		struct net_address_status status;
		if (net_read_address(net, &config->listen[i], &status) && status.waiting[tcp])
			return true;
	}
	return false;
}

bool
pulse_beats(struct pulse *pulse, struct net *net, const struct config *config,
	    const struct lease *lease, char stuck[static 32])
{
	struct pulse now = {.taken = true, .renewal = lease ? lease_renewal(lease) : 0};
	size_t count = net_worker_count(net);

	for (size_t i = 0; i < count; i++) {
		struct net_worker_status status;
		net_read_worker(net, i, &status);
		now.turns[i] = status.turns;
		bool tcp = i + 1 == count;
		if (!pulse->taken || now.turns[i] != pulse->turns[i] ||
		    (tcp && !status.busy && !tcp_is_wanted(net, config, i)))
			continue;
		if (tcp)
			snprintf(stuck, 32, "the TCP thread");
		else
			snprintf(stuck, 32, "worker %zu", i);
		return false;
	}
	if (lease && pulse->taken && now.renewal == pulse->renewal) {
		snprintf(stuck, 32, "the health thread");
		return false;
	}
	*pulse = now;
	return true;
}
