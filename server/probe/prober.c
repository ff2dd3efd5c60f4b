/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/prober.h"

#include <errno.h>
#include <ev.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "anyns/monotime.h"
#include "anyns/wire.h"
#include "probe/probe_flight.h"
#include "probe/probe_tcp.h"
#include "probe/probe_udp.h"

enum {
	/* Sent in one turn at most; then what has arrived is read. */
	BURST = 32,
	/* Being late by more than this shifts the plan. */
	LAG_MS = 100,
	/* Lost queries whose answer may still come, beside those under way. */
	LINGER_MAX = 4096,
};

struct series {
	const struct probe_address *target;
	const struct probe_question *question;
	bool tcp;
	uint64_t asked;
};

struct prober {
	struct ev_loop *loop;
	const struct prober_plan *plan;
	struct probe_sink sink;
	prober_done *when_done;
	struct series *series;
	size_t series_count;
	struct probe_udp **pool[2]; /* IPv4, IPv6; plan->source_ports each, when there are any */
	ev_io timer;
	struct probe_flights flights;
	int64_t wall_offset_ns; /* from CLOCK_MONOTONIC to time since 1970, at the start */
	int64_t start_ns;       /* of the plan, moved by lags */
	int64_t begun_ns;
	uint64_t step; /* of the plan: query step / n of series step % n is next */
	bool sending;
	bool done;
};

static int64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * MONOTIME_S + now.tv_nsec;
}

static int
family_index(const struct probe_address *target)
{
	return target->socket.any.sa_family == AF_INET6;
}

static const struct probe_address *
source_of(const struct prober *p, int index)
{
	return index ? &p->plan->source_v6 : &p->plan->source_v4;
}

static struct probe_record
name_series(const struct prober *p, const struct series *series)
{
	return (struct probe_record){
		.vantage = p->plan->vantage,
		.target = series->target->text,
		.transport = series->tcp ? "tcp" : "udp",
		.question = series->question->text,
		.rcode = -1,
	};
}

static void
tell_noise(struct prober *p, const struct series *series, uint64_t bad, uint64_t late)
{
	struct probe_record record = name_series(p, series);

	p->sink.noise(p->sink.context, &record, bad, late);
}

/* Ends the flight, its connection, and its socket unless that belongs to the pool. */
static void
forget(struct prober *p, struct probe_flight *flight)
{
	probe_tcp_close(flight->tcp);
	if (flight->udp && p->plan->source_ports == 0)
		probe_udp_close(flight->udp);
	probe_flights_remove(&p->flights, flight);
}

static const char *
source_text(const struct prober *p, const struct probe_flight *flight, char *text, size_t size)
{
	const struct series *series = flight->series;
	const struct probe_address *source = source_of(p, family_index(series->target));
	uint16_t port = flight->tcp ? flight->tcp->port : flight->udp ? flight->udp->port : 0;
	int length = source->size ? (int)strcspn(source->text, "@") : 0;

	if (port == 0)
		return NULL;
	snprintf(text, size, "%.*s@%u", length, source->text, port);
	return text;
}

static void
tell(struct prober *p, const struct probe_flight *flight, enum probe_outcome outcome,
     const struct probe_reply *reply, size_t size, int64_t now)
{
	const struct series *series = flight->series;
	struct probe_record record = name_series(p, series);
	char source[PROBE_ADDRESS_TEXT + 8];

	record.seq = flight->seq;
	record.sent_ns = flight->sent_ns + p->wall_offset_ns;
	record.outcome = outcome;
	record.source = source_text(p, flight, source, sizeof(source));
	if (reply) {
		record.rtt_ns = now - flight->sent_ns;
		record.instance = probe_reply_instance(reply, series->question->identity);
		record.nsid = reply->nsid;
		record.txt = reply->txt;
		record.subnet = reply->subnet;
		record.rcode = (int)reply->rcode;
		record.size = size;
	}
	p->sink.record(p->sink.context, &record);
}

