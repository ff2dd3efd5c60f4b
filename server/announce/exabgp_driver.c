/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exabgp_driver.c - announcing through ExaBGP: the announcer's end of the stream.
 *
 * ExaBGP keeps a route until somebody withdraws it, so somebody must outlive us: `anyns exabgp`, a
 * child of ExaBGP. It gets the desired state as a stream of records over a UNIX socket, with a
 * renewal at every tick, and withdraws when the stream ends or falls silent. The stream is
 * everything: nothing is read from the other end, which may be somebody's nc.
 */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "announce/driver.h"
#include "announce/exabgp_line.h"
#include "anyns/lease.h"

enum {
	/* One ExaBGP has one child; more than a few are not meant. */
	CLIENTS = 8,
	/* Ticks that a child may leave its records unread: one second. */
	PATIENCE = 50,
	BACKLOG = 4,
	NO_SLOT = LEASE_GATES, /* of a record whose prefix went */
};

struct exabgp_client {
	int fd; /* -1: a free place */
	unsigned stuck;
	bool owed[LEASE_GATES]; /* records that it has not got */
};

struct exabgp_driver {
	struct driver driver;
	const struct config *config;
	struct log *log;
	int listener;
	/*
	 * Records by prefix, none twice, and not by slot: a prefix that comes back in another slot
	 * would have two of them, and a child that connects then heard the stale withdrawal last.
	 */
	size_t count; /* that were ever used: lines to be told, withdrawn ones included */
	unsigned slots[LEASE_GATES];
	char prefixes[LEASE_GATES][EXABGP_PREFIX_MAX];
	const struct attributes *given[LEASE_GATES]; /* what `lines` say */
	char lines[LEASE_GATES][EXABGP_LINE_MAX];
	struct exabgp_client clients[CLIENTS];
	struct exabgp_record record; /* as it is sent; large */
};

static bool
exabgp_is_configured(const struct config *config)
{
	return config->announce.prefix_count > 0 && config->announce.exabgp.socket != NULL;
}

/* ------------------------------------------------------------ in the server */

static int
refuse(const struct config *config, int fd, const char *what, const char *remedy,
       struct report *report)
{
	const struct config_exabgp *exabgp = &config->announce.exabgp;
	report_errno(report, SEVERITY_ERROR,
		     (struct place){config->path, exabgp->line, exabgp->column}, remedy,
		     "cannot %s the socket for ExaBGP, %s", what, exabgp->socket);
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Whether nobody answers at the address: what lies there was left behind. */
static bool
is_dead(const struct sockaddr_un *address)
{
	struct stat file;
	if (lstat(address->sun_path, &file) != 0 || !S_ISSOCK(file.st_mode))
		return false;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool dead = fd >= 0 &&
		    connect(fd, (const struct sockaddr *)address, sizeof *address) != 0 &&
		    errno == ECONNREFUSED;
	if (fd >= 0)
		close(fd);
	return dead;
}

/* The mode comes from the umask: a chmod() afterwards would leave a moment of another one. */
static bool
bind_at(int fd, const struct sockaddr_un *address)
{
	mode_t saved = umask(0117);
	bool bound = bind(fd, (const struct sockaddr *)address, sizeof *address) == 0;
	if (!bound && errno == EADDRINUSE && is_dead(address) && unlink(address->sun_path) == 0)
		bound = bind(fd, (const struct sockaddr *)address, sizeof *address) == 0;
	umask(saved);
	return bound;
}

static bool
give_to_group(const struct config_exabgp *exabgp)
{
	if (!exabgp->group)
		return true;
	errno = 0;
	const struct group *group = getgrnam(exabgp->group);
	if (!group && errno == 0)
		errno = ENOENT;
	return group && chown(exabgp->socket, (uid_t)-1, group->gr_gid) == 0;
}

static int
exabgp_prepare(const struct config *config, struct report *report)
{
	const struct config_exabgp *exabgp = &config->announce.exabgp;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof address.sun_path, "%s", exabgp->socket);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return refuse(config, fd, "open", NULL, report);
	if (!bind_at(fd, &address))
		return refuse(config, fd, "bind",
			      "its folder must be there and ours to write to, and no other server "
			      "may use it",
			      report);
	if (!give_to_group(exabgp))
		return refuse(config, fd, "give a group to",
			      "name the group that ExaBGP runs as, and start as root or as a "
			      "member of it",
			      report);
	if (listen(fd, BACKLOG) != 0)
		return refuse(config, fd, "listen at", NULL, report);
	return fd;
}

/* ------------------------------------------------------------ in the announcer */

