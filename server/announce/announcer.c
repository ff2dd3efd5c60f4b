/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * announcer.c - making the announcer, and the server's end of it.
 *
 * A thread cannot report its own SIGSTOP and does not outlive its process; so whoever withdraws
 * must be another process. It is forked from the server before there is anything in memory but the
 * configuration, gives up whatever it does not need (descriptors, privileges, the right to write
 * the lease) and locks itself into memory: the moment when it is needed may well be the one when
 * the machine is short of memory.
 */
#include "announce/announcer.h"

#include <errno.h>
#include <ifaddrs.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "announce/announcer_process.h"
#include "announce/listeners.h"
#include "announce/tun.h"
#include "anyns/monotime.h"
#include "base/priority.h"
#include "base/privileges.h"

enum {
	OURS, /* the server's end */
	THEIRS,
	STOP_LIMIT_MS = 2000,
	/* The kernel's default is 50 microseconds, for which nobody here has a use. */
	TIMER_SLACK_NS = 1000,
	/* What the loop may need of it at once; locked, so never to be waited for. */
	STACK_USED = 64 * 1024,
	PAGE = 4096,
	FIRST_OWN_FD = 3, /* after those of the log and the terminal */
};

/* ------------------------------------------------------------ in the child */

/* Ctrl-C and a service manager's SIGTERM go to every process; this one ends with the server. */
static void
ignore_signals(void)
{
	static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
	sigset_t none;
	for (size_t i = 0; i < ARRAY_LENGTH(ignored); i++)
		signal(ignored[i], SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool
is_kept(int fd, const struct announcer_setup *setup)
{
	if (fd == setup->fd || drivers_have(setup->drivers, fd))
		return true;
	for (size_t i = 0; i < setup->listeners->count; i++)
		if (setup->listeners->list[i].fd == fd)
			return true;
	return false;
}

/*
 * Above all the server's end of the socketpair, which must close when the server dies; and its
 * service sockets, into which the kernel would go on putting queries.
 */
static void
close_others(const struct announcer_setup *setup)
{
	int last = setup->fd;
	for (size_t i = 0; i < setup->listeners->count; i++)
		if (setup->listeners->list[i].fd > last)
			last = setup->listeners->list[i].fd;
	for (size_t i = 0; i < setup->drivers->count; i++)
		if (setup->drivers->slots[i].fd > last)
			last = setup->drivers->slots[i].fd;
	for (int fd = FIRST_OWN_FD; fd < last; fd++)
		if (!is_kept(fd, setup))
			close(fd);
	close_range((unsigned)last + 1, ~0u, 0);
}

static void
touch_stack(void)
{
	volatile uint8_t stack[STACK_USED];
	for (size_t i = 0; i < sizeof stack; i += PAGE)
		stack[i] = 0;
}

/*
 * Locked are pages as they are used (ONFAULT), not the libraries as a whole: those would be many
 * megabytes. The limit is raised while we may: beyond it every later allocation would fail.
 */
static void
lock_memory(struct log *log)
{
	static const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
	int flags = MCL_CURRENT | MCL_ONFAULT;
	touch_stack();
	if (setrlimit(RLIMIT_MEMLOCK, &none) == 0)
		flags |= MCL_FUTURE;
	if (mlockall(flags) != 0)
		log_warning(log,
			    "the announcer cannot be locked into memory (%s): short of memory a "
			    "withdrawal may come late; raise LimitMEMLOCK= or start as root",
			    strerrordesc_np(errno));
}

static bool
drop_privileges(const struct announcer_setup *setup)
{
	struct log *log = setup->log;
	struct report report = REPORT_INIT;
	/* The link of a TUN device is set later, by who we are then. */
	if (setup->user && setup->config->announce.tun && !tun_keep_rights())
		log_warning(log, "cannot keep the right to set links: %s", strerrordesc_np(errno));
	bool done = !setup->user || privileges_become(setup->user, &report);
	log_report(log, &report);
	report_clear(&report);
	return done;
}

/* Never returns: what the server would do next is not this process's to do. */
static void
be_announcer(const struct announcer_setup *setup, struct lease *lease)
{
	ignore_signals();
	prctl(PR_SET_NAME, "anyns-announce");
	(void)prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS);
	close_others(setup);
	/* What reading the configuration has left in the heap is not worth being locked. */
	(void)malloc_trim(0);
	lock_memory(setup->log);
	bool good = lease_make_read_only(lease);
	if (!good)
		log_error(setup->log, "the announcer cannot protect the lease: %s",
			  strerrordesc_np(errno));
	good = good && drop_privileges(setup);
	/* With no more rights than the health thread will have: both or neither are real-time. */
	if (good)
		(void)priority_take();
	good = good && announcer_process_run(setup);
	/* Without the handlers and buffers of the server, which are copies here. */
	_exit(good ? 0 : 1);
}

/* ------------------------------------------------------------ start */

static bool
refuse(const struct config *config, const struct config_peer *peer, const char *what,
       struct report *report)
{
	struct place place = {config->path, peer->address.line, peer->address.column};
	const char *remedy = NULL;
	if (errno == EADDRINUSE)
		remedy = "another BGP speaker has the port (`ss -ltnp` names it); stop it, or let "
			 "anyns connect (`passive: false`)";
	else if (errno == EACCES || errno == EPERM)
		remedy = "start as root or with CAP_NET_BIND_SERVICE, or let anyns connect "
			 "(`passive: false`)";
	report_errno(report, SEVERITY_ERROR, place, remedy, "BGP peer %s: cannot %s",
		     peer->address.text, what);
	return false;
}

static bool
open_listeners(struct listeners *listeners, const struct config *config, struct report *report)
{
	const struct config_announce *announce = &config->announce;
	for (size_t i = 0; i < announce->peer_count; i++)
		if (!listeners_open(listeners, &announce->peers[i], announce))
			return refuse(config, &announce->peers[i], "listen for it", report);
	for (size_t i = 0; i < announce->peer_count; i++)
		if (!listeners_expect(listeners, &announce->peers[i]))
			return refuse(config, &announce->peers[i], "set its TCP-MD5 password",
				      report);
	return true;
}

/*
 * libc alone is not bound when a process starts (meson.build): its getifaddrs(), which next hops
 * need, finds calloc() by a search of all libraries. Done here, it is nothing the announcer locks.
 */
static void
bind_libc(void)
{
	struct ifaddrs *list;
	if (getifaddrs(&list) == 0)
		freeifaddrs(list);
}

static pid_t
fork_announcer(const struct announcer_setup *setup, struct lease *lease)
{
	sigset_t all, old;
	bind_libc();
	/* None of the server's handlers may run in the child before they are gone. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	pid_t pid = fork();
	if (pid == 0)
		be_announcer(setup, lease);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return pid;
}

bool
announcer_start(struct announcer *announcer, const struct config *config, struct lease *lease,
		struct log *log, struct report *report)
{
	struct listeners listeners = {0};
	struct drivers drivers = {0};
	struct privileges user = {0};
	struct announcer_setup setup = {.config = config,
					.user = config->user ? &user : NULL,
					.lease = lease,
					.log = log,
					.listeners = &listeners,
					.drivers = &drivers};
	int pair[2] = {-1, -1};
	*announcer = (struct announcer){.pid = -1, .fd = -1};
	/* Whose name is looked up before the fork has not to be locked after it. */
	bool good = (!config->user || privileges_find(config->user, &user, report)) &&
		    open_listeners(&listeners, config, report) &&
		    drivers_prepare(&drivers, config, report);
	if (good) {
		good = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
				  pair) == 0;
		setup.fd = pair[THEIRS];
		announcer->pid = good ? fork_announcer(&setup, lease) : -1;
		good = announcer->pid > 0;
		if (!good)
			report_errno(report, SEVERITY_ERROR, (struct place){0}, NULL,
				     "cannot start the announcer");
	}
	listeners_close(&listeners, 0);
	drivers_release(&drivers);
	if (pair[THEIRS] >= 0)
		close(pair[THEIRS]);
	if (good)
		announcer->fd = pair[OURS];
	else if (pair[OURS] >= 0)
		close(pair[OURS]);
	return good;
}

