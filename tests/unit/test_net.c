/* SPDX-License-Identifier: BSD-2-Clause */
#include "net_fixture.h"

#include <pthread.h>
#include <signal.h>

#include "anyns/lease.h"
#include "net/net.h"

struct stage {
	struct config config;
	struct config_address listen[4];
	struct publish *publish;
	struct answer_view view;
	struct report report;
	struct net *net;
};

/* A configuration without addresses; add_address() completes it. */
static void
stage_init(struct stage *stage)
{
	static char path[] = "test.yaml";

	*stage = (struct stage){
		.config = {.path = path,
			   .listen = stage->listen,
			   .workers = 2,
			   .tcp_mss = 1220,
			   .tcp_clients = 100,
			   .tcp_clients_per_address = 100,
			   .tcp_idle_ms = 10000,
			   .tcp_total_ms = 60000},
		.view = fake_view(0),
	};
	atomic_store(&fake_gate, false);
	atomic_store(&fake_waiting, 0);
	stage->publish = publish_new();
	assert_null(publish_swap(stage->publish, &stage->view));
}

static const struct config_address *
add_address(struct stage *stage, const char *text, unsigned port)
{
	stage->listen[stage->config.listen_count] = address_of(text, port);
	return &stage->listen[stage->config.listen_count++];
}

static void
stage_start(struct stage *stage)
{
	stage->net = net_open(&stage->config, NULL, &stage->report);
	assert_non_null(stage->net);
	assert_int_equal(stage->report.count, 0);
	assert_true(net_start(stage->net, stage->publish, NULL, &stage->report));
}

static void
stage_close(struct stage *stage)
{
	net_close(stage->net);
	publish_free(stage->publish);
	report_clear(&stage->report);
}

static void
assert_answers(const struct config_address *a)
{
	int udp = client_connect(SOCK_DGRAM, a), tcp = client_connect(SOCK_STREAM, a);

	udp_ask(udp, 1, FAKE_ECHO, 0);
	assert_int_equal(udp_hear(udp), 1);
	tcp_ask(tcp, 2, FAKE_ECHO, 0);
	assert_int_equal(tcp_hear(tcp, NULL), 2);
	close(udp), close(tcp);
}

static void
assert_silent(const struct config_address *a)
{
	int udp = client_connect(SOCK_DGRAM, a), tcp = client_socket(SOCK_STREAM, a);

	udp_ask(udp, 1, FAKE_ECHO, 0);
	assert_int_equal(udp_hear(udp), -1);
	assert_int_equal(errno, ECONNREFUSED);
	assert_int_equal(connect(tcp, &a->socket.any, a->size), -1);
	close(udp), close(tcp);
}

static void
test_serves(void **state)
{
	struct stage stage;
	struct net_counters counters;
	(void)state;

	stage_init(&stage);
	add_address(&stage, own_address(0), 15300);
	add_address(&stage, "::1", free_port(AF_INET6));
	add_address(&stage, own_address(0), 15300); /* twice is once */
	stage_start(&stage);
	for (int i = 0; i < 20; i++) { /* several source ports: every worker has its turn */
		net_share(stage.net, i < 10);
		assert_answers(&stage.listen[i % 2]);
	}
	net_stop(stage.net);
	net_read_counters(stage.net, &counters);
	assert_int_equal(counters.udp_received, 20);
	assert_int_equal(counters.udp_sent, 20);
	assert_int_equal(counters.tcp_accepted, 20);
	assert_int_equal(counters.tcp_sent, 20);
	assert_silent(&stage.listen[0]);
	stage_close(&stage);
	net_close(NULL);
}

