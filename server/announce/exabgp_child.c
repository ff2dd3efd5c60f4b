/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exabgp_child.c - the loop between the announcer and ExaBGP.
 *
 * Only moves bytes; exabgp_relay.c decides. Two rules of ExaBGP shape it: whatever it writes must
 * be read, because it blocks on a full pipe and its sessions die; and a child that ends more than
 * five times a minute takes ExaBGP with it, so an announcer that is not there is waited for.
 */
#include "announce/exabgp_child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "announce/exabgp_relay.h"
#include "health/lease_watch.h"

#define TICK_NS     (LEASE_TICK_MS * MONOTIME_MS)
#define CONNECT_NS  (250 * MONOTIME_MS)
#define COMPLAIN_NS (60 * MONOTIME_S)
/* Without a reply for so long a line is logged; the other is the end. Twice a minute is no storm.
 */
#define WARN_NS (5 * MONOTIME_S)
#define QUIT_NS (30 * MONOTIME_S)

enum {
	/* A line of the adj-rib-out is about a hundred bytes; what is longer is not for us. */
	HEARD_MAX = 4096,
	READ_SIZE = 65536,
};

struct child {
	const struct exabgp_child_setup *setup;
	struct log *log;
	struct sockaddr_un address;
	int stream; /* to the announcer, -1 without */
	struct monotime now;
	struct monotime tick_at;
	struct monotime connect_at;
	struct monotime complain_at;
	bool told_absent;
	bool told_silent;
	bool ended; /* ExaBGP has closed a pipe */
	char heard[HEARD_MAX];
	size_t heard_size;
	bool too_long; /* the line under way, skipped to its end */
	char unsent[EXABGP_LINE_MAX + 1];
	size_t unsent_size;
	struct exabgp_record record;
	char buffer[READ_SIZE];
	struct exabgp_relay relay;
};

static struct monotime
clock_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (struct monotime){t.tv_sec * MONOTIME_S + t.tv_nsec};
}

/* ------------------------------------------------------------ the announcer */

static void
lose(struct child *child, const char *why)
{
	close(child->stream);
	child->stream = -1;
	exabgp_relay_lost(&child->relay);
	child->told_absent = true;
	child->connect_at = monotime_add(child->now, CONNECT_NS);
	log_warning(child->log, "the announcer is lost, everything is withdrawn: %s", why);
}

static void
call(struct child *child)
{
	if (child->stream >= 0 || !monotime_reached(child->now, child->connect_at))
		return;
	child->connect_at = monotime_add(child->now, CONNECT_NS);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 &&
	    connect(fd, (const struct sockaddr *)&child->address, sizeof child->address) == 0) {
		child->stream = fd;
		child->told_absent = false;
		exabgp_relay_connected(&child->relay);
		log_notice(child->log, "connected to the announcer");
		return;
	}
	if (!child->told_absent)
		log_warning(child->log,
			    "no announcer at %s (%s): nothing is announced until there is one",
			    child->address.sun_path, strerrordesc_np(errno));
	child->told_absent = true;
	if (fd >= 0)
		close(fd);
}

static void
tell_ignored(struct child *child)
{
	char *prefix = child->relay.ignored;
	if (prefix[0])
		log_error(child->log,
			  "%s is not announced: `anyns exabgp` was started without it; add it to "
			  "`run` in ExaBGP's configuration and restart ExaBGP",
			  prefix);
	prefix[0] = '\0';
}

/* All there is: what counts is the last word, not that of the time when we were stopped. */
static void
listen_to_announcer(struct child *child)
{
	while (child->stream >= 0) {
		ssize_t size = recv(child->stream, &child->record, sizeof child->record, MSG_TRUNC);
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0 && errno == EAGAIN)
			return;
		if (size <= 0) {
			lose(child, size ? strerrordesc_np(errno) : "it has ended");
			return;
		}
		const char *wrong = exabgp_relay_record(&child->relay, &child->record,
							(size_t)size);
		tell_ignored(child);
		if (wrong)
			lose(child, wrong);
	}
}

/* ------------------------------------------------------------ ExaBGP */

static void
hear(struct child *child)
{
	child->heard[child->heard_size] = '\0';
	child->heard_size = 0;
	if (exabgp_relay_heard(&child->relay, child->heard, child->now) != EXABGP_ERROR ||
	    !monotime_reached(child->now, child->complain_at))
		return;
	child->complain_at = monotime_add(child->now, COMPLAIN_NS);
	log_warning(child->log, "ExaBGP refuses a command, its log says why; it is told again");
}

