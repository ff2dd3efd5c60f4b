/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net.c - the transports as one thing: open, start, change, stop.
 *
 * The room, from the outside in:
 *
 *   net.c       which addresses are served; opens their sockets, hands them to the threads
 *   socket.c    one socket and its options
 *   udp.c       a worker thread per core: recvmmsg, answer, sendmmsg
 *   tcp.c       the TCP thread: listeners and orders
 *   tcp_pool.c  its connections: limits and times
 *   clients.c   connections per client
 *   tcp_conn.c  one connection: framing, order, back-pressure
 *   publish.c   the view all of them answer from
 *
 * An address has one UDP socket per worker and one TCP listener. A reload builds the complete new
 * state beside the old one, sockets and all memory, and only when nothing can fail any more hands
 * each thread its new set. Sockets of addresses that stay are in both sets and never notice.
 */
#include "net/net.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "anyns/lease.h"
#include "net/socket.h"
#include "net/tcp.h"
#include "net/udp.h"

/* A listen address and its sockets, which belong to the threads' sets once those have them. */
struct endpoint {
	struct config_address address;
	bool fresh; /* opened for the state being built; closed when that fails */
	int tcp;
	int *udp; /* one per worker */
};

struct endpoints {
	size_t count;
	struct endpoint *at;
};

struct net {
	unsigned workers;
	/*
	 * Held for the change of `endpoints` and `running`, and by who looks at sockets from
	 * outside: what is seen under it is open. Never while something is waited for.
	 */
	pthread_mutex_t lock;
	struct endpoints endpoints;
	struct udp_worker **udp; /* `workers` of them */
	struct tcp_server *tcp;
	bool running;
	bool hung; /* a thread did not end: what it may use is never freed */
};

enum {
	STEP_MS = 2,
	/* Far longer than any thread's wait, and than a busy machine lets one starve. */
	TURN_LIMIT_MS = 2000,
	/* A second of it may be that of TCP clients that are slow to take their answers. */
	END_LIMIT_MS = 5000,
};

/* A state to be handed over: endpoints and a set for every thread. */
struct plan {
	struct endpoints endpoints;
	struct udp_set **udp;
	struct tcp_set *tcp;
};

static const struct place nowhere = {NULL, 0, 0};

static void
report_memory(struct report *report)
{
	report_add(report, SEVERITY_ERROR, nowhere, NULL,
		   "out of memory for sockets and their threads");
}

static void
pause_briefly(void)
{
	(void)nanosleep(&(struct timespec){.tv_nsec = STEP_MS * 1000000}, NULL);
}

static struct endpoint *
find_endpoint(const struct endpoints *endpoints, const struct config_address *address)
{
	for (size_t i = 0; i < endpoints->count; i++)
		if (socket_same_address(&endpoints->at[i].address, address))
			return &endpoints->at[i];
	return NULL;
}

static bool
overlaps_any(const struct endpoints *endpoints, const struct config_address *address)
{
	for (size_t i = 0; i < endpoints->count; i++)
		if (socket_overlaps(&endpoints->at[i].address, address))
			return true;
	return false;
}

/* Frees the list; closes the sockets of fresh endpoints only. */
static void
endpoints_free(struct endpoints *endpoints, unsigned workers, bool close_fresh)
{
	for (size_t i = 0; i < endpoints->count; i++) {
		struct endpoint *e = &endpoints->at[i];
		for (unsigned w = 0; close_fresh && e->fresh && w < workers; w++)
			if (e->udp[w] >= 0)
				close(e->udp[w]);
		if (close_fresh && e->fresh && e->tcp >= 0)
			close(e->tcp);
		free(e->udp);
	}
	free(endpoints->at);
	*endpoints = (struct endpoints){0};
}

/*
 * Asks for all addresses first, before any socket of ours is bound. Where our own stand already
 * (a wildcard beside one of its addresses) the question would find ourselves and is left out.
 */
static bool
probe_all(const struct net *net, const struct config *config, struct report *report)
{
	bool good = true;

	for (size_t i = 0; i < config->listen_count; i++) {
		const struct config_address *address = &config->listen[i];
		struct socket_request request = {SOCKET_UDP, address, config->path, 0};
		if (overlaps_any(&net->endpoints, address) || !socket_supported(address))
			continue;
		if (!socket_probe(&request, report)) {
			good = false;
			continue; /* mostly the same cause for TCP: one line is enough */
		}
		request.kind = SOCKET_TCP;
		good = socket_probe(&request, report) && good;
	}
	return good;
}