static void
check_done(struct prober *p)
{
	if (p->sending || p->done || probe_flights_waiting(&p->flights))
		return;
	p->done = true;
	ev_io_stop(p->loop, &p->timer);
	p->when_done(p->sink.context);
}

/* The flight has its outcome. */
static void
settle(struct prober *p, struct probe_flight *flight, enum probe_outcome outcome,
       const struct probe_reply *reply, size_t size)
{
	if (!flight->lost)
		tell(p, flight, outcome, reply, size, now_ns());
	else if (reply)
		tell_noise(p, flight->series, 0, 1);
	forget(p, flight);
	check_done(p);
}

static void
heard_datagram(void *context, struct probe_udp *udp, const uint8_t *bytes, size_t size,
	       const struct sockaddr *from, int error)
{
	struct prober *p = context;
	struct probe_reply reply;
	uint16_t id = size >= 2 ? wire_peek_u16(bytes) : 0;
	struct probe_flight *flight = size >= 2 ? probe_flights_find(&p->flights, udp, id) : NULL;
	const struct series *series = flight ? flight->series : udp->user;

	if (flight && probe_address_equal(&series->target->socket.any, from)) {
		if (error) {
			settle(p, flight, PROBE_UNREACHABLE, NULL, 0);
			return;
		}
		if (probe_message_read(&reply, bytes, size, series->question)) {
			settle(p, flight, PROBE_ANSWER, &reply, size);
			return;
		}
	}
	if (!error)
		tell_noise(p, series, 1, 0);
}

static void
heard_stream(void *context, struct probe_tcp *tcp, enum probe_outcome outcome,
	     const uint8_t *message, size_t size)
{
	struct probe_flight *flight = context;
	struct prober *p = flight->owner;
	const struct series *series = flight->series;
	struct probe_reply reply;
	(void)tcp;

	if (outcome != PROBE_ANSWER)
		settle(p, flight, outcome, NULL, 0);
	else if (size >= 2 && wire_peek_u16(message) == flight->id &&
		 probe_message_read(&reply, message, size, series->question))
		settle(p, flight, PROBE_ANSWER, &reply, size);
	else
		settle(p, flight, PROBE_MALFORMED, NULL, 0);
}

/* --- asking ----------------------------------------------------------------------------------- */

static enum probe_outcome
outcome_of(int error)
{
	return error == ENETUNREACH || error == EHOSTUNREACH || error == ECONNREFUSED
		       ? PROBE_UNREACHABLE
		       : PROBE_FAILED;
}

/* The socket to ask from; NULL with errno. */
static struct probe_udp *
socket_for(struct prober *p, struct series *series)
{
	int index = family_index(series->target);

	if (p->plan->source_ports > 0)
		return p->pool[index][series->asked % p->plan->source_ports];
	return probe_udp_open(p->loop, series->target->socket.any.sa_family, source_of(p, index), 0,
			      heard_datagram, p);
}

static int
ask_udp(struct prober *p, struct series *series, struct probe_flight *flight)
{
	uint8_t query[PROBE_QUERY_MAX];
	struct probe_udp *udp = socket_for(p, series);

	if (!udp)
		return errno;
	flight->udp = udp;
	udp->user = series;
	if (!probe_flights_number(&p->flights, flight))
		return EBUSY; /* all IDs of this port are under way */
	size_t size = probe_message_build(query, flight->id, series->question, &p->plan->subnet,
					  p->plan->recurse);
	flight->sent_ns = now_ns();
	return probe_udp_send(udp, query, size, series->target);
}

static int
ask_tcp(struct prober *p, struct series *series, struct probe_flight *flight)
{
	uint8_t message[PROBE_QUERY_MAX];
	const struct probe_address *source = source_of(p, family_index(series->target));
	struct probe_tcp_query query = {
		.target = series->target,
		.source = source,
		.port = source->size ? probe_address_port(source) : 0,
		.message = message,
	};

	if (query.port && p->plan->source_ports > 0)
		query.port = (uint16_t)(query.port + series->asked % p->plan->source_ports);
	if (!probe_flights_number(&p->flights, flight))
		return EBUSY;
	query.size = probe_message_build(message, flight->id, series->question, &p->plan->subnet,
					 p->plan->recurse);
	flight->sent_ns = now_ns();
	flight->tcp = probe_tcp_ask(p->loop, &query, heard_stream, flight);
	return flight->tcp ? 0 : errno;
}

