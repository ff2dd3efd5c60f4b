/* SPDX-License-Identifier: BSD-2-Clause */
#include "net_fixture.h"

#include <netinet/tcp.h>

#include "net/socket.h"

static struct socket_request
request_of(enum socket_kind kind, const struct config_address *address)
{
	return (struct socket_request){
		.kind = kind, .address = address, .file = "test.yaml", .tcp_mss = 1220};
}

static int
option_of(int fd, int level, int name)
{
	int value = -1;
	socklen_t size = sizeof(value);

	assert_int_equal(getsockopt(fd, level, name, &value, &size), 0);
	return value;
}

/* A free socket on the address, opened without a finding. */
static int
open_good(enum socket_kind kind, const struct config_address *address)
{
	struct report report = REPORT_INIT;
	struct socket_request request = request_of(kind, address);
	int fd = socket_open(&request, &report);

	assert_true(fd >= 0);
	assert_int_equal(report.count, 0);
	return fd;
}

static void
test_udp4(void **state)
{
	struct config_address a = address_of(own_address(0), 15300);
	int fd = open_good(SOCKET_UDP, &a);
	(void)state;

	assert_int_equal(option_of(fd, SOL_SOCKET, SO_REUSEPORT), 1);
	assert_int_equal(option_of(fd, SOL_SOCKET, SO_REUSEADDR), 0);
	assert_int_equal(option_of(fd, IPPROTO_IP, IP_FREEBIND), 1);
	assert_int_equal(option_of(fd, IPPROTO_IP, IP_MTU_DISCOVER), IP_PMTUDISC_OMIT);
	assert_int_equal(option_of(fd, IPPROTO_IP, IP_PKTINFO), 0);
	/* Plain SO_RCVBUF without privileges gives at least what the system allows. */
	assert_true(option_of(fd, SOL_SOCKET, SO_RCVBUF) >= 200000);
	int second = open_good(SOCKET_UDP, &a); /* the next worker's */
	close(second);
	close(fd);
}

static void
test_udp6(void **state)
{
	struct config_address a = address_of("::1", free_port(AF_INET6));
	int fd = open_good(SOCKET_UDP, &a);
	(void)state;

	assert_int_equal(option_of(fd, IPPROTO_IPV6, IPV6_V6ONLY), 1);
	assert_int_equal(option_of(fd, IPPROTO_IPV6, IPV6_FREEBIND), 1);
	assert_int_equal(option_of(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER), IPV6_PMTUDISC_OMIT);
	assert_int_equal(option_of(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO), 0);
	close(fd);
}

/* Both wildcards on one port: :: must not take 0.0.0.0's place. */
static void
test_wildcards(void **state)
{
	unsigned port = free_port(AF_INET6);
	struct config_address a4 = address_of("0.0.0.0", port);
	struct config_address a6 = address_of("::", port);
	int udp4 = open_good(SOCKET_UDP, &a4), udp6 = open_good(SOCKET_UDP, &a6);
	int tcp4 = open_good(SOCKET_TCP, &a4), tcp6 = open_good(SOCKET_TCP, &a6);
	(void)state;

	assert_int_equal(option_of(udp4, IPPROTO_IP, IP_PKTINFO), 1);
	assert_int_equal(option_of(udp6, IPPROTO_IPV6, IPV6_RECVPKTINFO), 1);
	close(udp4), close(udp6), close(tcp4), close(tcp6);
}

static void
test_tcp(void **state)
{
	struct config_address a = address_of(own_address(0), 15300);
	int fd = open_good(SOCKET_TCP, &a);
	(void)state;

	assert_int_equal(option_of(fd, SOL_SOCKET, SO_ACCEPTCONN), 1);
	assert_int_equal(option_of(fd, SOL_SOCKET, SO_REUSEADDR), 1);
	assert_int_equal(option_of(fd, IPPROTO_TCP, TCP_NODELAY), 1);
	assert_int_equal(option_of(fd, IPPROTO_TCP, TCP_MAXSEG), 1220);
	/* What the configuration allows above the kernel's maximum must not fail. */
	socket_set_mss(fd, 65495);
	assert_int_equal(option_of(fd, IPPROTO_TCP, TCP_MAXSEG), 32767);
	socket_set_mss(fd, 0);
	assert_int_not_equal(option_of(fd, IPPROTO_TCP, TCP_MAXSEG), 32767);
	/* Non-blocking: nobody is there. */
	assert_int_equal(accept(fd, NULL, NULL), -1);
	assert_int_equal(errno, EAGAIN);
	close(fd);
}

/* 203.0.113.0/24 and 2001:db8::/32 are for documentation: no system has them. */
static void
test_address_not_there_yet(void **state)
{
	struct config_address a4 = address_of("203.0.113.53", 15300);
	struct config_address a6 = address_of("2001:db8::53", 15300);
	(void)state;

	for (int kind = SOCKET_UDP; kind <= SOCKET_TCP; kind++) {
		close(open_good((enum socket_kind)kind, &a4));
		close(open_good((enum socket_kind)kind, &a6));
	}
}

