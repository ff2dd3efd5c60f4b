/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The prober against a server on the same loop, which does to each query what the test says.
 */
#include "probe_fixture.h"

#include <errno.h>
#include <ev.h>
#include <time.h>

#include "probe/prober.h"

enum manner {
	ANSWER,
	DROP,
	OTHER_ID,       /* and then nothing */
	OTHER_QUESTION, /* and then the answer */
	OTHER_PORT,     /* from a socket next door, and then the answer */
	LATE,           /* after the timeout */
	GARBAGE,        /* and then the answer */
};

struct stage {
	struct ev_loop *loop;
	ev_io io;
	ev_timer later;
	enum manner manner;
	int fd;
	int other; /* the socket next door */
	struct probe_address address;
	struct probe_address client; /* of the query to be answered later */
	uint8_t late[512];
	size_t late_size;
	unsigned queries;
	uint16_t ports[HEARD_MAX];
	uint8_t last[PROBE_QUERY_MAX]; /* the last query */
	struct heard heard;
};

static void
reply(int fd, const struct probe_address *client, const uint8_t *bytes, size_t size)
{
	assert_int_equal(sendto(fd, bytes, size, 0, &client->socket.any, client->size), size);
}

static void
mistreat(struct stage *stage, const struct probe_address *client, uint8_t *answer, size_t size)
{
	uint8_t wrong[512];

	memcpy(wrong, answer, size);
	switch (stage->manner) {
	case OTHER_ID:
		wrong[1] ^= 1;
		break;
	case OTHER_QUESTION:
		wrong[DNS_HEADER_SIZE + 1] ^= 1;
		break;
	case GARBAGE:
		memset(wrong + 2, 0xff, size - 2);
		break;
	default:
		break;
	}
	reply(stage->manner == OTHER_PORT ? stage->other : stage->fd, client, wrong, size);
	if (stage->manner != OTHER_ID)
		reply(stage->fd, client, answer, size);
}

static void
on_query(struct ev_loop *loop, ev_io *io, int events)
{
	struct stage *stage = io->data;
	struct probe_address client = {.size = sizeof(client.socket)};
	uint8_t answer[512];
	(void)events;

	assert_true(recvfrom(stage->fd, stage->last, sizeof(stage->last), 0, &client.socket.any,
			     &client.size) > DNS_HEADER_SIZE);
	if (stage->queries < HEARD_MAX)
		stage->ports[stage->queries] = probe_address_port(&client);
	stage->queries++;
	size_t size = answer_to(answer, sizeof(answer), stage->last, "a", NULL);
	if (stage->manner == ANSWER) {
		reply(stage->fd, &client, answer, size);
	} else if (stage->manner == LATE) {
		memcpy(stage->late, answer, size);
		stage->late_size = size;
		stage->client = client;
		ev_timer_start(loop, &stage->later);
	} else if (stage->manner != DROP) {
		mistreat(stage, &client, answer, size);
	}
}

static void
on_later(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct stage *stage = timer->data;
	(void)loop, (void)events;

	reply(stage->fd, &stage->client, stage->late, stage->late_size);
}

static void
on_done(void *context)
{
	struct heard *heard = context;

	heard->done = true;
}

static void
stage_open(struct stage *stage, int family, enum manner manner)
{
	struct probe_address other;

	*stage = (struct stage){.loop = ev_loop_new(EVFLAG_AUTO), .manner = manner};
	stage->fd = listen_on(family, SOCK_DGRAM, &stage->address);
	stage->other = listen_on(family, SOCK_DGRAM, &other);
	ev_io_init(&stage->io, on_query, stage->fd, EV_READ);
	ev_timer_init(&stage->later, on_later, 0.12, 0);
	stage->io.data = stage->later.data = stage;
	ev_io_start(stage->loop, &stage->io);
}

static void
stage_close(struct stage *stage)
{
	ev_loop_destroy(stage->loop);
	close(stage->fd);
	close(stage->other);
}

static struct prober_plan
plan_for(struct stage *stage, const struct probe_question *question)
{
	return (struct prober_plan){
		.targets = &stage->address,
		.target_count = 1,
		.questions = question,
		.question_count = 1,
		.udp = true,
		.count = 20,
		.interval_ns = MS,
		.timeout_ns = 100 * MS,
	};
}

/* Runs the plan to its end. */
static void
run(struct stage *stage, const struct prober_plan *plan)
{
	struct probe_sink sink = sink_to(&stage->heard);
	struct prober *prober = prober_new(stage->loop, plan, &sink, on_done);

	assert_non_null(prober);
	prober_start(prober);
	while (!stage->heard.done)
		ev_run(stage->loop, EVRUN_ONCE);
	prober_free(prober);
}

