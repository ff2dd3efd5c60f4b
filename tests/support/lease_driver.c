/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lease_driver.c - stands in for the server and its health thread, so that the announcer can be
 * tested against real routers with gates that go where the test wants.
 *
 *	lease_driver CONFIG
 *
 * Renews the lease every 5 ms, and obeys lines on standard input:
 *
 *	gate INDEX STATE   put the gate, poke; answers `put NANOSECONDS` (the wall clock before it)
 *	stall, renew       renew the lease no more, or again
 *	term               begin a new term
 *	packet TEXT        worker 0 is busy with that
 *	stop REASON        end in good order
 *
 * Standard output tells what the announcer tells: `session PEER 0|1 TEXT`, `lapsed TERM`, `gone`.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "announce/announcer.h"

enum { RENEW_MS = 5 };

struct driver {
	struct lease *lease;
	struct announcer announcer;
	bool stalled;
	bool ended;
	char line[512];
	size_t size;
};

static int64_t
clock_ns(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void
put_gate(struct driver *driver, const char *line)
{
	unsigned index;
	char name[32];
	if (sscanf(line, "gate %u %31s", &index, name) != 2 || index >= LEASE_GATES)
		return;
	for (unsigned state = 0; state < GATE_FROZEN; state++) {
		if (strcmp(gate_state_name((enum gate_state)state), name) != 0)
			continue;
		int64_t before = clock_ns(CLOCK_REALTIME);
		lease_put_gate(driver->lease, index, (enum gate_state)state,
			       (struct monotime){clock_ns(CLOCK_MONOTONIC)});
		announcer_poke(&driver->announcer);
		printf("put %lld\n", (long long)before);
	}
}

static void
obey(struct driver *driver, const char *line)
{
	if (strncmp(line, "gate ", 5) == 0)
		put_gate(driver, line);
	else if (strcmp(line, "stall") == 0)
		driver->stalled = true;
	else if (strcmp(line, "renew") == 0)
		driver->stalled = false;
	else if (strcmp(line, "term") == 0)
		lease_begin_term(driver->lease);
	else if (strncmp(line, "packet ", 7) == 0)
		lease_packet_begin(driver->lease, 0, (const uint8_t *)line + 7, strlen(line + 7));
	else if (strncmp(line, "stop ", 5) == 0) {
		announcer_stop(&driver->announcer, line + 5);
		driver->ended = true;
	}
}

static void
read_lines(struct driver *driver)
{
	ssize_t got = read(STDIN_FILENO, driver->line + driver->size,
			   sizeof driver->line - 1 - driver->size);
	if (got <= 0) {
		driver->ended = true;
		return;
	}
	driver->size += (size_t)got;
	driver->line[driver->size] = '\0';
	for (char *end; (end = strchr(driver->line, '\n'));) {
		*end++ = '\0';
		obey(driver, driver->line);
		driver->size -= (size_t)(end - driver->line);
		memmove(driver->line, end, driver->size + 1);
	}
}

static void
read_events(struct driver *driver)
{
	struct announcer_event event;
	ssize_t got = recv(driver->announcer.fd, &event, sizeof event, MSG_DONTWAIT);
	if (got == 0 || (got < 0 && errno != EAGAIN)) {
		printf("gone\n");
		driver->ended = true;
	} else if (got == (ssize_t)sizeof event && event.type == ANNOUNCER_LAPSED) {
		printf("lapsed %u\n", event.term);
	} else if (got == (ssize_t)sizeof event && event.type == ANNOUNCER_SESSION) {
		printf("session %u %u %s\n", event.peer, event.up, event.text);
	}
}

static void
drive(struct driver *driver)
{
	printf("pid %d\n", (int)driver->announcer.pid);
	while (!driver->ended) {
		struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN},
				       {.fd = driver->announcer.fd, .events = POLLIN}};
		poll(fds, 2, RENEW_MS);
		if (!driver->stalled)
			lease_renew(driver->lease);
		if (fds[0].revents)
			read_lines(driver);
		if (!driver->ended && fds[1].revents)
			read_events(driver);
	}
}

int
main(int argc, char **argv)
{
	struct report report = REPORT_INIT;
	struct config *config = argc == 2 ? config_read(argv[1], &report) : NULL;
	struct driver driver = {.lease = lease_new()};
	struct log *log = log_new("driver", LOG_LEVEL_INFO);
	setvbuf(stdout, NULL, _IOLBF, 0);
	bool good = config && driver.lease && log &&
		    announcer_start(&driver.announcer, config, driver.lease, log, &report);
	report_print(&report, stderr);
	if (good)
		drive(&driver);
	announcer_stop(&driver.announcer, "the driver ends");
	report_clear(&report);
	log_free(log);
	lease_free(driver.lease);
	config_free(config);
	return good ? 0 : 1;
}