/* Opened, but never started. */
static void
test_open_close(void **state)
{
	struct stage stage;
	(void)state;

	stage_init(&stage);
	add_address(&stage, own_address(0), 15300);
	for (int i = 0; i < 2; i++) {
		stage.net = net_open(&stage.config, NULL, &stage.report);
		assert_non_null(stage.net);
		net_close(stage.net);
	}
	/* A change before the start counts from the start on. */
	stage.net = net_open(&stage.config, NULL, &stage.report);
	stage.listen[0] = address_of(own_address(1), 15300);
	assert_true(net_reload(stage.net, &stage.config, &stage.report));
	assert_true(net_start(stage.net, stage.publish, NULL, &stage.report));
	assert_answers(&stage.listen[0]);
	stage_close(&stage);
}

/* One error, at that line of the configuration. */
static void
assert_one_error(const struct report *report, unsigned line)
{
	char begin[64], text[512] = "";

	assert_int_equal(report->count, 1);
	assert_int_equal(report->errors, 1);
	snprintf(begin, sizeof(begin), "test.yaml:%u:9: error: ", line);
	report_line(&report->findings[0], text, sizeof(text));
	assert_memory_equal(text, begin, strlen(begin));
}

/* Two servers of one user: SO_REUSEPORT alone would give each half of the queries. */
static void
test_in_use(void **state)
{
	struct stage first, second;
	(void)state;

	stage_init(&first);
	add_address(&first, own_address(0), 15300);
	stage_start(&first);
	stage_init(&second);
	add_address(&second, own_address(1), 15300);
	add_address(&second, own_address(0), 15300);
	second.listen[1].line = 12;
	assert_null(net_open(&second.config, NULL, &second.report));
	assert_one_error(&second.report, 12);
	assert_silent(&second.listen[0]); /* nothing stayed open */
	assert_answers(&first.listen[0]);
	stage_close(&first);
	stage_close(&second);
}

static void
test_lacking_family(void **state)
{
	struct stage stage;
	(void)state;

	stage_init(&stage);
	add_address(&stage, "::1", 15300);
	stage.listen[0].socket.any.sa_family = AF_APPLETALK; /* stands for a kernel without IPv6 */
	assert_null(net_open(&stage.config, NULL, &stage.report));
	assert_int_equal(stage.report.errors, 1);
	report_clear(&stage.report);
	add_address(&stage, own_address(0), 15300);
	stage.net = net_open(&stage.config, NULL, &stage.report);
	assert_non_null(stage.net);
	assert_int_equal(stage.report.errors, 0);
	assert_int_equal(stage.report.warnings, 1);
	assert_int_equal(stage.report.findings[0].line, 7);
	stage_close(&stage);
}

/* A wildcard and one of its addresses; then only one of them, back and forth. */
static void
test_wildcard_and_specific(void **state)
{
	struct stage stage;
	unsigned port = free_port(AF_INET);
	struct config_address own = address_of(own_address(0), port);
	struct config_address second = address_of("127.0.0.2", port);
	(void)state;

	stage_init(&stage);
	add_address(&stage, "0.0.0.0", port);
	add_address(&stage, own_address(0), port);
	stage_start(&stage);
	assert_answers(&own);
	assert_answers(&second);
	stage.config.listen = stage.listen + 1;
	stage.config.listen_count = 1;
	assert_true(net_reload(stage.net, &stage.config, &stage.report));
	assert_answers(&own);
	assert_silent(&second);
	stage.config.listen = stage.listen;
	assert_true(net_reload(stage.net, &stage.config, &stage.report));
	assert_answers(&own);
	assert_answers(&second);
	assert_int_equal(stage.report.count, 0);
	stage_close(&stage);
}