static void
assert_refused(bool good, struct report *report, const char *word)
{
	assert_false(good);
	assert_int_equal(report->errors, 1);
	assert_string_equal(report->findings[0].file, "test.yaml");
	assert_int_equal(report->findings[0].line, 7);
	assert_int_equal(report->findings[0].column, 9);
	assert_non_null(strstr(report->findings[0].message, word));
	assert_non_null(report->findings[0].remedy);
	report_clear(report);
}

/* SO_REUSEPORT alone would let the second server in silently. */
static void
test_in_use(void **state)
{
	struct report report = REPORT_INIT;
	(void)state;

	for (int kind = SOCKET_UDP; kind <= SOCKET_TCP; kind++) {
		struct config_address a = address_of(own_address(0), 15300);
		struct socket_request request = request_of((enum socket_kind)kind, &a);
		assert_true(socket_probe(&request, &report));
		int fd = open_good((enum socket_kind)kind, &a);
		assert_refused(socket_probe(&request, &report), &report, "already in use");
		close(fd);
		assert_true(socket_probe(&request, &report));
	}
	assert_int_equal(report.count, 0);
}

static void
test_open_in_use(void **state)
{
	struct config_address a = address_of(own_address(0), 15300);
	struct socket_request request = request_of(SOCKET_UDP, &a);
	struct report report = REPORT_INIT;
	int fd = socket(AF_INET, SOCK_DGRAM, 0); /* without SO_REUSEPORT */
	(void)state;

	assert_int_equal(bind(fd, &a.socket.any, a.size), 0);
	assert_refused(socket_open(&request, &report) >= 0, &report, "(UDP) is already in use");
	close(fd);
}

static void
test_no_permission(void **state)
{
	struct config_address a = address_of(own_address(0), 53);
	struct socket_request request = request_of(SOCKET_UDP, &a);
	struct report report = REPORT_INIT;
	uid_t user = geteuid();
	FILE *file = fopen("/proc/sys/net/ipv4/ip_unprivileged_port_start", "r");
	unsigned long first = 0;
	(void)state;

	if (file) {
		char line[16] = "";
		assert_non_null(fgets(line, sizeof(line), file));
		first = strtoul(line, NULL, 10);
		fclose(file);
	}
	if (first <= 53)
		skip();
	if (user == 0)
		assert_int_equal(seteuid(65534), 0);
	bool good = socket_probe(&request, &report);
	if (user == 0)
		assert_int_equal(seteuid(0), 0);
	assert_refused(good, &report, "no permission");
}

static void
test_link_local_without_interface(void **state)
{
	struct config_address a = address_of("fe80::1", 15300);
	struct socket_request request = request_of(SOCKET_UDP, &a);
	struct report report = REPORT_INIT;
	(void)state;

	assert_refused(socket_open(&request, &report) >= 0, &report, "fe80::1@15300");
}

static void
test_supported(void **state)
{
	struct config_address a = address_of("192.0.2.1", 53);
	(void)state;

	assert_true(socket_supported(&a));
	a.socket.any.sa_family = AF_APPLETALK; /* stands for IPv6 on a system without */
	assert_false(socket_supported(&a));
}

static void
test_comparisons(void **state)
{
	struct config_address a = address_of("192.0.2.1", 53), b = address_of("192.0.2.2", 53);
	struct config_address any = address_of("0.0.0.0", 53), other = address_of("192.0.2.1", 54);
	struct config_address a6 = address_of("2001:db8::1", 53), any6 = address_of("::", 53);
	struct config_address link = address_of("fe80::1", 53), link2 = link;
	(void)state;

	link2.socket.v6.sin6_scope_id = 2;
	assert_true(socket_is_wildcard(&any) && socket_is_wildcard(&any6));
	assert_false(socket_is_wildcard(&a) || socket_is_wildcard(&a6));
	assert_true(socket_same_address(&a, &a) && socket_same_address(&a6, &a6));
	assert_false(socket_same_address(&a, &b) || socket_same_address(&a, &other));
	assert_false(socket_same_address(&a6, &any6) || socket_same_address(&any, &any6));
	assert_false(socket_same_address(&link, &link2));
	assert_true(socket_overlaps(&a, &any) && socket_overlaps(&any, &a));
	assert_true(socket_overlaps(&a6, &any6) && socket_overlaps(&a, &a));
	assert_false(socket_overlaps(&a, &b) || socket_overlaps(&other, &any));
	assert_false(socket_overlaps(&a, &any6) || socket_overlaps(&a6, &any));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_udp4),
		cmocka_unit_test(test_udp6),
		cmocka_unit_test(test_wildcards),
		cmocka_unit_test(test_tcp),
		cmocka_unit_test(test_address_not_there_yet),
		cmocka_unit_test(test_in_use),
		cmocka_unit_test(test_open_in_use),
		cmocka_unit_test(test_no_permission),
		cmocka_unit_test(test_link_local_without_interface),
		cmocka_unit_test(test_supported),
		cmocka_unit_test(test_comparisons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
