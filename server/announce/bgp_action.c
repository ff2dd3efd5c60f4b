/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/bgp_action.h"

#include <assert.h>

#include "announce/bgp_notification.h"

void
bgp_action_add(struct bgp_actions *actions, const struct bgp_action *action)
{
	assert(actions->count < BGP_ACTIONS_MAX);
	if (actions->count < BGP_ACTIONS_MAX)
		actions->list[actions->count++] = *action;
}

size_t
bgp_action_encode(const struct bgp_action *action, uint8_t out[BGP_MESSAGE_MAX])
{
	switch (action->type) {
	case BGP_ACTION_SEND_OPEN:
		return bgp_open_encode(&action->open, out);
	case BGP_ACTION_SEND_KEEPALIVE:
		return bgp_message_keepalive(out);
	case BGP_ACTION_SEND_NOTIFICATION:
		return bgp_notification_encode(&action->error, out);
	default:
		return 0;
	}
}