static void
test_answers(void **state)
{
	static const int families[] = {AF_INET, AF_INET6};
	struct probe_question question = question_of("id.server CH TXT");
	struct stage stage;
	(void)state;

	for (size_t f = 0; f < 2; f++) {
		stage_open(&stage, families[f], ANSWER);
		struct prober_plan plan = plan_for(&stage, &question);
		plan.vantage = "here";
		struct timespec begin;
		clock_gettime(CLOCK_REALTIME, &begin);
		run(&stage, &plan);
		assert_int_equal(stage.heard.count, 20);
		for (size_t i = 0; i < 20; i++) {
			assert_int_equal(stage.heard.list[i].outcome, PROBE_ANSWER);
			assert_int_equal(stage.heard.list[i].seq, i);
			assert_string_equal(stage.heard.list[i].instance, "a");
			assert_string_equal(stage.heard.list[i].vantage, "here");
			assert_string_equal(stage.heard.list[i].target, stage.address.text);
			assert_true(stage.heard.list[i].rtt_ns > 0);
			assert_true(stage.heard.list[i].sent_ns > 1700000000 * S);
		}
		/* The pace of the plan: 19 intervals until the last is due, however late the first
		 * one went out. */
		assert_true(stage.heard.list[19].sent_ns - begin.tv_sec * S - begin.tv_nsec >=
			    18 * MS);
		stage_close(&stage);
	}
}

static size_t
different(const uint16_t *ports, size_t count)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		size_t j = 0;
		while (ports[j] != ports[i])
			j++;
		found += j == i;
	}
	return found;
}

static void
test_ports(void **state)
{
	struct probe_question question = question_of("id.server CH TXT");
	struct stage stage;
	struct probe_address first;
	(void)state;

	stage_open(&stage, AF_INET, ANSWER);
	struct prober_plan plan = plan_for(&stage, &question);
	run(&stage, &plan);
	assert_true(different(stage.ports, 20) >= 18); /* random: one may come twice */
	stage_close(&stage);

	stage_open(&stage, AF_INET, ANSWER);
	plan = plan_for(&stage, &question);
	plan.source_ports = 5;
	run(&stage, &plan);
	assert_int_equal(different(stage.ports, 20), 5);
	stage_close(&stage);

	stage_open(&stage, AF_INET, ANSWER);
	plan = plan_for(&stage, &question);
	plan.source_ports = 2;
	close(listen_on(AF_INET, SOCK_DGRAM, &first));
	assert_true(probe_address_parse(&plan.source_v4, "127.0.0.1", probe_address_port(&first)));
	run(&stage, &plan);
	assert_int_equal(stage.ports[0], probe_address_port(&first));
	assert_int_equal(stage.ports[1], probe_address_port(&first) + 1);
	assert_int_equal(stage.ports[2], probe_address_port(&first));
	assert_true(strncmp(stage.heard.list[0].source, "127.0.0.1@", 10) == 0);
	stage_close(&stage);
}

static void
test_loss(void **state)
{
	struct probe_question question = question_of("id.server CH TXT");
	struct stage stage;
	(void)state;

	stage_open(&stage, AF_INET, DROP);
	struct prober_plan plan = plan_for(&stage, &question);
	run(&stage, &plan);
	assert_int_equal(stage.heard.count, 20);
	for (size_t i = 0; i < 20; i++)
		assert_int_equal(stage.heard.list[i].outcome, PROBE_TIMEOUT);
	stage_close(&stage);
}

/* What is not the answer is counted, and the wait for the answer goes on. */
static void
test_forged(void **state)
{
	static const enum manner manners[] = {OTHER_QUESTION, OTHER_PORT, GARBAGE};
	struct probe_question question = question_of("id.server CH TXT");
	struct stage stage;
	(void)state;

	for (size_t i = 0; i < ARRAY_LENGTH(manners); i++) {
		stage_open(&stage, AF_INET, manners[i]);
		struct prober_plan plan = plan_for(&stage, &question);
		run(&stage, &plan);
		assert_int_equal(stage.heard.bad, 20);
		for (size_t j = 0; j < 20; j++)
			assert_int_equal(stage.heard.list[j].outcome, PROBE_ANSWER);
		stage_close(&stage);
	}
	stage_open(&stage, AF_INET, OTHER_ID);
	struct prober_plan plan = plan_for(&stage, &question);
	plan.source_ports = 1;
	plan.count = 5;
	run(&stage, &plan);
	assert_int_equal(stage.heard.bad, 5);
	assert_int_equal(stage.heard.list[4].outcome, PROBE_TIMEOUT);
	stage_close(&stage);
}

