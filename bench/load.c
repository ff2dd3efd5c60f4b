/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load.c - asks at a fixed rate and says when the answers came.
 *
 *     load -s ADDRESS [-p PORT] -q FILE [-r RATE] [-t SECONDS | -n COUNT] [-w MS]
 *
 * An open loop: question number n is due at start + n / RATE whatever happened to the others, and
 * its latency counts from then, not from when it was sent. So a server that stands still for 10 ms
 * has that in the latency of everything that was due meanwhile, which a generator with a bounded
 * number of questions under way would hide. -r 0 asks one question at a time. -f asks every
 * millisecond until the first answer with records (in the answer or authority section) and prints
 * when that was (CLOCK_MONOTONIC).
 *
 * Prints one JSON object. "lag_us" is the worst delay of the generator itself.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "anyns/wire.h"
#include "queries.h"

enum {
	SOCKETS = 4, /* so many source ports */
	IDS = 1 << 16,
	BATCH = 32,
	ROOM = 1600,
	QUESTION_ROOM = 512,
	BUFFER = 8 << 20,
	FINE_BITS = 6, /* 64 steps in each power of two: 1.6 percent */
	FINE = 1 << FINE_BITS,
	BUCKETS = FINE * 60,
};

struct options {
	const char *server;
	const char *port;
	const char *file;
	double rate;
	double seconds;
	uint64_t count;
	uint64_t wait_ns;
	bool first;
};

struct lane {
	int fd;
	uint16_t next;
	int64_t due[IDS]; /* of the question under way with this id; 0: none */
};

struct load {
	struct questions questions;
	struct lane lanes[SOCKETS];
	uint64_t sent;
	uint64_t refused; /* by the own kernel */
	uint64_t answered;
	uint64_t strange; /* not asked, or answered already */
	uint64_t bytes;
	uint64_t with_records;
	uint64_t rcodes[16];
	int64_t last; /* when the last answer came */
	int64_t lag;
	uint64_t latencies[BUCKETS];
};

static int64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* ------------------------------------------------------------ latencies */

static size_t
bucket_of(uint64_t ns)
{
	if (ns < FINE)
		return (size_t)ns;
	unsigned shift = 63u - (unsigned)__builtin_clzll(ns) - FINE_BITS;
	return size_min((size_t)(shift + 1) * FINE + (size_t)(ns >> shift) - FINE, BUCKETS - 1);
}

/* The upper end of a bucket. */
static double
bucket_us(size_t bucket)
{
	if (bucket < FINE)
		return (double)bucket / 1000;
	unsigned shift = (unsigned)(bucket / FINE) - 1;
	return (double)((uint64_t)(bucket % FINE + FINE + 1) << shift) / 1000;
}

/* What `share` of the questions sent had to wait at most; a lost one waited forever, which is -1.
 */
static double
quantile(const struct load *load, double share)
{
	uint64_t wanted = (uint64_t)(share * (double)load->sent);
	uint64_t seen = 0;

	for (size_t i = 0; i < BUCKETS; i++)
		if ((seen += load->latencies[i]) > wanted || (seen && seen == load->sent))
			return bucket_us(i);
	return -1;
}

/* ------------------------------------------------------------ asking */

