/* SPDX-License-Identifier: BSD-2-Clause */
#include "health/presence.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdalign.h>
#include <string.h>
#include <unistd.h>

/* Answers left over from questions that went wrong, passed over before giving up. */
enum { STALE_ANSWERS = 8 };

struct route_question {
	struct nlmsghdr header;
	struct rtmsg route;
	uint8_t attributes[RTA_SPACE(sizeof(struct in6_addr)) + RTA_SPACE(sizeof(uint32_t))];
};

bool
presence_open(struct presence *presence)
{
	*presence = (struct presence){
		.fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE),
	};
	return presence->fd >= 0;
}

void
presence_close(struct presence *presence)
{
	if (presence->fd >= 0)
		close(presence->fd);
	presence->fd = -1;
}

static void
add_attribute(struct route_question *question, unsigned short type, const void *data, size_t size)
{
	struct rtattr attribute = {.rta_type = type, .rta_len = (unsigned short)RTA_LENGTH(size)};
	uint8_t *at = (uint8_t *)question + question->header.nlmsg_len;

	memcpy(at, &attribute, sizeof(attribute));
	memcpy(at + RTA_LENGTH(0), data, size);
	question->header.nlmsg_len += (uint32_t)RTA_SPACE(size);
}

static void
ask_route(struct route_question *question, const struct config_address *address, uint32_t sequence)
{
	bool v6 = address->socket.any.sa_family == AF_INET6;
	uint32_t scope = v6 ? address->socket.v6.sin6_scope_id : 0;

	*question = (struct route_question){
		.header = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct rtmsg)),
			   .nlmsg_type = RTM_GETROUTE,
			   .nlmsg_flags = NLM_F_REQUEST,
			   .nlmsg_seq = sequence},
		.route = {.rtm_family = (unsigned char)address->socket.any.sa_family,
			  .rtm_dst_len = v6 ? 128 : 32},
	};
	if (v6)
		add_attribute(question, RTA_DST, &address->socket.v6.sin6_addr, 16);
	else
		add_attribute(question, RTA_DST, &address->socket.v4.sin_addr, 4);
	/* A link-local address is here on one interface and elsewhere on another. */
	if (scope)
		add_attribute(question, RTA_OIF, &scope, sizeof(scope));
}

static enum presence_state
judge(const uint8_t *bytes, size_t size)
{
	struct nlmsghdr header;
	struct rtmsg route;

	memcpy(&header, bytes, sizeof(header));
	if (header.nlmsg_type == NLMSG_ERROR)
		return PRESENCE_ABSENT; /* unreachable, prohibited: no way to it at all */
	if (header.nlmsg_type != RTM_NEWROUTE || size < NLMSG_LENGTH(sizeof(route)))
		return PRESENCE_UNKNOWN;
	memcpy(&route, bytes + NLMSG_HDRLEN, sizeof(route));
	return route.rtm_type == RTN_LOCAL ? PRESENCE_HERE : PRESENCE_ABSENT;
}

enum presence_state
presence_check(struct presence *presence, const struct config_address *address)
{
	struct route_question question;
	alignas(struct nlmsghdr) uint8_t answer[1024];

	if (presence->fd < 0)
		return PRESENCE_UNKNOWN;
	ask_route(&question, address, ++presence->sequence);
	if (send(presence->fd, &question, question.header.nlmsg_len, 0) < 0)
		return PRESENCE_UNKNOWN;
	/* The kernel answers before send() returns. */
	for (unsigned i = 0; i < STALE_ANSWERS; i++) {
		ssize_t size = recv(presence->fd, answer, sizeof(answer), 0);
		struct nlmsghdr header;
		if (size < (ssize_t)sizeof(header))
			return PRESENCE_UNKNOWN;
		memcpy(&header, answer, sizeof(header));
		if (header.nlmsg_seq == presence->sequence)
			return judge(answer, (size_t)size);
	}
	return PRESENCE_UNKNOWN;
}