static void
listen_to_exabgp(struct child *child)
{
	ssize_t size = read(child->setup->in, child->buffer, sizeof child->buffer);
	if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR))
		child->ended = true;
	for (ssize_t i = 0; i < size; i++) {
		char byte = child->buffer[i];
		if (byte == '\n' && !child->too_long)
			hear(child);
		else if (byte == '\n')
			child->heard_size = 0;
		else if (child->heard_size < HEARD_MAX - 1)
			child->heard[child->heard_size++] = byte;
		child->too_long = byte != '\n' && child->heard_size == HEARD_MAX - 1;
	}
}

static void
speak(struct child *child)
{
	while (!child->ended) {
		if (child->unsent_size == 0) {
			const char *line = exabgp_relay_next(&child->relay, child->now);
			if (!line)
				return;
			child->unsent_size = strlen(line);
			memcpy(child->unsent, line, child->unsent_size);
			child->unsent[child->unsent_size++] = '\n';
		}
		ssize_t size = write(child->setup->out, child->unsent, child->unsent_size);
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0 && errno == EAGAIN)
			return;
		if (size < 0) {
			child->ended = true;
			return;
		}
		child->unsent_size -= (size_t)size;
		memmove(child->unsent, child->unsent + size, child->unsent_size);
	}
}

/* false: there is no use in waiting. */
static bool
is_answered(struct child *child)
{
	const struct exabgp_relay *relay = &child->relay;
	int64_t silence = relay->waiting_count ? monotime_since(child->now, relay->quiet_since) : 0;
	if (silence < WARN_NS) {
		child->told_silent = false;
		return true;
	}
	if (!child->told_silent)
		log_warning(child->log, "ExaBGP does not answer; is exabgp.api.ack off, or the "
					"encoder not text?");
	child->told_silent = true;
	if (silence < QUIT_NS)
		return true;
	log_error(child->log, "ExaBGP does not answer; ending, for it to start the next one");
	return false;
}

/* ------------------------------------------------------------ the loop */

static void
wait_for_news(struct child *child)
{
	struct pollfd fds[] = {
		{.fd = child->setup->in, .events = POLLIN},
		{.fd = child->stream, .events = POLLIN},
		{.fd = child->setup->out, .events = child->unsent_size ? POLLOUT : 0},
	};
	int64_t left = monotime_since(child->tick_at, child->now);
	struct timespec limit = {.tv_nsec = (long)left};
	int count = ppoll(fds, ARRAY_LENGTH(fds), &limit, NULL);
	child->now = clock_now();
	/* First the announcer's word, so that what comes next is up to date. */
	listen_to_announcer(child);
	if (count > 0 && fds[0].revents)
		listen_to_exabgp(child);
	if (count > 0 && (fds[2].revents & (POLLERR | POLLHUP)))
		child->ended = true;
}

static void
tick(struct child *child)
{
	if (!monotime_reached(child->now, child->tick_at))
		return;
	/* From now on, not from when it should have been: ticks are counted, not made up for. */
	child->tick_at = monotime_add(child->now, TICK_NS);
	if (exabgp_relay_tick(&child->relay))
		log_warning(child->log,
			    "the announcer has been silent for %d ms, everything is withdrawn",
			    LEASE_TICK_MS * LEASE_TICKS);
	call(child);
}

static bool
prepare(struct child *child)
{
	const struct exabgp_child_setup *setup = child->setup;
	size_t size = strlen(setup->socket) + 1;
	if (size > sizeof child->address.sun_path) {
		log_error(child->log, "%s is longer than a socket's path can be", setup->socket);
		return false;
	}
	child->address.sun_family = AF_UNIX;
	memcpy(child->address.sun_path, setup->socket, size);
	for (size_t i = 0; i < setup->prefix_count; i++)
		if (!exabgp_relay_name(&child->relay, setup->prefixes[i])) {
			log_error(child->log, "\"%s\" is no prefix, or one too many",
				  setup->prefixes[i]);
			return false;
		}
	/* A full pipe must not keep us from reading the other one. */
	int flags = fcntl(setup->out, F_GETFL);
	if (flags < 0 || fcntl(setup->out, F_SETFL, flags | O_NONBLOCK) != 0) {
		log_error(child->log, "cannot write to ExaBGP: %s", strerrordesc_np(errno));
		return false;
	}
	return true;
}

bool
exabgp_child_run(const struct exabgp_child_setup *setup)
{
	struct child *child = calloc(1, sizeof *child);
	if (!child) {
		log_error(setup->log, "no memory");
		return false;
	}
	child->setup = setup;
	child->log = setup->log;
	child->stream = -1;
	exabgp_relay_init(&child->relay);
	signal(SIGPIPE, SIG_IGN);
	bool good = prepare(child);
	child->now = child->tick_at = clock_now();
	while (good && !child->ended) {
		speak(child);
		wait_for_news(child);
		tick(child);
		good = is_answered(child);
	}
	if (child->stream >= 0)
		close(child->stream);
	free(child);
	return good;
}