/* The record of the prefix in a slot, or `count`. */
static size_t
record_of(const struct exabgp_driver *self, unsigned slot)
{
	size_t i = 0;
	while (i < self->count && self->slots[i] != slot)
		i++;
	return i;
}

static size_t
record_of_prefix(const struct exabgp_driver *self, const char *prefix)
{
	size_t i = 0;
	while (i < self->count && strcmp(self->prefixes[i], prefix) != 0)
		i++;
	return i;
}

static void
set_withdrawn(struct exabgp_driver *self, size_t record)
{
	exabgp_line_withdraw(self->lines[record], self->prefixes[record]);
	self->given[record] = NULL;
	for (size_t i = 0; i < CLIENTS; i++)
		self->clients[i].owed[record] = true;
}

static void
drop(struct exabgp_driver *self, struct exabgp_client *client, const char *why)
{
	close(client->fd);
	client->fd = -1;
	log_warning(self->log, "ExaBGP's child %s: it withdraws what it announced", why);
}

/* Whether a child that is connected has yet to hear what the record says. */
static bool
is_unheard(const struct exabgp_driver *self, size_t record)
{
	for (size_t i = 0; i < CLIENTS; i++)
		if (self->clients[i].fd >= 0 && self->clients[i].owed[record])
			return true;
	return false;
}

/*
 * A record for one more prefix. What a record said before must have been heard before it says
 * something else; when there is no other, those who have not heard it withdraw everything.
 */
static size_t
free_record(struct exabgp_driver *self)
{
	size_t gone = LEASE_GATES;
	for (size_t i = 0; i < self->count; i++) {
		if (self->slots[i] != NO_SLOT)
			continue;
		gone = i;
		if (!is_unheard(self, i))
			return i;
	}
	if (self->count < LEASE_GATES)
		return self->count++;
	for (size_t i = 0; gone < LEASE_GATES && i < CLIENTS; i++)
		if (self->clients[i].fd >= 0 && self->clients[i].owed[gone])
			drop(self, &self->clients[i], "is slow and prefixes change");
	return gone;
}

/* Finds a record for the prefixes that have none. They begin withdrawn. */
static void
take_prefixes(struct exabgp_driver *self)
{
	const struct config_announce *announce = &self->config->announce;
	for (size_t i = 0; i < self->count; i++)
		self->slots[i] = NO_SLOT;
	for (size_t i = 0; i < announce->prefix_count; i++) {
		size_t record = record_of_prefix(self, announce->prefixes[i].text);
		if (record < self->count)
			self->slots[record] = announce->prefixes[i].slot;
	}
	for (size_t i = 0; i < self->count; i++)
		if (self->slots[i] == NO_SLOT && self->given[i])
			set_withdrawn(self, i);
	for (size_t i = 0; i < announce->prefix_count; i++) {
		const struct config_prefix *prefix = &announce->prefixes[i];
		if (record_of_prefix(self, prefix->text) < self->count)
			continue;
		size_t record = free_record(self);
		if (record == LEASE_GATES)
			return; /* never: there are as many records as prefixes */
		self->slots[record] = prefix->slot;
		snprintf(self->prefixes[record], EXABGP_PREFIX_MAX, "%s", prefix->text);
		set_withdrawn(self, record);
	}
}

static void
take_peer(struct exabgp_driver *self)
{
	const struct config_peer *peer = &self->config->announce.exabgp.peer;
	self->driver.peers = peer->as == peer->local_as ? PEER_INTERNAL : PEER_EXTERNAL;
}

static struct driver *
exabgp_open(const struct driver_setup *setup)
{
	struct exabgp_driver *self = calloc(1, sizeof *self);
	if (!self)
		return NULL;
	self->driver.kind = &driver_exabgp;
	self->config = setup->config;
	take_peer(self);
	self->log = setup->log;
	self->listener = setup->fd;
	for (size_t i = 0; i < CLIENTS; i++)
		self->clients[i].fd = -1;
	take_prefixes(self);
	return &self->driver;
}

static void
exabgp_apply(struct driver *driver, size_t index, enum gate_state state,
	     const struct attributes *attributes)
{
	struct exabgp_driver *self = (struct exabgp_driver *)driver;
	size_t record = record_of(self, (unsigned)index);
	(void)state;
	if (attributes && !attributes->announce)
		attributes = NULL;
	if (record == self->count || attributes == self->given[record])
		return;
	const char *prefix = self->prefixes[record];
	set_withdrawn(self, record);
	self->given[record] = attributes;
	if (attributes && !exabgp_line_announce(self->lines[record], prefix, attributes,
						&self->config->announce.exabgp.peer)) {
		exabgp_line_withdraw(self->lines[record], prefix);
		log_error(self->log, "%s has too many communities for ExaBGP: it is not announced",
			  prefix);
	}
}