static void
test_reload_fails_whole(void **state)
{
	struct stage stage;
	int taken = socket(AF_INET, SOCK_DGRAM, 0);
	struct config_address a = address_of(own_address(1), 15301);
	(void)state;

	assert_int_equal(bind(taken, &a.socket.any, a.size), 0);
	stage_init(&stage);
	add_address(&stage, own_address(0), 15300);
	stage_start(&stage);
	/* The old address would go, a good one would come, and one cannot. */
	stage.config.listen = stage.listen + 1;
	stage.listen[1] = address_of(own_address(1), 15300);
	stage.listen[2] = a;
	stage.config.listen_count = 2;
	assert_false(net_reload(stage.net, &stage.config, &stage.report));
	assert_int_equal(stage.report.errors, 1);
	assert_answers(&stage.listen[0]);
	assert_silent(&stage.listen[1]);
	close(taken);
	assert_true(net_reload(stage.net, &stage.config, &stage.report));
	assert_silent(&stage.listen[0]);
	assert_answers(&stage.listen[1]);
	assert_answers(&stage.listen[2]);
	stage_close(&stage);
}

static void
test_reload_limits(void **state)
{
	struct stage stage;
	(void)state;

	stage_init(&stage);
	add_address(&stage, own_address(0), 15300);
	stage_start(&stage);
	int one = client_connect(SOCK_STREAM, &stage.listen[0]);
	tcp_ask(one, 1, FAKE_ECHO, 0);
	assert_int_equal(tcp_hear(one, NULL), 1);
	stage.config.tcp_clients_per_address = 1;
	stage.config.workers = 3;
	assert_true(net_reload(stage.net, &stage.config, &stage.report));
	assert_int_equal(stage.report.errors, 0);
	assert_int_equal(stage.report.warnings, 1); /* workers */
	int two = client_connect(SOCK_STREAM, &stage.listen[0]);
	assert_true(stream_ended(two));
	tcp_ask(one, 2, FAKE_ECHO, 0);
	assert_int_equal(tcp_hear(one, NULL), 2);
	close(one), close(two);
	stage_close(&stage);
}

/* A client that asks without a pause. */
struct load {
	pthread_t thread;
	struct config_address to;
	int type;
	atomic_bool stop;
	atomic_uint answered;
	unsigned lost;
};

static void *
run_load(void *argument)
{
	struct load *load = argument;
	int tcp = load->type == SOCK_STREAM ? client_connect(SOCK_STREAM, &load->to) : -1;

	for (unsigned id = 0; !atomic_load(&load->stop); id = (id + 1) % 65536) {
		int heard;
		if (tcp >= 0) {
			tcp_ask(tcp, id, FAKE_ECHO, 0);
			heard = tcp_hear(tcp, NULL);
		} else { /* a new port each time reaches all workers */
			int fd = client_connect(SOCK_DGRAM, &load->to);
			udp_ask(fd, id, FAKE_ECHO, 0);
			heard = udp_hear(fd);
			close(fd);
		}
		if (heard == (int)id)
			atomic_fetch_add(&load->answered, 1);
		else
			load->lost++;
	}
	if (tcp >= 0)
		close(tcp);
	return NULL;
}

static void
load_start(struct load *load, const struct config_address *to, int type)
{
	*load = (struct load){.to = *to, .type = type};
	assert_int_equal(pthread_create(&load->thread, NULL, run_load, load), 0);
}

static void
load_stop(struct load *load)
{
	atomic_store(&load->stop, true);
	pthread_join(load->thread, NULL);
	assert_int_equal(load->lost, 0);
}

static void
test_reload_under_load(void **state)
{
	struct stage stage;
	struct load udp, tcp;
	(void)state;

	stage_init(&stage);
	add_address(&stage, own_address(0), 15300);
	add_address(&stage, own_address(1), 15300);
	stage_start(&stage);
	load_start(&udp, &stage.listen[0], SOCK_DGRAM);
	load_start(&tcp, &stage.listen[0], SOCK_STREAM);
	for (unsigned i = 0; i < 10; i++) {
		unsigned before_udp = atomic_load(&udp.answered),
			 before_tcp = atomic_load(&tcp.answered);
		stage.config.listen_count = 1 + i % 2;
		assert_true(net_reload(stage.net, &stage.config, &stage.report));
		if (i % 2)
			assert_answers(&stage.listen[1]);
		else
			assert_silent(&stage.listen[1]);
		assert_eventually(atomic_load(&udp.answered) > before_udp + 10 &&
				  atomic_load(&tcp.answered) > before_tcp + 10);
	}
	load_stop(&udp);
	load_stop(&tcp);
	assert_int_equal(stage.report.count, 0);
	stage_close(&stage);
}

