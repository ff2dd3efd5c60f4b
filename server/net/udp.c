/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * udp.c - the hot loop: poll, recvmmsg, answer, sendmmsg.
 *
 * A worker shares nothing with the others. It has its own sockets (SO_REUSEPORT: the kernel spreads
 * the clients), its own buffers and its own counters, which only it writes. Per batch of up to 32
 * queries it makes two system calls, reads the clock once and the published view once, so a batch
 * is answered from one state. Nothing is allocated and no lock is taken.
 *
 * Sending never blocks. When the kernel's send queue is full the answer is dropped and counted,
 * since a client asks again, while a worker that waits for one interface is silent on all.
 *
 * Every wait is bounded by UDP_PATIENCE_MS. So orders (another set of sockets, stop) are an atomic
 * pointer that is looked at between batches, and a worker that does not come round in that time
 * hangs.
 */
#include "net/udp.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "anyns/lease.h"
#include "net/socket.h"

enum {
	/* Past 32 the gain per system call is small, and the last answer waits longer. */
	UDP_BATCH = ANSWER_BATCH,
	/* So many promise more behind them: asking this socket again costs less than poll(). */
	UDP_PROMISING = 8,
	UDP_BURST = 8, /* batches from one socket before the others have their turn */
	UDP_PATIENCE_MS = 100,
	UDP_NAP_NS = 100000, /* and the timer's slack of 50 us: some 30 queries of a busy worker */
	/* Longer queries are cut: there is no use in them, and what fits gets its FORMERR. */
	UDP_QUERY_ROOM = 4096,
	UDP_ANSWER_ROOM = 4096, /* the largest `udp-size:` */
	/* More than a receive buffer of UDP_BUFFER can hold, so draining ends under a flood too. */
	UDP_DRAIN_BATCHES = 512,
	UDP_CONTROL_ROOM = CMSG_SPACE(sizeof(struct in6_pktinfo)),
};

struct udp_socket {
	int fd;
	size_t control; /* bytes of control message to ask for; 0 but on wildcards */
};

struct udp_set {
	size_t count;
	struct udp_socket *sockets;
	struct pollfd *polls; /* the same order */
};

/*
 * One query and its answer. The headers in front make the size an odd multiple of 128: with plain
 * 4096 byte steps the first lines of all buffers would compete for the same few cache sets.
 */
struct udp_slot {
	alignas(128) union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} peer;
	struct iovec query_span;
	struct iovec answer_span;
	alignas(struct cmsghdr) uint8_t control[UDP_CONTROL_ROOM];
	uint8_t query[UDP_QUERY_ROOM];
	uint8_t answer[UDP_ANSWER_ROOM];
};
_Static_assert(sizeof(struct udp_slot) / 128 % 2 == 1, "slots must not share cache sets");

/* Written by the worker alone; a cache line of their own keeps readers out of the loop's way. */
struct udp_counters {
	alignas(64) atomic_uint_fast64_t received;
	atomic_uint_fast64_t sent;
	atomic_uint_fast64_t ignored;
	atomic_uint_fast64_t send_errors;
	atomic_uint_fast64_t turns;
};

struct udp_worker {
	struct udp_counters counters;
	struct mmsghdr in[UDP_BATCH];
	struct mmsghdr out[UDP_BATCH];
	size_t control; /* what every in[].msg_controllen is set to */
	bool full;      /* the last batch: more is waiting */
	struct udp_set *set;
	const struct publish *publish;
	struct answer_worker *answer;
	struct lease *lease; /* NULL: nobody asks which packet we are busy with */
	size_t slot;

	alignas(64) _Atomic(struct udp_set *) order; /* NULL: none */
	atomic_bool stop;
	atomic_bool sharing; /* the core, with a loader */
	sem_t taken;
	pthread_t thread;
	bool started;
	atomic_bool ended; /* joining it takes no time */

	struct udp_slot slots[UDP_BATCH];
};

static void
count(atomic_uint_fast64_t *counter, uint64_t more)
{
	/* One writer: no locked instruction is needed, only no torn value for the readers. */
	atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + more,
			      memory_order_relaxed);
}

/* What recvmmsg() overwrote, made ready for the next batch. */
static void
rearm(struct udp_worker *w, size_t used, size_t control)
{
	if (control != w->control) {
		w->control = control;
		used = UDP_BATCH;
	}
	for (size_t i = 0; i < used; i++) {
		w->in[i].msg_hdr.msg_namelen = sizeof(w->slots[i].peer);
		w->in[i].msg_hdr.msg_controllen = control;
	}
}

