/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/bgp_event.h"

#include "announce/bgp_notification.h"
#include "announce/bgp_update.h"

struct bgp_event
bgp_event_of_message(enum bgp_lane_id lane, const struct bgp_message *message)
{
	struct bgp_event event = {.lane = lane, .message = (uint8_t)message->type};
	switch (message->type) {
	case BGP_OPEN:
		event.type = bgp_open_decode(message, &event.open, &event.error)
				     ? BGP_EVENT_OPEN
				     : BGP_EVENT_BAD_OPEN;
		break;
	case BGP_UPDATE:
		event.type = bgp_update_check(message, &event.error) ? BGP_EVENT_UPDATE
								     : BGP_EVENT_BAD_UPDATE;
		break;
	case BGP_NOTIFICATION:
		event.type = BGP_EVENT_NOTIFICATION;
		event.error = bgp_notification_decode(message);
		break;
	case BGP_KEEPALIVE:
		event.type = BGP_EVENT_KEEPALIVE;
		break;
	case BGP_ROUTE_REFRESH:
		event.type = BGP_EVENT_REFRESH;
		event.families = bgp_message_refresh_family(message);
		break;
	}
	return event;
}

struct bgp_event
bgp_event_of_bad_frame(enum bgp_lane_id lane, const struct bgp_error *error)
{
	return (struct bgp_event){.type = BGP_EVENT_BAD_HEADER, .lane = lane, .error = *error};
}

const char *
bgp_event_name(enum bgp_event_type type)
{
	static const char *const names[BGP_EVENTS] = {
		[BGP_EVENT_START] = "started",
		[BGP_EVENT_STOP] = "stopped",
		[BGP_EVENT_TIMER] = "timer",
		[BGP_EVENT_CONNECTED] = "connected",
		[BGP_EVENT_ACCEPTED] = "connection accepted",
		[BGP_EVENT_TCP_FAILED] = "connection failed or closed",
		[BGP_EVENT_QUEUED] = "message queued",
		[BGP_EVENT_DRAINED] = "messages acknowledged",
		[BGP_EVENT_OPEN] = "OPEN received",
		[BGP_EVENT_BAD_HEADER] = "bad message header received",
		[BGP_EVENT_BAD_OPEN] = "bad OPEN received",
		[BGP_EVENT_NOTIFICATION] = "NOTIFICATION received",
		[BGP_EVENT_KEEPALIVE] = "KEEPALIVE received",
		[BGP_EVENT_UPDATE] = "UPDATE received",
		[BGP_EVENT_BAD_UPDATE] = "bad UPDATE received",
		[BGP_EVENT_REFRESH] = "ROUTE-REFRESH received",
		[BGP_EVENT_DIAL] = "retry timer expired",
		[BGP_EVENT_LISTEN] = "idle hold timer expired",
		[BGP_EVENT_HOLD_EXPIRED] = "hold timer expired",
		[BGP_EVENT_KEEPALIVE_DUE] = "keepalive timer expired",
		[BGP_EVENT_SEND_HOLD_EXPIRED] = "send hold timer expired",
		[BGP_EVENT_COLLISION] = "the other connection is used",
	};
	return type < BGP_EVENTS ? names[type] : "unknown event";
}