/* Signals are the main thread's: one that it blocks stays pending, no worker takes it. */
static void
test_signals_blocked(void **state)
{
	struct stage stage;
	sigset_t usr1, before, pending;
	int number;
	(void)state;

	stage_init(&stage);
	add_address(&stage, own_address(0), 15300);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	stage_start(&stage);
	pthread_sigmask(SIG_BLOCK, &usr1, &before);
	kill(getpid(), SIGUSR1); /* would end the process */
	assert_answers(&stage.listen[0]);
	sigpending(&pending);
	assert_true(sigismember(&pending, SIGUSR1));
	assert_int_equal(sigwait(&usr1, &number), 0);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	stage_close(&stage);
}

static void *
stop(void *argument)
{
	assert_true(net_stop(argument));
	return NULL;
}

/* A worker that hangs: a reload is refused with nothing changed, and a stop comes back. */
static void
test_hangs(void **state)
{
	struct stage stage;
	(void)state;

	stage_init(&stage);
	stage.config.workers = 1;
	add_address(&stage, own_address(0), 15300);
	stage_start(&stage);
	assert_true(net_reload(stage.net, &stage.config, &stage.report));
	int udp = client_connect(SOCK_DGRAM, &stage.listen[0]);
	udp_ask(udp, 1, FAKE_WAIT, 0);
	assert_eventually(atomic_load(&fake_waiting) == 1);
	add_address(&stage, own_address(1), 15300);
	assert_false(net_reload(stage.net, &stage.config, &stage.report));
	assert_int_equal(stage.report.errors, 1);
	assert_non_null(strstr(stage.report.findings[0].message, "UDP worker 0 hangs"));
	assert_silent(&stage.listen[1]);
	assert_false(net_stop(stage.net));
	assert_false(net_close(stage.net)); /* nothing of it is freed */
	atomic_store(&fake_gate, true);
	assert_int_equal(udp_hear(udp), 1);
	close(udp);
	assert_eventually(net_stop(stage.net));
	assert_true(net_close(stage.net));
	publish_free(stage.publish);
	report_clear(&stage.report);
}

static void
test_stop_answers(void **state)
{
	struct stage stage;
	pthread_t thread;
	(void)state;

	stage_init(&stage);
	stage.config.workers = 1;
	add_address(&stage, own_address(0), 15300);
	stage_start(&stage);
	int udp = client_connect(SOCK_DGRAM, &stage.listen[0]);
	int tcp = client_connect(SOCK_STREAM, &stage.listen[0]);
	udp_ask(udp, 0, FAKE_WAIT, 0);
	tcp_ask(tcp, 0, FAKE_WAIT, 0);
	assert_eventually(atomic_load(&fake_waiting) == 2);
	for (unsigned i = 1; i < 100; i++) {
		udp_ask(udp, i, FAKE_ECHO, 0);
		tcp_ask(tcp, i, FAKE_ECHO, 0);
	}
	assert_int_equal(pthread_create(&thread, NULL, stop, stage.net), 0);
	atomic_store(&fake_gate, true);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(udp_hear(udp), i);
		assert_int_equal(tcp_hear(tcp, NULL), i);
	}
	pthread_join(thread, NULL);
	assert_true(stream_ended(tcp));
	close(udp), close(tcp);
	stage_close(&stage);
}

static struct net_address_status
address_status(const struct stage *stage)
{
	struct net_address_status status;

	assert_true(net_read_address(stage->net, &stage->listen[0], &status));
	return status;
}