/*
 * Makes of the control message that said where the query went the one that says where the answer
 * comes from. The interface is forgotten, or the answer would have to leave by it whatever the
 * routes say; only a link-local address means nothing without it.
 */
static void
turn_control(struct msghdr *header)
{
	struct cmsghdr *message = CMSG_FIRSTHDR(header);

	if (!message)
		return;
	if (message->cmsg_level == IPPROTO_IP && message->cmsg_type == IP_PKTINFO) {
		struct in_pktinfo *info = (struct in_pktinfo *)(void *)CMSG_DATA(message);
		info->ipi_ifindex = 0;
	} else if (message->cmsg_level == IPPROTO_IPV6 && message->cmsg_type == IPV6_PKTINFO) {
		struct in6_pktinfo *info = (struct in6_pktinfo *)(void *)CMSG_DATA(message);
		if (!IN6_IS_ADDR_LINKLOCAL(&info->ipi6_addr))
			info->ipi6_ifindex = 0;
	}
}

static struct answer_client
client_of(const struct udp_slot *slot)
{
	bool v6 = slot->peer.any.sa_family == AF_INET6;

	return (struct answer_client){
		.transport = ANSWER_UDP,
		.address = v6 ? slot->peer.v6.sin6_addr.s6_addr
			      : (const uint8_t *)&slot->peer.v4.sin_addr,
		.address_size = v6 ? 16 : 4,
	};
}

/* The lease tells which packet we are busy with: after a crash that is the suspect. */
static void
busy_with(struct udp_worker *w, unsigned i)
{
	if (w->lease)
		lease_packet_begin(w->lease, w->slot, w->slots[i].query, w->in[i].msg_len);
}

static void
busy_with_none(struct udp_worker *w)
{
	if (w->lease)
		lease_packet_end(w->lease, w->slot);
}

/* The first two steps of answer.h for a whole batch, so that it waits for memory together. */
static void
prepare_answers(struct udp_worker *w, const struct answer_view *view, unsigned received)
{
	for (unsigned i = 0; i < received; i++) {
		busy_with(w, i);
		answer_prepare(w->answer, view, i, w->slots[i].query, w->in[i].msg_len);
	}
	/* Not the last one's fault: who hangs there is told by the packets that wait behind. */
	busy_with_none(w);
	for (unsigned i = 0; i < received; i++)
		answer_fetch(w->answer, i);
}

/* Answers in[0..received) into out[]; returns how many answers there are. */
static unsigned
answer_batch(struct udp_worker *w, unsigned received)
{
	const struct answer_view *view = publish_read(w->publish);
	unsigned ready = 0;
	struct timespec now;

	/* A tick (1 to 10 ms) late is nothing to a cookie's seconds, and costs a tenth of the
	 * precise clock. */
	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	prepare_answers(w, view, received);
	for (unsigned i = 0; i < received; i++) {
		struct udp_slot *slot = &w->slots[i];
		struct msghdr *from = &w->in[i].msg_hdr;
		struct msghdr *to = &w->out[ready].msg_hdr;
		struct answer_client client = client_of(slot);
		client.now = (uint32_t)now.tv_sec;
		busy_with(w, i);
		size_t size = answer_finish(w->answer, view, &client, i, slot->answer,
					    UDP_ANSWER_ROOM);
		if (size == 0)
			continue;
		slot->answer_span.iov_len = size;
		to->msg_iov = &slot->answer_span;
		to->msg_name = &slot->peer;
		to->msg_namelen = from->msg_namelen;
		to->msg_control = from->msg_control;
		to->msg_controllen = from->msg_controllen;
		if (to->msg_controllen)
			turn_control(to);
		ready++;
	}
	busy_with_none(w);
	publish_rest();
	return ready;
}

static void
send_batch(struct udp_worker *w, int fd, unsigned ready)
{
	unsigned at = 0, sent = 0;

	while (at < ready) {
		int done = sendmmsg(fd, w->out + at, ready - at, MSG_DONTWAIT);
		if (done > 0) {
			at += (unsigned)done;
			sent += (unsigned)done;
		} else if (errno == EAGAIN || errno == ENOBUFS) {
			break; /* queue full: the rest would fail too */
		} else if (errno != EINTR) {
			at++; /* no route, port 0, filtered: this one's fault alone */
		}
	}
	count(&w->counters.sent, sent);
	if (sent < ready)
		count(&w->counters.send_errors, ready - sent);
}

