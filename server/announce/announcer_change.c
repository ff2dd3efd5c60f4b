/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/announcer_change.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "announce/announce_pack.h"
#include "anyns/monotime.h"

enum {
	WAIT_MS = 2000,
	/* A full configuration is a tenth of that. */
	SIZE_MAX_SANE = 4 * 1024 * 1024,
	SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE,
};

static int64_t
now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ------------------------------------------------------------ in the server */

static bool
write_all(int fd, const uint8_t *bytes, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t written = write(fd, bytes + done, size - done);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		done += (size_t)written;
	}
	return true;
}

/* The block in a sealed file of its own; -1 with errno. */
static int
seal(const struct config_announce *announce)
{
	size_t size = 0;
	uint8_t *bytes = announce_pack(announce, &size);
	int fd = bytes ? memfd_create("announce", MFD_CLOEXEC | MFD_ALLOW_SEALING) : -1;
	if (fd >= 0 && (!write_all(fd, bytes, size) || fcntl(fd, F_ADD_SEALS, SEALS) != 0)) {
		int error = errno;
		close(fd);
		errno = error;
		fd = -1;
	}
	announce_pack_free(bytes, size);
	return fd;
}

/* The queue is short, and the health thread's pokes are in it, too: one may have to wait. */
static bool
give(int fd, const struct announcer_order *order, int attached)
{
	union {
		struct cmsghdr head;
		uint8_t room[CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct iovec words = {.iov_base = (void *)(uintptr_t)order, .iov_len = sizeof *order};
	struct msghdr message = {.msg_iov = &words, .msg_iovlen = 1};
	if (attached >= 0) {
		message.msg_control = control.room;
		message.msg_controllen = sizeof control.room;
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(sizeof attached);
		memcpy(CMSG_DATA(&control.head), &attached, sizeof attached);
	}
	int64_t limit = now_ms() + WAIT_MS;
	for (;;) {
		struct pollfd room = {.fd = fd, .events = POLLOUT};
		if (sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
			return true;
		int64_t left = limit - now_ms();
		if ((errno != EAGAIN && errno != EINTR) || left <= 0)
			return false;
		(void)poll(&room, 1, (int)left);
	}
}

/* The announcer's word about `serial`. false: none, with errno. */
static bool
wait_for_word(int fd, uint32_t serial, struct announcer_event *word,
	      void (*other)(void *context, const struct announcer_event *event), void *context)
{
	int64_t limit = now_ms() + WAIT_MS;
	for (int64_t left = WAIT_MS; left > 0; left = limit - now_ms()) {
		struct pollfd news = {.fd = fd, .events = POLLIN};
		if (poll(&news, 1, (int)left) <= 0)
			continue;
		ssize_t size = recv(fd, word, sizeof *word, MSG_DONTWAIT);
		if (size == 0) {
			errno = EPIPE;
			return false;
		}
		if (size != (ssize_t)sizeof *word)
			continue;
		if (word->type != ANNOUNCER_READY && word->type != ANNOUNCER_REFUSED)
			other(context, word);
		else if (word->term == serial)
			return true;
	}
	errno = ETIMEDOUT;
	return false;
}

bool
announcer_prepare(const struct announcer *announcer, const struct config *next, uint32_t serial,
		  void (*other)(void *context, const struct announcer_event *event), void *context,
		  struct report *report)
{
	struct place place = {.file = next->path};
	struct announcer_order order = {.type = ANNOUNCER_PREPARE, .serial = serial};
	struct announcer_event word = {0};
	int fd = seal(&next->announce);
	bool told = fd >= 0 && give(announcer->fd, &order, fd) &&
		    wait_for_word(announcer->fd, serial, &word, other, context);
	if (!told)
		report_errno(report, SEVERITY_ERROR, place, "reload once more",
			     "announce: the announcer cannot be told of the change");
	else if (word.type == ANNOUNCER_REFUSED)
		report_add(report, SEVERITY_ERROR, place,
			   "take this change back and reload, or drain and restart the server",
			   "announce: %.*s", (int)sizeof word.text, word.text);
	if (fd >= 0)
		close(fd);
	if (!told && fd >= 0)
		announcer_abort(announcer);
	return told && word.type == ANNOUNCER_READY;
}

bool
announcer_commit(const struct announcer *announcer)
{
	struct announcer_order order = {.type = ANNOUNCER_COMMIT};
	return give(announcer->fd, &order, -1);
}

void
announcer_abort(const struct announcer *announcer)
{
	struct announcer_order order = {.type = ANNOUNCER_ABORT};
	/* One that is not heard costs memory until the next reload and nothing else. */
	(void)send(announcer->fd, &order, sizeof order, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* ------------------------------------------------------------ in the announcer */

ssize_t
announcer_hear(int fd, struct announcer_order *order, int *attached)
{
	union {
		struct cmsghdr head;
		uint8_t room[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec words = {.iov_base = order, .iov_len = sizeof *order};
	struct msghdr message = {.msg_iov = &words,
				 .msg_iovlen = 1,
				 .msg_control = control.room,
				 .msg_controllen = sizeof control.room};
	ssize_t size = recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	*attached = -1;
	const struct cmsghdr *head = size >= 0 ? CMSG_FIRSTHDR(&message) : NULL;
	if (head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS &&
	    head->cmsg_len == CMSG_LEN(sizeof *attached))
		memcpy(attached, CMSG_DATA(head), sizeof *attached);
	return size;
}

struct config_announce *
announcer_read_change(int fd)
{
	struct stat file;
	struct config_announce *announce = NULL;
	uint8_t *bytes = NULL;
	size_t size = 0;
	if (fd < 0)
		return NULL;
	/* Only what cannot change any more is read. vm.memfd_noexec adds a seal of its own. */
	int seals = fcntl(fd, F_GET_SEALS);
	if (seals >= 0 && (seals & SEALS) == SEALS && fstat(fd, &file) == 0 && file.st_size > 0 &&
	    file.st_size <= SIZE_MAX_SANE) {
		size = (size_t)file.st_size;
		bytes = malloc(size);
	}
	if (bytes && pread(fd, bytes, size, 0) == (ssize_t)size)
		announce = announce_unpack(bytes, size);
	announce_pack_free(bytes, size);
	close(fd);
	return announce;
}