/* Sends `count` questions by one socket, the first one due at `due`, the others `step` apart. */
static void
ask(struct load *load, unsigned count, int64_t due, double step)
{
	static uint8_t copies[BATCH][QUESTION_ROOM];
	struct mmsghdr messages[BATCH];
	struct iovec spans[BATCH];
	struct lane *lane = &load->lanes[load->sent / BATCH % SOCKETS];

	memset(messages, 0, sizeof(messages));
	for (unsigned i = 0; i < count; i++) {
		const struct question *q =
			&load->questions.all[(load->sent + i) % load->questions.count];
		memcpy(copies[i], q->bytes, q->size);
		wire_poke_u16(copies[i], lane->next);
		lane->due[lane->next++] = due + (int64_t)(i * step);
		spans[i] = (struct iovec){copies[i], q->size};
		messages[i].msg_hdr.msg_iov = &spans[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	load->sent += count;
	int done = sendmmsg(lane->fd, messages, count, MSG_DONTWAIT);
	if (done < (int)count)
		load->refused += count - (unsigned)(done > 0 ? done : 0);
}

static void
take(struct load *load, struct lane *lane, const uint8_t *bytes, size_t size, int64_t now)
{
	if (size < 12 || !(bytes[2] & 0x80) || !lane->due[wire_peek_u16(bytes)]) {
		load->strange++;
		return;
	}
	int64_t *due = &lane->due[wire_peek_u16(bytes)];
	load->latencies[bucket_of((uint64_t)(now - *due))]++;
	*due = 0;
	load->answered++;
	load->bytes += size;
	load->rcodes[bytes[3] & 15]++;
	load->with_records += wire_peek_u16(bytes + 6) > 0 || wire_peek_u16(bytes + 8) > 0;
	load->last = now;
}

/* Takes what has come, waiting for it for at most `wait_ns`. */
static void
receive(struct load *load, int64_t wait_ns)
{
	static uint8_t bytes[BATCH][ROOM];
	struct pollfd polls[SOCKETS];
	struct timespec wait = {wait_ns / 1000000000, wait_ns % 1000000000};
	struct mmsghdr messages[BATCH] = {0};
	struct iovec spans[BATCH];

	for (unsigned s = 0; s < SOCKETS; s++)
		polls[s] = (struct pollfd){.fd = load->lanes[s].fd, .events = POLLIN};
	if (ppoll(polls, SOCKETS, &wait, NULL) <= 0)
		return;
	for (unsigned i = 0; i < BATCH; i++) {
		spans[i] = (struct iovec){bytes[i], ROOM};
		messages[i].msg_hdr.msg_iov = &spans[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	for (unsigned s = 0; s < SOCKETS; s++) {
		int got = polls[s].revents
				  ? recvmmsg(polls[s].fd, messages, BATCH, MSG_DONTWAIT, NULL)
				  : 0;
		int64_t now = now_ns();
		for (int i = 0; i < got; i++)
			take(load, &load->lanes[s], bytes[i], messages[i].msg_len, now);
	}
}

static void
run_paced(struct load *load, const struct options *options)
{
	int64_t start = now_ns();
	double step = 1e9 / options->rate;
	uint64_t all = options->count ? options->count
				      : (uint64_t)(options->rate * options->seconds);

	while (load->sent < all) {
		int64_t now = now_ns();
		uint64_t wanted = (uint64_t)((double)(now - start) / step) + 1;
		if (wanted > all)
			wanted = all;
		if (load->sent < wanted) {
			int64_t due = start + (int64_t)((double)load->sent * step);
			if (now - due > load->lag)
				load->lag = now - due;
			/* Whole batches change the socket, parts of one stay with theirs. */
			uint64_t rest = BATCH - load->sent % BATCH;
			ask(load, (unsigned)size_min(rest, wanted - load->sent), due, step);
		}
		receive(load, 0);
	}
	int64_t end = now_ns() + (int64_t)options->wait_ns;
	while (load->answered < load->sent && now_ns() < end)
		receive(load, 1000000);
}

static void
run_single(struct load *load, const struct options *options)
{
	while (load->sent < options->count) {
		uint64_t before = load->answered;
		int64_t end = now_ns() + (int64_t)options->wait_ns;
		ask(load, 1, now_ns(), 0);
		while (load->answered == before && now_ns() < end)
			receive(load, 1000000);
	}
}

static int
run_first(struct load *load, const struct options *options)
{
	int64_t end = now_ns() + (int64_t)(options->seconds * 1e9);

	while (load->with_records == 0) {
		if (now_ns() > end)
			return 1;
		ask(load, 1, now_ns(), 0);
		receive(load, 1000000);
	}
	printf("{\"first_ns\": %lld}\n", (long long)load->last);
	return 0;
}

/* ------------------------------------------------------------ the program */

static int
connect_to(const char *address, const char *port)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = v4.sin_port};
	bool is_v4 = inet_pton(AF_INET, address, &v4.sin_addr) == 1;
	int buffer = BUFFER;

	if (!is_v4 && inet_pton(AF_INET6, address, &v6.sin6_addr) != 1)
		return -1;
	int fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof(buffer));
	if (connect(fd, is_v4 ? (void *)&v4 : (void *)&v6, is_v4 ? sizeof(v4) : sizeof(v6)) == 0)
		return fd;
	close(fd);
	return -1;
}

static void
print(const struct load *load, int64_t start)
{
	double seconds = (double)(load->last - start) / 1e9;

	printf("{\"sent\": %llu, \"answered\": %llu, \"lost\": %llu, \"refused\": %llu, "
	       "\"strange\": %llu, ",
	       (unsigned long long)load->sent, (unsigned long long)load->answered,
	       (unsigned long long)(load->sent - load->answered), (unsigned long long)load->refused,
	       (unsigned long long)load->strange);
	printf("\"per_second\": %.0f, \"with_records\": %llu, \"bytes\": %llu, \"lag_us\": %.1f, "
	       "\"rcodes\": [",
	       load->answered ? (double)load->answered / seconds : 0.0,
	       (unsigned long long)load->with_records, (unsigned long long)load->bytes,
	       (double)load->lag / 1000);
	for (unsigned i = 0; i < 16; i++)
		printf("%s%llu", i ? ", " : "", (unsigned long long)load->rcodes[i]);
	printf("], \"p50_us\": %.1f, \"p99_us\": %.1f, \"p999_us\": %.1f}\n", quantile(load, 0.5),
	       quantile(load, 0.99), quantile(load, 0.999));
}

static bool
parse(struct options *options, int argc, char **argv)
{
	*options = (struct options){.port = "53", .seconds = 5, .wait_ns = 1000000000};
	for (int c; (c = getopt(argc, argv, "s:p:q:r:t:n:w:f")) != -1;) {
		switch (c) {
		case 's':
			options->server = optarg;
			break;
		case 'p':
			options->port = optarg;
			break;
		case 'q':
			options->file = optarg;
			break;
		case 'r':
			options->rate = atof(optarg);
			break;
		case 't':
			options->seconds = atof(optarg);
			break;
		case 'n':
			options->count = strtoull(optarg, NULL, 10);
			break;
		case 'w':
			options->wait_ns = strtoull(optarg, NULL, 10) * 1000000;
			break;
		case 'f':
			options->first = true;
			break;
		default:
			return false;
		}
	}
	return options->server && options->file && optind == argc;
}

static bool
prepare(struct load *load, const struct options *options)
{
	if (!questions_read(&load->questions, options->file))
		return false;
	for (size_t i = 0; i < load->questions.count; i++)
		if (load->questions.all[i].size > QUESTION_ROOM) {
			fprintf(stderr, "load: question %zu is too long\n", i);
			return false;
		}
	for (unsigned s = 0; s < SOCKETS; s++)
		if ((load->lanes[s].fd = connect_to(options->server, options->port)) < 0) {
			perror("load: cannot ask there");
			return false;
		}
	return true;
}

int
main(int argc, char **argv)
{
	static struct load load;
	struct options options;

	if (!parse(&options, argc, argv)) {
		fputs("usage: load -s ADDRESS [-p PORT] -q FILE [-r RATE] [-t SECONDS] [-n COUNT] "
		      "[-w MS] [-f]\n",
		      stderr);
		return 2;
	}
	if (!prepare(&load, &options))
		return 1;
	if (options.first)
		return run_first(&load, &options);
	/* What measures goes before what else wants the core. A refusal shows in the lag. */
	(void)setpriority(PRIO_PROCESS, 0, -20);
	int64_t start = now_ns();
	if (options.rate > 0)
		run_paced(&load, &options);
	else
		run_single(&load, &options);
	print(&load, start);
	questions_free(&load.questions);
	return 0;
}