/* Opens the sockets of a new endpoint. On false the ones opened so far are in it. */
static bool
open_endpoint(struct endpoint *e, const struct config *config, unsigned workers,
	      struct report *report)
{
	struct socket_request request = {SOCKET_UDP, &e->address, config->path, config->tcp_mss};

	for (unsigned w = 0; w < workers; w++)
		if ((e->udp[w] = socket_open(&request, report)) < 0)
			return false;
	request.kind = SOCKET_TCP;
	return (e->tcp = socket_open(&request, report)) >= 0;
}

/* Adds the endpoint of `address` to the plan: the one that is served already, or a fresh one. */
static bool
plan_address(struct plan *plan, const struct net *net, const struct config *config,
	     const struct config_address *address, struct report *report)
{
	const struct endpoint *old = find_endpoint(&net->endpoints, address);
	int *udp = malloc(net->workers * sizeof(*udp));

	if (!udp) {
		report_memory(report);
		return false;
	}
	for (unsigned w = 0; w < net->workers; w++)
		udp[w] = old ? old->udp[w] : -1;
	struct endpoint *e = &plan->endpoints.at[plan->endpoints.count++];
	*e = (struct endpoint){
		.address = *address, .fresh = !old, .tcp = old ? old->tcp : -1, .udp = udp};
	return old || open_endpoint(e, config, net->workers, report);
}

/* Fills plan->endpoints. Addresses of a family that this kernel lacks are a warning. */
static bool
plan_endpoints(struct plan *plan, const struct net *net, const struct config *config,
	       struct report *report)
{
	bool good = true;

	plan->endpoints.at = calloc(config->listen_count + 1, sizeof(*plan->endpoints.at));
	if (!plan->endpoints.at) {
		report_memory(report);
		return false;
	}
	for (size_t i = 0; i < config->listen_count; i++) {
		const struct config_address *address = &config->listen[i];
		struct place place = {config->path, address->line, address->column};
		if (find_endpoint(&plan->endpoints, address))
			continue;
		if (!socket_supported(address))
			report_add(report, SEVERITY_WARNING, place,
				   "remove the address, or enable its protocol in the kernel",
				   "%s is not served: this system lacks its address family",
				   address->text);
		else
			good = plan_address(plan, net, config, address, report) && good;
	}
	if (good && plan->endpoints.count == 0) {
		struct place place = {config->path, 0, 0};
		report_add(report, SEVERITY_ERROR, place, NULL,
			   "no address of `listen:` can be served");
		return false;
	}
	return good;
}

static bool
plan_sets(struct plan *plan, const struct net *net, const struct config *config)
{
	const struct endpoints *endpoints = &plan->endpoints;
	struct tcp_limits limits = {config->tcp_clients, config->tcp_clients_per_address,
				    config->tcp_idle_ms, config->tcp_total_ms};

	plan->tcp = tcp_set_new(endpoints->count, &limits);
	plan->udp = calloc(net->workers, sizeof(struct udp_set *));
	if (!plan->tcp || !plan->udp)
		return false;
	for (size_t i = 0; i < endpoints->count; i++)
		tcp_set_add(plan->tcp, endpoints->at[i].tcp);
	for (unsigned w = 0; w < net->workers; w++) {
		plan->udp[w] = udp_set_new(endpoints->count);
		if (!plan->udp[w])
			return false;
		for (size_t i = 0; i < endpoints->count; i++)
			udp_set_add(plan->udp[w], endpoints->at[i].udp[w],
				    &endpoints->at[i].address);
	}
	return true;
}

static void
plan_drop(struct plan *plan, unsigned workers)
{
	endpoints_free(&plan->endpoints, workers, true);
	tcp_set_free(plan->tcp);
	for (unsigned w = 0; plan->udp && w < workers; w++)
		udp_set_free(plan->udp[w]);
	free(plan->udp);
}

static bool
plan_build(struct plan *plan, const struct net *net, const struct config *config,
	   struct report *report)
{
	*plan = (struct plan){0};
	if (!probe_all(net, config, report) || !plan_endpoints(plan, net, config, report)) {
		plan_drop(plan, net->workers);
		return false;
	}
	if (!plan_sets(plan, net, config)) {
		report_memory(report);
		plan_drop(plan, net->workers);
		return false;
	}
	return true;
}

/*
 * Gives every thread its part and waits for all. Cannot fail. The list changes first, so that
 * nobody looks at a socket that a thread is about to close.
 */
