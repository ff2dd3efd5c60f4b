/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/follower.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "announce/announce_pack.h"
#include "announce/announce_plan.h"
#include "announce/announcer_change.h"

void
follower_forget(struct follower *f)
{
	speakers_abort(f->speakers);
	listeners_close(&f->listeners, f->listening);
	announce_unpack_free(f->next);
	f->next = NULL;
}

/* ------------------------------------------------------------ all that can fail */

/* A new prefix whose gate is not empty, or NULL. */
static const struct config_prefix *
find_occupied(const struct follower *f)
{
	for (size_t i = 0; i < f->next->prefix_count; i++) {
		struct lease_view view;
		const struct config_prefix *prefix = &f->next->prefixes[i];
		if (!announce_has_prefix(&f->config.announce, prefix) &&
		    lease_get_gate(f->setup->lease, prefix->slot, &view))
			return prefix;
	}
	return NULL;
}

/* The first passive peer that nobody can listen for, or NULL. */
static const struct config_peer *
open_listeners(struct follower *f)
{
	for (size_t i = 0; i < f->next->peer_count; i++)
		if (!listeners_open(&f->listeners, &f->next->peers[i], f->next))
			return &f->next->peers[i];
	return NULL;
}

static const char *
get_ready(struct follower *f, char text[static ANNOUNCER_TEXT])
{
	const struct config_prefix *occupied = find_occupied(f);
	if (occupied) {
		snprintf(text, ANNOUNCER_TEXT, "the gate for %s is still another prefix's",
			 occupied->text);
		return text;
	}
	const struct config_peer *peer = open_listeners(f);
	if (peer) {
		snprintf(text, ANNOUNCER_TEXT, "BGP peer %s: cannot listen for it: %s",
			 peer->address.text, strerrordesc_np(errno));
		return text;
	}
	return speakers_prepare(f->speakers, f->next);
}

const char *
follower_prepare(struct follower *f, int fd, char text[static ANNOUNCER_TEXT])
{
	follower_forget(f);
	f->next = announcer_read_change(fd);
	const char *why = f->next ? get_ready(f, text) : "the change did not arrive";
	if (why)
		follower_forget(f);
	return why;
}

/* ------------------------------------------------------------ what cannot */

/* Passwords of those who may call, before and after. */
static void
change_passwords(struct follower *f)
{
	const struct config_announce *before = &f->config.announce, *next = f->next;
	for (size_t i = 0; i < before->peer_count; i++)
		if (!announce_peer_in(next, before->peers[i].slot))
			listeners_forget(&f->listeners, &before->peers[i]);
	for (size_t i = 0; i < next->peer_count; i++)
		if (!listeners_expect(&f->listeners, &next->peers[i]))
			log_error(f->log,
				  "BGP peer %s: cannot set its TCP-MD5 password (%s): it cannot "
				  "call; restart the server",
				  next->peers[i].address.text, strerrordesc_np(errno));
}

static void
withdraw_from_drivers(struct follower *f)
{
	const struct drivers *drivers = f->setup->drivers;
	for (size_t i = 0; i < drivers->count; i++) {
		struct driver *driver = drivers->slots[i].driver;
		for (size_t j = 0; j < f->config.announce.prefix_count; j++) {
			const struct config_prefix *prefix = &f->config.announce.prefixes[j];
			if (!announce_has_prefix(f->next, prefix))
				driver->kind->apply(driver, prefix->slot, GATE_DOWN, NULL);
		}
		driver->kind->push(driver);
	}
}

/* What goes is withdrawn first; what comes waits for its gate. */
void
follower_commit(struct follower *f)
{
	struct config_announce *before = f->announce;
	if (!f->next)
		return;
	withdraw_from_drivers(f);
	change_passwords(f);
	speakers_commit(f->speakers);
	listeners_keep(&f->listeners, f->next);
	f->announce = f->next;
	f->next = NULL;
	/* In place: drivers have a pointer to it. */
	f->config.announce = *f->announce;
	drivers_change(f->setup->drivers);
	announce_unpack_free(before);
	log_notice(f->log, "the announcer follows the reload: %zu prefixes, %zu BGP peers",
		   f->config.announce.prefix_count, f->config.announce.peer_count);
}