static void
ask(struct prober *p, struct series *series)
{
	struct probe_flight spare = {.owner = p, .series = series, .seq = series->asked};
	struct probe_flight *flight = probe_flights_add(&p->flights);

	/* Without memory it cannot be asked, but it is not passed over in silence. */
	spare.sent_ns = now_ns();
	if (!flight) {
		series->asked++;
		tell(p, &spare, PROBE_FAILED, NULL, 0, 0);
		return;
	}
	flight->owner = p;
	flight->series = series;
	flight->seq = series->asked;
	flight->sent_ns = spare.sent_ns;
	int error = series->tcp ? ask_tcp(p, series, flight) : ask_udp(p, series, flight);
	series->asked++;
	if (error)
		settle(p, flight, outcome_of(error), NULL, 0);
}

/* --- the plan --------------------------------------------------------------------------------- */

static int64_t
due_ns(const struct prober *p)
{
	uint64_t n = p->series_count;
	/* Minutes at microseconds or years at minutes: both far from 2^63. */
	int64_t whole = (int64_t)(p->step / n) * p->plan->interval_ns;

	return p->start_ns + whole + (int64_t)(p->step % n) * p->plan->interval_ns / (int64_t)n;
}

static bool
is_over(const struct prober *p, int64_t now)
{
	if (p->plan->count && p->step >= p->plan->count * p->series_count)
		return true;
	return p->plan->duration_ns && now - p->begun_ns >= p->plan->duration_ns;
}

static void
send_due(struct prober *p, int64_t now)
{
	int64_t lag = now - due_ns(p);

	if (lag > LAG_MS * MONOTIME_MS)
		p->start_ns += lag;
	for (unsigned i = 0; i < BURST && p->sending; i++) {
		if (is_over(p, now))
			p->sending = false;
		else if (due_ns(p) > now)
			return;
		else
			ask(p, &p->series[p->step++ % p->series_count]);
	}
}

/* What was waited for long enough is lost; what was lost as long ago again is forgotten. */
static void
expire(struct prober *p, int64_t now)
{
	struct probe_flight *flight;

	while ((flight = probe_flights_oldest(&p->flights, false)) &&
	       now - flight->sent_ns >= p->plan->timeout_ns) {
		tell(p, flight, PROBE_TIMEOUT, NULL, 0, 0);
		if (flight->tcp)
			forget(p, flight);
		else
			probe_flights_lose(&p->flights, flight);
	}
	while ((flight = probe_flights_oldest(&p->flights, true)) &&
	       (p->flights.lost_count > LINGER_MAX ||
		now - flight->sent_ns >= 2 * p->plan->timeout_ns))
		forget(p, flight);
}

static void
arm(struct prober *p, int64_t now)
{
	const struct probe_flight *flight = probe_flights_oldest(&p->flights, false);
	int64_t next = INT64_MAX;

	if (p->sending)
		next = due_ns(p);
	if (p->sending && p->plan->duration_ns && p->begun_ns + p->plan->duration_ns < next)
		next = p->begun_ns + p->plan->duration_ns;
	if (flight && flight->sent_ns + p->plan->timeout_ns < next)
		next = flight->sent_ns + p->plan->timeout_ns;
	if (next == INT64_MAX)
		return;
	next = next > now ? next : now;
	/* A timerfd and not ev_timer: epoll counts in milliseconds, ten queries at full rate. */
	struct itimerspec when = {
		.it_value = {.tv_sec = next / MONOTIME_S, .tv_nsec = next % MONOTIME_S}};
	(void)timerfd_settime(p->timer.fd, TFD_TIMER_ABSTIME, &when, NULL);
}

static void
turn(struct prober *p)
{
	int64_t now = now_ns();

	expire(p, now);
	if (p->sending)
		send_due(p, now);
	arm(p, now);
	check_done(p);
}