static void
test_late(void **state)
{
	struct probe_question question = question_of("id.server CH TXT");
	struct stage stage;
	(void)state;

	for (unsigned ports = 0; ports < 2; ports++) {
		stage_open(&stage, AF_INET, LATE);
		struct prober_plan plan = plan_for(&stage, &question);
		plan.count = 2;
		plan.interval_ns = 500 * MS;
		plan.source_ports = ports;
		run(&stage, &plan);
		assert_int_equal(stage.heard.count, 2);
		assert_int_equal(stage.heard.list[0].outcome, PROBE_TIMEOUT);
		assert_true(stage.heard.late >= 1);
		assert_int_equal(stage.heard.bad, 0);
		stage_close(&stage);
	}
}

static void
test_unreachable(void **state)
{
	struct probe_question question = question_of("id.server CH TXT");
	struct stage stage;
	(void)state;

	for (unsigned tcp = 0; tcp < 2; tcp++) {
		stage_open(&stage, AF_INET, ANSWER);
		ev_io_stop(stage.loop, &stage.io);
		close(stage.fd);
		struct prober_plan plan = plan_for(&stage, &question);
		plan.udp = tcp == 0;
		plan.tcp = tcp == 1;
		plan.timeout_ns = 10 * S; /* it is not waited for */
		run(&stage, &plan);
		assert_int_equal(stage.heard.count, 20);
		for (size_t i = 0; i < 20; i++)
			assert_int_equal(stage.heard.list[i].outcome, PROBE_UNREACHABLE);
		assert_string_equal(stage.heard.list[0].transport, tcp ? "tcp" : "udp");
		stage.fd = dup(0);
		stage_close(&stage);
	}
}

static void
test_series(void **state)
{
	struct probe_question questions[2] = {question_of("id.server CH TXT"),
					      question_of(". SOA")};
	struct stage stage;
	(void)state;

	stage_open(&stage, AF_INET, ANSWER);
	struct prober_plan plan = plan_for(&stage, questions);
	plan.question_count = 2;
	plan.count = 3;
	plan.recurse = true;
	assert_true(probe_subnet_parse(&plan.subnet, "203.0.113.0/24"));
	run(&stage, &plan);
	assert_int_equal(stage.heard.count, 6);
	for (size_t i = 0; i < 6; i++) {
		assert_string_equal(stage.heard.list[i].question, questions[i % 2].text);
		assert_int_equal(stage.heard.list[i].seq, i / 2);
	}
	assert_int_equal(stage.last[2], 1); /* RD */
	stage_close(&stage);
}

static void
test_duration(void **state)
{
	struct probe_question question = question_of("id.server CH TXT");
	struct probe_sink sink;
	struct stage stage;
	(void)state;

	stage_open(&stage, AF_INET, ANSWER);
	struct prober_plan plan = plan_for(&stage, &question);
	plan.count = 0;
	plan.duration_ns = 50 * MS;
	plan.interval_ns = 5 * MS;
	run(&stage, &plan);
	assert_in_range(stage.heard.count, 1, 10);
	assert_true(stage.heard.list[stage.heard.count - 1].sent_ns - stage.heard.list[0].sent_ns <=
		    50 * MS);
	/* Nothing else comes of one that is stopped in the middle. */
	stage.heard = (struct heard){0};
	plan.duration_ns = 0;
	sink = sink_to(&stage.heard);
	struct prober *prober = prober_new(stage.loop, &plan, &sink, on_done);
	prober_start(prober);
	while (stage.heard.count < 3)
		ev_run(stage.loop, EVRUN_ONCE);
	assert_true(prober_asked(prober) >= 3);
	prober_free(prober);
	assert_false(stage.heard.done);
	stage_close(&stage);
}

static void
test_no_source(void **state)
{
	struct probe_question question = question_of("id.server CH TXT");
	struct probe_sink sink;
	struct stage stage;
	(void)state;

	stage_open(&stage, AF_INET, ANSWER);
	struct prober_plan plan = plan_for(&stage, &question);
	assert_true(probe_address_parse(&plan.source_v4, "192.0.2.1", 0)); /* not ours */
	plan.source_ports = 1;
	sink = sink_to(&stage.heard);
	assert_null(prober_new(stage.loop, &plan, &sink, on_done));
	assert_int_equal(errno, EADDRNOTAVAIL);
	/* With a socket for each query it is each query that fails. */
	plan.source_ports = 0;
	plan.count = 2;
	run(&stage, &plan);
	assert_int_equal(stage.heard.count, 2);
	assert_int_equal(stage.heard.list[1].outcome, PROBE_FAILED);
	prober_free(NULL);
	stage_close(&stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),   cmocka_unit_test(test_ports),
		cmocka_unit_test(test_loss),      cmocka_unit_test(test_forged),
		cmocka_unit_test(test_late),      cmocka_unit_test(test_unreachable),
		cmocka_unit_test(test_series),    cmocka_unit_test(test_duration),
		cmocka_unit_test(test_no_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
