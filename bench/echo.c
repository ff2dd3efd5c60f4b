/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * echo.c - the ceiling: a UDP server without any work.
 *
 *     echo PORT ADDRESS...
 *
 * Sends back what it gets with the QR bit set, by the same system calls, batch and socket options
 * as the server, one thread for an address. What it reaches no server on plain sockets can pass by
 * more than noise.
 */
#include <arpa/inet.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BATCH = 32, ROOM = 4096, BUFFER = 4 << 20 };

struct slot {
	struct sockaddr_storage peer;
	struct iovec span;
	/* Off the 4096 byte step, as in the server: or all buffers compete for the same cache sets.
	 */
	uint8_t bytes[ROOM + 192];
};

struct address {
	struct sockaddr_storage socket;
	socklen_t size;
	int family;
};

static int
address_set(struct address *address, const char *text, const char *port)
{
	struct sockaddr_in *v4 = (void *)&address->socket;
	struct sockaddr_in6 *v6 = (void *)&address->socket;
	in_port_t number = htons((uint16_t)strtoul(port, NULL, 10));

	*address = (struct address){0};
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_port = number;
		address->size = sizeof(*v4);
		address->family = AF_INET;
	} else if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
		v6->sin6_port = number;
		address->size = sizeof(*v6);
		address->family = AF_INET6;
	} else {
		return -1;
	}
	address->socket.ss_family = (sa_family_t)address->family;
	return 0;
}

static int
open_socket(const struct address *address)
{
	int fd = socket(address->family, SOCK_DGRAM, 0);
	int on = 1, buffer = BUFFER, v4 = IP_PMTUDISC_OMIT, v6 = IPV6_PMTUDISC_OMIT;

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof(buffer));
	(void)setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &v4, sizeof(v4));
	if (address->family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &v6, sizeof(v6));
	if (bind(fd, (const void *)&address->socket, address->size) == 0)
		return fd;
	close(fd);
	return -1;
}

static void
serve(int fd)
{
	static struct slot slots[BATCH];
	static struct mmsghdr messages[BATCH];

	for (size_t i = 0; i < BATCH; i++) {
		slots[i].span = (struct iovec){slots[i].bytes, ROOM};
		messages[i].msg_hdr = (struct msghdr){
			.msg_name = &slots[i].peer, .msg_iov = &slots[i].span, .msg_iovlen = 1};
		messages[i].msg_hdr.msg_namelen = sizeof(slots[i].peer);
	}
	for (;;) {
		int got = recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL);
		for (int i = 0; i < got; i++) {
			slots[i].span.iov_len = messages[i].msg_len;
			slots[i].bytes[2] |= 0x80;
		}
		for (int at = 0, done; at < got; at += done)
			if ((done = sendmmsg(fd, messages + at, (unsigned)(got - at),
					     MSG_DONTWAIT)) <= 0)
				done = 1; /* this one cannot be sent */
		for (int i = 0; i < got; i++) {
			slots[i].span.iov_len = ROOM;
			messages[i].msg_hdr.msg_namelen = sizeof(slots[i].peer);
		}
	}
}

/* One process for each address; those that nobody asks cost nothing. */
int
main(int argc, char **argv)
{
	if (argc < 3) {
		fputs("usage: echo PORT ADDRESS...\n", stderr);
		return 2;
	}
	for (int i = 2; i < argc; i++) {
		struct address address;
		int fd = address_set(&address, argv[i], argv[1]) == 0 ? open_socket(&address) : -1;
		if (fd < 0) {
			fprintf(stderr, "echo: cannot listen on %s\n", argv[i]);
			return 1;
		}
		if (i + 1 == argc || fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			serve(fd);
		}
	}
}