static void
on_timer(struct ev_loop *loop, ev_io *io, int events)
{
	uint64_t times;
	(void)loop, (void)events;

	if (read(io->fd, &times, sizeof(times)) == (ssize_t)sizeof(times))
		turn(io->data);
}

/* --- life ------------------------------------------------------------------------------------- */

static bool
make_series(struct prober *p)
{
	const struct prober_plan *plan = p->plan;
	size_t transports = (size_t)plan->udp + (size_t)plan->tcp;

	p->series = calloc(plan->target_count * transports * plan->question_count,
			   sizeof(*p->series));
	if (!p->series)
		return false;
	for (size_t t = 0; t < plan->target_count; t++)
		for (size_t tcp = plan->udp ? 0 : 1; tcp < (plan->tcp ? 2u : 1u); tcp++)
			for (size_t q = 0; q < plan->question_count; q++)
				p->series[p->series_count++] = (struct series){
					.target = &plan->targets[t],
					.question = &plan->questions[q],
					.tcp = tcp == 1,
				};
	return p->series_count > 0;
}

/* The ports that stay the same, of one family. */
static bool
open_pool(struct prober *p, int index)
{
	const struct probe_address *source = source_of(p, index);
	uint16_t first = source->size ? probe_address_port(source) : 0;

	p->pool[index] = calloc(p->plan->source_ports, sizeof(struct probe_udp *));
	if (!p->pool[index])
		return false;
	for (unsigned i = 0; i < p->plan->source_ports; i++) {
		p->pool[index][i] = probe_udp_open(p->loop, index ? AF_INET6 : AF_INET, source,
						   first ? (uint16_t)(first + i) : 0,
						   heard_datagram, p);
		if (!p->pool[index][i])
			return false;
		p->pool[index][i]->user = &p->series[0];
	}
	return true;
}

static bool
open_pools(struct prober *p)
{
	bool wanted[2] = {false, false};

	for (size_t i = 0; i < p->plan->target_count; i++)
		wanted[family_index(&p->plan->targets[i])] = p->plan->udp;
	for (int i = 0; i < 2; i++)
		if (wanted[i] && p->plan->source_ports > 0 && !open_pool(p, i))
			return false;
	return true;
}

struct prober *
prober_new(struct ev_loop *loop, const struct prober_plan *plan, const struct probe_sink *sink,
	   prober_done *done)
{
	struct prober *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->loop = loop;
	p->plan = plan;
	p->sink = *sink;
	p->when_done = done;
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	ev_io_init(&p->timer, on_timer, fd, EV_READ);
	p->timer.data = p;
	if (fd < 0 || !make_series(p) || !open_pools(p)) {
		int error = errno;
		prober_free(p);
		errno = error;
		return NULL;
	}
	return p;
}

void
prober_free(struct prober *p)
{
	struct probe_flight *flight;

	if (!p)
		return;
	while ((flight = probe_flights_oldest(&p->flights, false)) ||
	       (flight = probe_flights_oldest(&p->flights, true)))
		forget(p, flight);
	for (int i = 0; i < 2; i++) {
		for (unsigned j = 0; p->pool[i] && j < p->plan->source_ports; j++)
			probe_udp_close(p->pool[i][j]);
		free(p->pool[i]);
	}
	ev_io_stop(p->loop, &p->timer);
	if (p->timer.fd >= 0)
		close(p->timer.fd);
	free(p->series);
	free(p);
}

void
prober_start(struct prober *p)
{
	struct timespec wall;

	clock_gettime(CLOCK_REALTIME, &wall);
	p->begun_ns = p->start_ns = now_ns();
	/* Read once: a step of the clock must not look like a gap. */
	p->wall_offset_ns = wall.tv_sec * MONOTIME_S + wall.tv_nsec - p->begun_ns;
	p->sending = true;
	ev_io_start(p->loop, &p->timer);
	arm(p, p->begun_ns);
}

uint64_t
prober_asked(const struct prober *p)
{
	return p->step;
}