/* Receives, answers and sends one batch. Returns how many queries came. */
static unsigned
serve(struct udp_worker *w, const struct udp_socket *socket, int flags)
{
	if (socket->control != w->control)
		rearm(w, 0, socket->control);
	if (flags & MSG_WAITFORONE)
		publish_sleep();
	int received = recvmmsg(socket->fd, w->in, UDP_BATCH, flags, NULL);
	if (flags & MSG_WAITFORONE)
		publish_wake();
	if (received <= 0)
		return 0;

	unsigned ready = answer_batch(w, (unsigned)received);
	count(&w->counters.received, (unsigned)received);
	if (ready < (unsigned)received)
		count(&w->counters.ignored, (unsigned)received - ready);
	if (ready)
		send_batch(w, socket->fd, ready);
	rearm(w, (size_t)received, socket->control);
	w->full = received == UDP_BATCH;
	/* Not only once per turn of the loop: with many busy sockets one takes long. */
	count(&w->counters.turns, 1);
	return (unsigned)received;
}

/*
 * A worker that is fast enough takes queries one by one and is never done: four fifths of the
 * queries that a core can answer take all of it, and a loader there gets nothing. Left alone for a
 * moment and taken together they cost a fifth less, and that the loader has. At saturation batches
 * are full already.
 */
static void
let_others_run(struct udp_worker *w)
{
	const struct timespec nap = {.tv_nsec = UDP_NAP_NS};

	if (!atomic_load_explicit(&w->sharing, memory_order_relaxed) || w->full)
		return;
	publish_sleep();
	/* With nothing there the worker is about to wait anyway. */
	if (poll(w->set->polls, w->set->count, 0) > 0)
		nanosleep(&nap, NULL);
	publish_wake();
}

static void
serve_ready(struct udp_worker *w)
{
	let_others_run(w);
	/* One socket needs no poll(): recvmmsg() itself waits, for SO_RCVTIMEO at most. */
	if (w->set->count == 1) {
		serve(w, w->set->sockets, MSG_WAITFORONE);
		return;
	}
	publish_sleep();
	int ready = poll(w->set->polls, w->set->count, UDP_PATIENCE_MS);
	publish_wake();
	for (size_t i = 0; ready > 0 && i < w->set->count; i++) {
		if (!w->set->polls[i].revents)
			continue;
		ready--;
		for (unsigned burst = 0; burst < UDP_BURST; burst++)
			if (serve(w, &w->set->sockets[i], MSG_DONTWAIT) < UDP_PROMISING)
				break;
	}
}

static void
drain(struct udp_worker *w, const struct udp_socket *socket)
{
	for (unsigned i = 0; i < UDP_DRAIN_BATCHES; i++)
		if (serve(w, socket, MSG_DONTWAIT) == 0)
			return;
}

static bool
set_has(const struct udp_set *set, int fd)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->sockets[i].fd == fd)
			return true;
	return false;
}

/* Serves `next` from now on; `answering` is false while there is no view to answer from. */
static void
take(struct udp_worker *w, struct udp_set *next, bool answering)
{
	struct udp_set *old = w->set;

	for (size_t i = 0; i < old->count; i++) {
		if (set_has(next, old->sockets[i].fd))
			continue;
		if (answering)
			drain(w, &old->sockets[i]);
		close(old->sockets[i].fd);
	}
	w->set = next;
	udp_set_free(old);
}

static void *
run(void *argument)
{
	struct udp_worker *w = argument;

	publish_enter();
	while (!atomic_load_explicit(&w->stop, memory_order_acquire)) {
		struct udp_set *next = atomic_load_explicit(&w->order, memory_order_acquire);
		if (next) {
			atomic_store_explicit(&w->order, NULL, memory_order_relaxed);
			take(w, next, true);
			sem_post(&w->taken);
		}
		serve_ready(w);
		count(&w->counters.turns, 1);
	}
	for (size_t i = 0; i < w->set->count; i++) {
		drain(w, &w->set->sockets[i]);
		close(w->set->sockets[i].fd);
	}
	w->set->count = 0;
	publish_leave();
	atomic_store(&w->ended, true);
	return NULL;
}

struct udp_set *
udp_set_new(size_t places)
{
	struct udp_set *set = calloc(1, sizeof(*set));

	if (!set)
		return NULL;
	set->sockets = calloc(places + 1, sizeof(*set->sockets));
	set->polls = calloc(places + 1, sizeof(*set->polls));
	if (!set->sockets || !set->polls) {
		udp_set_free(set);
		return NULL;
	}
	return set;
}