static void
plan_hand_over(struct plan *plan, struct net *net, unsigned tcp_mss)
{
	struct endpoints old = net->endpoints;

	for (size_t i = 0; i < plan->endpoints.count; i++)
		if (!plan->endpoints.at[i].fresh)
			socket_set_mss(plan->endpoints.at[i].tcp, tcp_mss);
	pthread_mutex_lock(&net->lock);
	net->endpoints = plan->endpoints;
	pthread_mutex_unlock(&net->lock);
	for (unsigned w = 0; w < net->workers; w++)
		udp_worker_hand(net->udp[w], plan->udp[w]);
	tcp_server_hand(net->tcp, plan->tcp);
	for (unsigned w = 0; w < net->workers; w++)
		udp_worker_wait(net->udp[w]);
	tcp_server_wait(net->tcp);
	endpoints_free(&old, net->workers, false);
	free(plan->udp);
}

/* The threads' objects, without sockets. NULL when out of memory. */
static struct net *
net_new(const struct config *config, struct log *log)
{
	struct net *net = calloc(1, sizeof(*net));

	if (!net)
		return NULL;
	pthread_mutex_init(&net->lock, NULL);
	net->workers = config->workers;
	net->udp = calloc(net->workers, sizeof(struct udp_worker *));
	net->tcp = tcp_server_new(config->tcp_clients, log);
	bool good = net->udp && net->tcp;
	for (unsigned w = 0; good && w < net->workers; w++)
		good = (net->udp[w] = udp_worker_new()) != NULL;
	if (good)
		return net;
	(void)net_close(net);
	return NULL;
}

struct net *
net_open(const struct config *config, struct log *log, struct report *report)
{
	struct net *net = net_new(config, log);
	struct plan plan;

	if (!net) {
		report_memory(report);
		return NULL;
	}
	if (!plan_build(&plan, net, config, report)) {
		(void)net_close(net);
		return NULL;
	}
	plan_hand_over(&plan, net, config->tcp_mss);
	return net;
}

static void
set_lease(struct net *net, struct lease *lease)
{
	for (unsigned w = 0; w < net->workers; w++)
		udp_worker_set_lease(net->udp[w], lease, w);
	if (net->workers < LEASE_WORKERS)
		tcp_server_set_lease(net->tcp, lease, net->workers);
}

static void
set_running(struct net *net, bool running)
{
	pthread_mutex_lock(&net->lock);
	net->running = running;
	pthread_mutex_unlock(&net->lock);
}

bool
net_start(struct net *net, struct publish *publish, struct lease *lease, struct report *report)
{
	sigset_t all, before;

	if (lease)
		set_lease(net, lease);
	/* Signals are for the thread that runs the commands; a new thread inherits the mask. */
	sigfillset(&all);
	sigdelset(&all, SIGBUS); /* of an image that shrinks, see mapping.c */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = tcp_server_start(net->tcp, publish);
	for (unsigned w = 0; error == 0 && w < net->workers; w++)
		error = udp_worker_start(net->udp[w], publish);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	set_running(net, true);
	if (error == 0)
		return true;
	(void)net_stop(net);
	errno = error;
	report_errno(report, SEVERITY_ERROR, nowhere,
		     "raise the limit of threads (TasksMax=, ulimit -u)", "cannot start a thread");
	return false;
}

static bool
refuse_hung(const struct net *net, size_t index, const struct config *config, struct report *report)
{
	char who[32] = "the TCP thread";

	if (index < net->workers)
		snprintf(who, sizeof(who), "UDP worker %zu", index);
	report_add(report, SEVERITY_ERROR, (struct place){config->path, 0, 0}, "restart the server",
		   "%s hangs, it has not moved for %d ms: it cannot be given another configuration",
		   who, TURN_LIMIT_MS);
	return false;
}

/*
 * Whether every thread comes round. A hand-over to one that hangs would never end, and with it the
 * main thread would be lost to orders and signals.
 */
static bool
all_turn(const struct net *net, const struct config *config, struct report *report)
{
	uint64_t turns[NET_WORKERS_MAX];
	struct net_worker_status status;
	unsigned waited = 0;

	for (size_t i = 0; i <= net->workers; i++) {
		net_read_worker(net, i, &status);
		turns[i] = status.turns;
	}
	tcp_server_wake(net->tcp); /* the others come round by themselves */
	for (size_t i = 0; net->running && i <= net->workers;) {
		net_read_worker(net, i, &status);
		if (status.turns != turns[i]) {
			i++;
			continue;
		}
		if (waited >= TURN_LIMIT_MS)
			return refuse_hung(net, i, config, report);
		pause_briefly();
		waited += STEP_MS;
	}
	return true;
}

