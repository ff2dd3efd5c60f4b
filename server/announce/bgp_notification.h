/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bgp_notification.h - NOTIFICATION messages, and the words an operator may read in them
 * (shutdown communication, RFC 9003).
 */
#ifndef ANNOUNCE_BGP_NOTIFICATION_H
#define ANNOUNCE_BGP_NOTIFICATION_H

#include "announce/bgp_message.h"

/* Bytes of a shutdown communication, without its length byte. */
enum { BGP_SHUTDOWN_TEXT_MAX = 255 };

/* Writes the message. Returns its size, 21 or more. */
size_t bgp_notification_encode(const struct bgp_error *error, uint8_t out[BGP_MESSAGE_MAX]);

/* What a received NOTIFICATION says; data that is longer than we keep is cut. */
struct bgp_error bgp_notification_decode(const struct bgp_message *message);

/*
 * A Cease. `text` (UTF-8, may be NULL) goes along where RFC 9003 has a place for it, with subcodes
 * 2 and 4, cut to BGP_SHUTDOWN_TEXT_MAX bytes between two characters.
 */
struct bgp_error bgp_notification_cease(enum bgp_cease_subcode subcode, const char *text);

/*
 * The shutdown communication of a Cease for a log line: control bytes and whatever is not UTF-8
 * become '?'. Empty when there is none or its length is a lie. Returns `text`.
 */
const char *bgp_notification_text(const struct bgp_error *error,
				  char text[BGP_SHUTDOWN_TEXT_MAX + 1]);

#endif
