/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/listeners.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "announce/bgp_socket.h"

const struct listener *
listeners_of(const struct listeners *listeners, const struct config_peer *peer)
{
	for (size_t i = 0; i < listeners->count; i++) {
		const struct listener *listener = &listeners->list[i];
		/* The port stands at the same place in both forms. */
		if (listener->family == peer->address.socket.any.sa_family &&
		    listener->port == peer->address.socket.v4.sin_port)
			return listener;
	}
	return NULL;
}

bool
listeners_open(struct listeners *listeners, const struct config_peer *peer,
	       const struct config_announce *announce)
{
	if (!peer->passive || listeners_of(listeners, peer))
		return true;
	struct listener listener = {
		.fd = -1,
		.family = peer->address.socket.any.sa_family,
		.port = peer->address.socket.v4.sin_port, /* of IPv6, too: the same place */
	};
	errno = EMFILE;
	if (listeners->count < LISTENERS_MAX)
		listener.fd = bgp_socket_listen(listener.family, listener.port, announce);
	if (listener.fd < 0)
		return false;
	listeners->list[listeners->count++] = listener;
	return true;
}

void
listeners_keep(struct listeners *listeners, const struct config_announce *announce)
{
	size_t i = 0;
	while (i < listeners->count) {
		bool used = false;
		for (size_t j = 0; !used && j < announce->peer_count; j++)
			used = announce->peers[j].passive &&
			       listeners_of(listeners, &announce->peers[j]) == &listeners->list[i];
		if (used) {
			i++;
			continue;
		}
		close(listeners->list[i].fd);
		listeners->count--;
		memmove(&listeners->list[i], &listeners->list[i + 1],
			(listeners->count - i) * sizeof listeners->list[0]);
	}
}

bool
listeners_expect(const struct listeners *listeners, const struct config_peer *peer)
{
	const struct listener *listener = listeners_of(listeners, peer);
	return !listener || bgp_socket_expect(listener->fd, peer);
}

void
listeners_forget(const struct listeners *listeners, const struct config_peer *peer)
{
	const struct listener *listener = listeners_of(listeners, peer);
	if (listener && peer->password)
		bgp_socket_forget(listener->fd, peer);
}

void
listeners_close(struct listeners *listeners, size_t keep)
{
	while (listeners->count > keep)
		close(listeners->list[--listeners->count].fd);
}