/* ------------------------------------------------------------ the server's end */

void
announcer_poke(const struct announcer *announcer)
{
	static const struct announcer_order look = {.type = ANNOUNCER_LOOK};
	int error = errno;
	/* The type alone: the shorter the better, in the hurry of a fault. */
	if (announcer->fd >= 0)
		(void)send(announcer->fd, &look, sizeof look.type, MSG_DONTWAIT | MSG_NOSIGNAL);
	errno = error;
}

static int64_t
now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Its end closes with the process, and with nothing else. */
static bool
ends_in_time(int fd)
{
	int64_t limit = now_ms() + STOP_LIMIT_MS;
	for (int64_t left = STOP_LIMIT_MS; left > 0; left = limit - now_ms()) {
		struct pollfd news = {.fd = fd, .events = POLLIN};
		struct announcer_event event;
		if (poll(&news, 1, (int)left) <= 0)
			continue;
		ssize_t size = recv(fd, &event, sizeof event, MSG_DONTWAIT);
		if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR))
			return true;
	}
	return false;
}

void
announcer_stop(struct announcer *announcer, const char *reason)
{
	struct announcer_order order = {.type = ANNOUNCER_STOP};
	if (announcer->pid <= 0)
		return;
	snprintf(order.text, sizeof order.text, "%s", reason);
	/* One that is stuck has no room for the order: it is killed, and its sessions close. */
	bool told = send(announcer->fd, &order, sizeof order, MSG_NOSIGNAL | MSG_DONTWAIT) > 0 ||
		    errno == EPIPE;
	if (!told || !ends_in_time(announcer->fd))
		kill(announcer->pid, SIGKILL);
	while (waitpid(announcer->pid, NULL, 0) < 0 && errno == EINTR)
		;
	close(announcer->fd);
	*announcer = (struct announcer){.pid = -1, .fd = -1};
}
