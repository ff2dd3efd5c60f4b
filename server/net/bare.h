/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bare.h - the three system calls of the hot loop without the C library's wrappers.
 *
 * In a process with threads the wrappers are cancellation points, and entering and leaving one
 * costs some fifty instructions a call. Nobody cancels a worker. Results and errno are those of the
 * manual pages; recvmmsg() has no time limit here (its own is looked at only when a datagram came).
 */
#ifndef ANYNS_NET_BARE_H
#define ANYNS_NET_BARE_H

#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline int
bare_recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
	return (int)syscall(SYS_recvmmsg, fd, messages, count, flags, NULL);
}

static inline int
bare_sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
	return (int)syscall(SYS_sendmmsg, fd, messages, count, flags);
}

static inline int
bare_poll(struct pollfd *polls, size_t count, int milliseconds)
{
	/* The kernel's timespec of this call; it is changed by it. */
	struct {
		long seconds;
		long nanoseconds;
	} left = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
	return (int)syscall(SYS_ppoll, polls, count, &left, NULL, 0);
}

#endif