bool
net_reload(struct net *net, const struct config *config, struct report *report)
{
	struct plan plan;

	if (!all_turn(net, config, report) || !plan_build(&plan, net, config, report))
		return false;
	plan_hand_over(&plan, net, config->tcp_mss);
	if (config->workers != net->workers)
		report_add(report, SEVERITY_WARNING, (struct place){config->path, 0, 0},
			   "restart the server",
			   "workers: %u counts from the next start on, %u go on", config->workers,
			   net->workers);
	return true;
}

void
net_share(struct net *net, bool sharing)
{
	for (unsigned w = 0; w < net->workers; w++)
		udp_worker_share(net->udp[w], sharing);
}

static bool
all_ended(const struct net *net)
{
	for (unsigned w = 0; w < net->workers; w++)
		if (!udp_worker_ended(net->udp[w]))
			return false;
	return tcp_server_ended(net->tcp);
}

bool
net_stop(struct net *net)
{
	unsigned limit = net->hung ? 0 : END_LIMIT_MS;

	if (!net->running && !net->hung)
		return true;
	set_running(net, false);
	for (unsigned w = 0; w < net->workers; w++)
		udp_worker_stop(net->udp[w]);
	tcp_server_stop(net->tcp);
	for (unsigned waited = 0; !all_ended(net); waited += STEP_MS) {
		net->hung = waited >= limit;
		if (net->hung)
			return false;
		pause_briefly();
	}
	for (unsigned w = 0; w < net->workers; w++)
		udp_worker_join(net->udp[w]);
	tcp_server_join(net->tcp);
	net->hung = false;
	return true;
}

bool
net_close(struct net *net)
{
	if (!net)
		return true;
	if (!net_stop(net))
		return false;
	for (unsigned w = 0; net->udp && w < net->workers; w++)
		udp_worker_free(net->udp[w]);
	free(net->udp);
	tcp_server_free(net->tcp);
	endpoints_free(&net->endpoints, net->workers, false);
	pthread_mutex_destroy(&net->lock);
	free(net);
	return true;
}

size_t
net_worker_count(const struct net *net)
{
	return (size_t)net->workers + 1;
}

void
net_read_worker(const struct net *net, size_t index, struct net_worker_status *status)
{
	if (index < net->workers)
		udp_worker_read(net->udp[index], status);
	else
		tcp_server_read(net->tcp, status);
}

static uint64_t
dropped(int fd)
{
	uint32_t info[SK_MEMINFO_VARS] = {0};
	socklen_t size = sizeof(info);

	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &size) != 0)
		return 0;
	return info[SK_MEMINFO_DROPS];
}

/* One poll() for all: it tells a full queue and a dead socket, and takes nothing away. */
static void
look_at(const struct endpoint *e, size_t workers, struct net_address_status *status)
{
	struct pollfd polls[NET_WORKERS_MAX];

	for (size_t w = 0; w < workers; w++)
		polls[w] = (struct pollfd){.fd = e->udp[w], .events = POLLIN};
	polls[workers] = (struct pollfd){.fd = e->tcp, .events = POLLIN};
	if (poll(polls, workers + 1, 0) < 0)
		return;
	status->listening = true;
	for (size_t w = 0; w <= workers; w++) {
		/* A listener that was shut down or destroyed from outside hangs up. */
		if (polls[w].revents & (POLLNVAL | POLLHUP))
			status->listening = false;
		status->waiting[w] = polls[w].revents & POLLIN;
		if (w < workers)
			status->dropped += dropped(polls[w].fd);
	}
}

bool
net_read_address(struct net *net, const struct config_address *address,
		 struct net_address_status *status)
{
	*status = (struct net_address_status){0};
	pthread_mutex_lock(&net->lock);
	const struct endpoint *e = find_endpoint(&net->endpoints, address);
	if (e && net->running)
		look_at(e, net->workers, status);
	pthread_mutex_unlock(&net->lock);
	return e != NULL;
}

void
net_read_counters(const struct net *net, struct net_counters *counters)
{
	*counters = (struct net_counters){0};
	for (unsigned w = 0; w < net->workers; w++)
		udp_worker_count(net->udp[w], counters);
	tcp_server_count(net->tcp, counters);
}
