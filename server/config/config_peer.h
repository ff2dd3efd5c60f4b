/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_peer.h - BGP peers.
 */
#ifndef ANYNS_CONFIG_PEER_H
#define ANYNS_CONFIG_PEER_H

#include "config/config_table.h"

/* What `bgp:` says for all peers that do not say it themselves. */
struct config_peer_common {
	uint32_t local_as; /* 0: nothing good */
	bool has_local_as; /* it was there, right or wrong */
	unsigned hold;     /* seconds */
};

/*
 * Reads the list `node` of `key`, low to high peers, to context->config->announce. A peer with an
 * error is left out unless its address is good.
 */
void config_peer_read(const struct config_context *context, const struct config_key *key,
		      const struct config_node *node, const struct config_peer_common *common);

/* Readers that `bgp:` shares: an AS number to a uint32_t, a hold time to an unsigned of seconds. */
config_reader config_peer_read_as;
config_reader config_peer_read_hold;

/* Wipes the password and frees what the peer owns. */
void config_peer_free(struct config_peer *peer);

#endif