/* The worker that is in the middle of a packet, or the count of workers. */
static size_t
busy_worker(const struct net *net)
{
	struct net_worker_status status;
	size_t w;

	for (w = 0; w < net_worker_count(net); w++) {
		net_read_worker(net, w, &status);
		if (status.busy)
			break;
	}
	return w;
}

/* A stuck worker: its packets wait, more than it can hold are dropped, nobody else's do. */
static void
test_signs_of_life(void **state)
{
	enum { FLOOD = 40000 };
	struct stage stage;
	struct lease *lease = lease_new();
	(void)state;

	stage_init(&stage);
	add_address(&stage, own_address(0), 15300);
	stage.net = net_open(&stage.config, NULL, &stage.report);
	assert_non_null(stage.net);
	assert_false(address_status(&stage).listening); /* not before the start */
	assert_true(net_start(stage.net, stage.publish, lease, &stage.report));
	assert_int_equal(net_worker_count(stage.net), 3);
	assert_true(address_status(&stage).listening);
	assert_int_equal(busy_worker(stage.net), 3);
	int udp = client_connect(SOCK_DGRAM, &stage.listen[0]);
	udp_ask(udp, 1, FAKE_WAIT, 0);
	assert_eventually(atomic_load(&fake_waiting) == 1);
	size_t stuck = busy_worker(stage.net);
	assert_true(stuck < 2);
	for (unsigned i = 0; i < FLOOD; i++)
		udp_ask(udp, 2, FAKE_ECHO, 0);
	struct net_address_status status = address_status(&stage);
	assert_true(status.listening);
	assert_true(status.dropped > 0);
	for (size_t w = 0; w < 3; w++)
		assert_int_equal(status.waiting[w], w == stuck);
	int tcp = client_connect(SOCK_STREAM, &stage.listen[0]);
	tcp_ask(tcp, 3, FAKE_WAIT, 0);
	assert_eventually(atomic_load(&fake_waiting) == 2);
	int next = client_connect(SOCK_STREAM, &stage.listen[0]);
	assert_eventually(address_status(&stage).waiting[2]);
	atomic_store(&fake_gate, true);
	assert_int_equal(tcp_hear(tcp, NULL), 3);
	assert_eventually(busy_worker(stage.net) == 3);
	assert_eventually(!address_status(&stage).waiting[stuck] &&
			  !address_status(&stage).waiting[2]);
	close(udp), close(tcp), close(next);
	stage_close(&stage);
	lease_free(lease);
}

/* Our TCP listener's descriptor, found from outside. */
static int
find_listener(void)
{
	for (int fd = 3; fd < 256; fd++) {
		int listens = 0;
		socklen_t size = sizeof(listens);
		if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens)
			return fd;
	}
	return -1;
}

static void
test_listener_gone(void **state)
{
	struct stage stage;
	struct net_address_status status;
	struct config_address other = address_of(own_address(1), 15300);
	(void)state;

	stage_init(&stage);
	add_address(&stage, own_address(0), 15300);
	stage_start(&stage);
	assert_false(net_read_address(stage.net, &other, &status));
	assert_true(address_status(&stage).listening);
	/* As `ss --kill` would; the descriptor stays open. */
	assert_int_equal(shutdown(find_listener(), SHUT_RDWR), 0);
	assert_false(address_status(&stage).listening);
	net_stop(stage.net);
	assert_false(address_status(&stage).listening);
	stage_close(&stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_serves),
		cmocka_unit_test(test_open_close),
		cmocka_unit_test(test_in_use),
		cmocka_unit_test(test_lacking_family),
		cmocka_unit_test(test_wildcard_and_specific),
		cmocka_unit_test(test_reload_fails_whole),
		cmocka_unit_test(test_reload_limits),
		cmocka_unit_test(test_reload_under_load),
		cmocka_unit_test(test_signals_blocked),
		cmocka_unit_test(test_hangs),
		cmocka_unit_test(test_stop_answers),
		cmocka_unit_test(test_signs_of_life),
		cmocka_unit_test(test_listener_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