/* false: no room, or the client is gone. */
static bool
send_record(struct exabgp_driver *self, struct exabgp_client *client, size_t index,
	    const char *line)
{
	size_t size = strlen(line);
	self->record.magic = EXABGP_MAGIC;
	self->record.index = (uint16_t)index;
	self->record.count = (uint16_t)self->count;
	memcpy(self->record.line, line, size);
	ssize_t sent = send(client->fd, &self->record, offsetof(struct exabgp_record, line) + size,
			    MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent >= 0) {
		client->stuck = 0;
		return true;
	}
	if (errno != EAGAIN && errno != EINTR && errno != ENOBUFS)
		drop(self, client, "has closed its connection");
	return false;
}

/* What it lacks, and when it lacks nothing, that all of it holds. */
static void
serve(struct exabgp_driver *self, struct exabgp_client *client)
{
	for (size_t i = 0; i < self->count; i++) {
		if (!client->owed[i])
			continue;
		if (!send_record(self, client, i, self->lines[i]))
			return;
		client->owed[i] = false;
	}
	(void)send_record(self, client, 0, "");
}

static void
exabgp_push(struct driver *driver)
{
	struct exabgp_driver *self = (struct exabgp_driver *)driver;
	for (size_t i = 0; i < CLIENTS; i++)
		if (self->clients[i].fd >= 0)
			serve(self, &self->clients[i]);
}

static void
welcome(struct exabgp_driver *self, int fd)
{
	for (size_t i = 0; i < CLIENTS; i++) {
		struct exabgp_client *client = &self->clients[i];
		if (client->fd >= 0)
			continue;
		*client = (struct exabgp_client){.fd = fd};
		for (size_t j = 0; j < LEASE_GATES; j++)
			client->owed[j] = true;
		log_notice(self->log, "ExaBGP's child has connected");
		return;
	}
	close(fd);
}

static void
exabgp_tick(struct driver *driver)
{
	struct exabgp_driver *self = (struct exabgp_driver *)driver;
	/* One a tick: a flood of calls must not keep the lease from being read. */
	int fd = accept4(self->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd >= 0)
		welcome(self, fd);
	for (size_t i = 0; i < CLIENTS; i++) {
		struct exabgp_client *client = &self->clients[i];
		if (client->fd >= 0 && ++client->stuck > PATIENCE)
			drop(self, client, "does not read and is left alone");
	}
}

static void
exabgp_change(struct driver *driver)
{
	/* No attributes of any table: whatever is wanted next differs from them. */
	static const struct attributes none;
	struct exabgp_driver *self = (struct exabgp_driver *)driver;
	take_prefixes(self);
	take_peer(self);
	for (size_t i = 0; i < self->count; i++)
		if (self->given[i])
			self->given[i] = &none;
}

/* The end of the stream is the withdrawal. The socket is left: its folder may not be ours now. */
static void
exabgp_close(struct driver *driver, const char *reason)
{
	struct exabgp_driver *self = (struct exabgp_driver *)driver;
	(void)reason;
	for (size_t i = 0; i < CLIENTS; i++)
		if (self->clients[i].fd >= 0)
			close(self->clients[i].fd);
	close(self->listener);
	free(self);
}

/* Without a child there is nobody who announces. */
static void
exabgp_view(const struct driver *driver, size_t index, struct driver_view *view)
{
	const struct exabgp_driver *self = (const struct exabgp_driver *)driver;
	unsigned children = 0, behind = 0;
	size_t record = record_of(self, (unsigned)index);
	bool known = record < self->count;
	for (size_t i = 0; i < CLIENTS; i++) {
		children += self->clients[i].fd >= 0;
		behind += self->clients[i].fd >= 0 && known && self->clients[i].owed[record];
	}
	bool announced = known && self->given[record];
	view->agrees = children ? behind == 0 : !announced;
	snprintf(view->wanted, sizeof view->wanted, "%s", announced ? "announced" : "withdrawn");
	if (children)
		snprintf(view->observed, sizeof view->observed, "told %u of %u children",
			 children - behind, children);
	else
		snprintf(view->observed, sizeof view->observed, "no child of ExaBGP is connected");
}

const struct driver_kind driver_exabgp = {
	.name = "exabgp",
	.is_configured = exabgp_is_configured,
	.prepare = exabgp_prepare,
	.open = exabgp_open,
	.apply = exabgp_apply,
	.push = exabgp_push,
	.tick = exabgp_tick,
	.view = exabgp_view,
	.change = exabgp_change,
	.close = exabgp_close,
};