void
udp_set_add(struct udp_set *set, int fd, const struct config_address *address)
{
	struct timeval patience = {.tv_usec = UDP_PATIENCE_MS * 1000};
	size_t control = 0;

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (socket_is_wildcard(address))
		control = UDP_CONTROL_ROOM;
	set->polls[set->count] = (struct pollfd){.fd = fd, .events = POLLIN};
	set->sockets[set->count++] = (struct udp_socket){.fd = fd, .control = control};
}

void
udp_set_free(struct udp_set *set)
{
	if (!set)
		return;
	free(set->sockets);
	free(set->polls);
	free(set);
}

static void
prepare_batch(struct udp_worker *w)
{
	for (size_t i = 0; i < UDP_BATCH; i++) {
		struct udp_slot *slot = &w->slots[i];
		slot->query_span = (struct iovec){slot->query, sizeof(slot->query)};
		slot->answer_span = (struct iovec){slot->answer, 0};
		w->in[i].msg_hdr = (struct msghdr){.msg_name = &slot->peer,
						   .msg_iov = &slot->query_span,
						   .msg_iovlen = 1,
						   .msg_control = slot->control};
		w->out[i].msg_hdr = (struct msghdr){.msg_iovlen = 1};
	}
	rearm(w, UDP_BATCH, 0);
}

struct udp_worker *
udp_worker_new(void)
{
	struct udp_worker *w = aligned_alloc(alignof(struct udp_worker), sizeof(*w));

	if (!w)
		return NULL;
	memset(w, 0, sizeof(*w));
	sem_init(&w->taken, 0, 0);
	w->set = udp_set_new(0);
	w->answer = answer_worker_new();
	if (!w->set || !w->answer) {
		udp_worker_free(w);
		return NULL;
	}
	prepare_batch(w);
	return w;
}

void
udp_worker_free(struct udp_worker *w)
{
	if (!w)
		return;
	for (size_t i = 0; w->set && i < w->set->count; i++)
		close(w->set->sockets[i].fd);
	udp_set_free(w->set);
	answer_worker_free(w->answer);
	sem_destroy(&w->taken);
	free(w);
}

void
udp_worker_set_lease(struct udp_worker *w, struct lease *lease, size_t slot)
{
	w->lease = lease;
	w->slot = slot;
}

int
udp_worker_start(struct udp_worker *w, const struct publish *publish)
{
	w->publish = publish;
	int error = pthread_create(&w->thread, NULL, run, w);
	if (error == 0) {
		w->started = true;
		pthread_setname_np(w->thread, "anyns-udp");
	}
	return error;
}

void
udp_worker_hand(struct udp_worker *w, struct udp_set *set)
{
	if (w->started) {
		atomic_store_explicit(&w->order, set, memory_order_release);
		return;
	}
	take(w, set, false);
	sem_post(&w->taken);
}

void
udp_worker_wait(struct udp_worker *w)
{
	while (sem_wait(&w->taken) != 0 && errno == EINTR)
		;
}

void
udp_worker_share(struct udp_worker *w, bool sharing)
{
	atomic_store_explicit(&w->sharing, sharing, memory_order_relaxed);
}

void
udp_worker_stop(struct udp_worker *w)
{
	atomic_store_explicit(&w->stop, true, memory_order_release);
}

bool
udp_worker_ended(const struct udp_worker *w)
{
	return !w->started || atomic_load(&w->ended);
}

void
udp_worker_join(struct udp_worker *w)
{
	if (!w->started)
		return;
	pthread_join(w->thread, NULL);
	w->started = false;
}

void
udp_worker_read(const struct udp_worker *w, struct net_worker_status *status)
{
	const struct udp_counters *own = &w->counters;

	status->turns = atomic_load_explicit(&own->turns, memory_order_relaxed);
	status->received = atomic_load_explicit(&own->received, memory_order_relaxed);
	status->sent = atomic_load_explicit(&own->sent, memory_order_relaxed);
	status->busy = w->lease && lease_packet_busy(w->lease, w->slot);
}

void
udp_worker_count(const struct udp_worker *w, struct net_counters *counters)
{
	const struct udp_counters *own = &w->counters;

	counters->udp_received += atomic_load_explicit(&own->received, memory_order_relaxed);
	counters->udp_sent += atomic_load_explicit(&own->sent, memory_order_relaxed);
	counters->udp_ignored += atomic_load_explicit(&own->ignored, memory_order_relaxed);
	counters->udp_send_errors += atomic_load_explicit(&own->send_errors, memory_order_relaxed);
}
