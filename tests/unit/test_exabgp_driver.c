/* SPDX-License-Identifier: BSD-2-Clause */
#include "exabgp_fixture.h"

#include "announce/driver.h"
#include "anyns/lease.h"

static const struct attributes plain = {.announce = true, .local_pref = 100};
static const struct attributes hidden = {.announce = false};

struct rig {
	struct folder folder;
	struct config_prefix prefixes[LEASE_GATES];
	struct config config;
	struct report report;
	struct driver *driver;
};

static int
setup(void **state)
{
	static struct rig rig;
	rig = (struct rig){.report = REPORT_INIT};
	folder_open(&rig.folder);
	snprintf(rig.prefixes[0].text, sizeof rig.prefixes[0].text, "192.0.2.0/24");
	rig.prefixes[1].slot = 1;
	snprintf(rig.prefixes[1].text, sizeof rig.prefixes[1].text, "2001:db8::/48");
	rig.config = (struct config){
		.path = rig.folder.path,
		.announce = {.prefixes = rig.prefixes,
			     .prefix_count = 2,
			     .exabgp = {.socket = rig.folder.address.sun_path,
					.peer = {.local_as = 64512}}},
	};
	*state = &rig;
	return 0;
}

static int
teardown(void **state)
{
	struct rig *rig = *state;
	if (rig->driver)
		driver_exabgp.close(rig->driver, "end");
	report_clear(&rig->report);
	folder_close(&rig->folder);
	return 0;
}

static void
open_driver(struct rig *rig)
{
	struct driver_setup with = {.config = &rig->config};
	with.fd = driver_exabgp.prepare(&rig->config, &rig->report);
	assert_true(with.fd >= 0);
	rig->driver = driver_exabgp.open(&with);
	assert_non_null(rig->driver);
}

static int
join(struct rig *rig)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&rig->folder.address,
				 sizeof rig->folder.address),
			 0);
	driver_exabgp.tick(rig->driver);
	return fd;
}

static void
assert_record_of(int fd, size_t index, size_t count, const char *line)
{
	static struct exabgp_record record;
	ssize_t size = recv(fd, &record, sizeof record, 0);
	assert_true(size >= (ssize_t)RECORD_HEAD);
	assert_int_equal(record.magic, EXABGP_MAGIC);
	assert_int_equal(record.count, count);
	assert_int_equal(record.index, index);
	assert_int_equal((size_t)size - RECORD_HEAD, strlen(line));
	assert_memory_equal(record.line, line, strlen(line));
}

static void
assert_record(int fd, size_t index, const char *line)
{
	assert_record_of(fd, index, 2, line);
}

static void
assert_silent(int fd)
{
	char byte;
	assert_int_equal(recv(fd, &byte, 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
}

static void
test_stream(void **state)
{
	struct rig *rig = *state;
	assert_true(driver_exabgp.is_configured(&rig->config));
	open_driver(rig);
	assert_int_equal(rig->driver->peers, PEER_EXTERNAL);
	driver_exabgp.apply(rig->driver, 0, GATE_UP, &plain);
	int first = join(rig);
	assert_silent(first);
	driver_exabgp.push(rig->driver);
	assert_record(first, 0, "announce route 192.0.2.0/24 next-hop self");
	assert_record(first, 1, "withdraw route 2001:db8::/48");
	assert_record(first, 0, "");
	/* The same again is a renewal and nothing else. */
	driver_exabgp.apply(rig->driver, 0, GATE_UP, &plain);
	driver_exabgp.apply(rig->driver, 1, GATE_DOWN, &hidden);
	driver_exabgp.push(rig->driver);
	assert_record(first, 0, "");
	assert_silent(first);
	/* One that comes later is told all. */
	int second = join(rig);
	driver_exabgp.apply(rig->driver, 0, GATE_DOWN, NULL);
	driver_exabgp.push(rig->driver);
	assert_record(first, 0, "withdraw route 192.0.2.0/24");
	assert_record(first, 0, "");
	assert_record(second, 0, "withdraw route 192.0.2.0/24");
	assert_record(second, 1, "withdraw route 2001:db8::/48");
	assert_record(second, 0, "");
	struct driver_view view = {0};
	driver_exabgp.apply(rig->driver, 1, GATE_UP, &plain);
	driver_exabgp.view(rig->driver, 1, &view);
	assert_false(view.agrees);
	assert_string_equal(view.observed, "told 0 of 2 children");
	driver_exabgp.apply(rig->driver, 1, GATE_DOWN, NULL);
	driver_exabgp.push(rig->driver);
	driver_exabgp.view(rig->driver, 1, &view);
	assert_true(view.agrees);
	assert_string_equal(view.observed, "told 2 of 2 children");
	assert_record(first, 1, "withdraw route 2001:db8::/48");
	assert_record(first, 0, "");
	close(second);
	driver_exabgp.push(rig->driver);
	assert_record(first, 0, "");
	driver_exabgp.close(rig->driver, "end");
	rig->driver = NULL;
	char byte;
	assert_int_equal(recv(first, &byte, 1, 0), 0);
	close(first);
}

/* A child that does not read is dropped after a second's ticks; nobody waits for it. */
static void
test_deaf(void **state)
{
	struct rig *rig = *state;
	open_driver(rig);
	int deaf = join(rig);
	unsigned ticks = 0;
	char record[sizeof(struct exabgp_record)];
	for (bool open = true; open && ticks < 100000; ticks++) {
		struct pollfd end = {.fd = deaf};
		driver_exabgp.tick(rig->driver);
		driver_exabgp.push(rig->driver);
		assert_true(poll(&end, 1, 0) >= 0);
		open = !(end.revents & POLLHUP);
	}
	assert_in_range(ticks, 50, 99999);
	ssize_t size;
	while ((size = recv(deaf, record, sizeof record, 0)) > 0)
		;
	assert_int_equal(size, 0);
	close(deaf);
}

/* More children than there are places are turned away, and their places are free again later. */
static void
test_crowd(void **state)
{
	struct rig *rig = *state;
	int fds[9];
	char byte;
	open_driver(rig);
	for (size_t i = 0; i < ARRAY_LENGTH(fds); i++)
		fds[i] = join(rig);
	assert_int_equal(recv(fds[8], &byte, 1, 0), 0);
	close(fds[8]);
	close(fds[0]);
	driver_exabgp.push(rig->driver);
	fds[0] = join(rig);
	assert_silent(fds[0]);
	for (size_t i = 0; i < 8; i++)
		close(fds[i]);
}

static void
test_too_much(void **state)
{
	static uint32_t communities[1000];
	struct rig *rig = *state;
	communities[0] = 1;
	rig->config.announce.exabgp.peer = (struct config_peer){
		.local_as = 64512,
		.as = 64512,
		.communities = communities,
		.community_count = ARRAY_LENGTH(communities)};
	memset(communities, 0xff, sizeof communities);
	open_driver(rig);
	assert_int_equal(rig->driver->peers, PEER_INTERNAL);
	int fd = join(rig);
	driver_exabgp.apply(rig->driver, 0, GATE_UP, &plain);
	driver_exabgp.push(rig->driver);
	assert_record(fd, 0, "withdraw route 192.0.2.0/24");
	close(fd);
}

static void
test_socket(void **state)
{
	struct rig *rig = *state;
	struct stat file;
	/* Left behind by one that was killed: replaced; in use: not. */
	int fd = driver_exabgp.prepare(&rig->config, &rig->report);
	assert_true(fd >= 0);
	assert_int_equal(stat(rig->folder.address.sun_path, &file), 0);
	assert_int_equal(file.st_mode & 0777, 0660);
	assert_int_equal(driver_exabgp.prepare(&rig->config, &rig->report), -1);
	assert_int_equal(rig->report.errors, 1);
	close(fd);
	rig->config.announce.exabgp.group = (char[]){"no-such-group"};
	assert_int_equal(driver_exabgp.prepare(&rig->config, &rig->report), -1);
	assert_int_equal(rig->report.errors, 2);
	rig->config.announce.exabgp.group = (char[]){"root"};
	fd = driver_exabgp.prepare(&rig->config, &rig->report);
	assert_int_equal(fd >= 0, geteuid() == 0 || getegid() == 0);
	if (fd >= 0)
		close(fd);
	rig->config.announce.exabgp.socket = (char[]){"/nonexistent/socket"};
	assert_int_equal(driver_exabgp.prepare(&rig->config, &rig->report), -1);
	rig->config.announce.exabgp.socket = NULL;
	assert_false(driver_exabgp.is_configured(&rig->config));
}

static void
skip_records(int fd, size_t count)
{
	static struct exabgp_record record;
	for (size_t i = 0; i < count; i++)
		assert_true(recv(fd, &record, sizeof record, 0) > 0);
}

/* A reload: what stays is not said again, what goes stays withdrawn, and its record is used again
 * once it was heard. */
static void
test_change(void **state)
{
	struct rig *rig = *state;
	open_driver(rig);
	driver_exabgp.apply(rig->driver, 0, GATE_UP, &plain);
	driver_exabgp.apply(rig->driver, 1, GATE_UP, &plain);
	int child = join(rig);
	driver_exabgp.push(rig->driver);
	skip_records(child, 3);
	/* 0 goes, 2 comes. */
	driver_exabgp.apply(rig->driver, 0, GATE_DOWN, NULL);
	driver_exabgp.push(rig->driver);
	assert_record(child, 0, "withdraw route 192.0.2.0/24");
	assert_record(child, 0, "");
	rig->prefixes[0] = (struct config_prefix){.text = "198.51.100.0/24", .slot = 2};
	driver_exabgp.change(rig->driver);
	driver_exabgp.apply(rig->driver, 2, GATE_BOOT, NULL);
	driver_exabgp.apply(rig->driver, 1, GATE_UP, &plain);
	driver_exabgp.push(rig->driver);
	assert_record(child, 0, "withdraw route 198.51.100.0/24");
	assert_record(child, 1, "announce route 2001:db8::/48 next-hop self");
	assert_record(child, 0, "");
	/* One that goes without a word is withdrawn too, and until that was heard its record stays
	 * its own. */
	rig->prefixes[1] = (struct config_prefix){.text = "203.0.113.0/24", .slot = 0};
	driver_exabgp.change(rig->driver);
	driver_exabgp.apply(rig->driver, 1, GATE_UP, &plain); /* nobody's slot now */
	driver_exabgp.apply(rig->driver, 0, GATE_UP, &plain);
	driver_exabgp.push(rig->driver);
	assert_record_of(child, 1, 3, "withdraw route 2001:db8::/48");
	assert_record_of(child, 2, 3, "announce route 203.0.113.0/24 next-hop self");
	assert_record_of(child, 0, 3, "");
	close(child);
}

/* A prefix that went and comes back in another slot has one record, not two. */
static void
test_comes_back(void **state)
{
	struct rig *rig = *state;
	struct config_prefix again = {.slot = 0};
	open_driver(rig);
	driver_exabgp.apply(rig->driver, 1, GATE_UP, &plain);
	driver_exabgp.apply(rig->driver, 1, GATE_DOWN, NULL);
	rig->config.announce.prefix_count = 1;
	driver_exabgp.change(rig->driver);
	memcpy(again.text, rig->prefixes[1].text, sizeof again.text);
	rig->prefixes[0] = again;
	driver_exabgp.change(rig->driver);
	driver_exabgp.apply(rig->driver, 0, GATE_UP, &plain);
	driver_exabgp.apply(rig->driver, 1, GATE_DOWN, NULL); /* the slot it had */
	int child = join(rig);
	driver_exabgp.push(rig->driver);
	assert_record(child, 0, "withdraw route 192.0.2.0/24");
	assert_record(child, 1, "announce route 2001:db8::/48 next-hop self");
	assert_record(child, 0, "");
	struct driver_view view = {0};
	driver_exabgp.view(rig->driver, 0, &view);
	assert_true(view.agrees);
	assert_string_equal(view.wanted, "announced");
	close(child);
}

/* All records are used and one is needed: who has not heard the last word of it is dropped. */
static void
test_full(void **state)
{
	struct rig *rig = *state;
	char byte;
	for (unsigned i = 0; i < LEASE_GATES; i++) {
		rig->prefixes[i].slot = i;
		snprintf(rig->prefixes[i].text, sizeof rig->prefixes[i].text, "10.%u.0.0/16", i);
	}
	rig->config.announce.prefix_count = LEASE_GATES;
	open_driver(rig);
	int child = join(rig);
	driver_exabgp.push(rig->driver);
	skip_records(child, LEASE_GATES + 1);
	rig->prefixes[5] = (struct config_prefix){.text = "11.0.0.0/16", .slot = 5};
	driver_exabgp.change(rig->driver); /* heard as withdrawn: taken over */
	driver_exabgp.push(rig->driver);
	assert_record_of(child, 5, LEASE_GATES, "withdraw route 11.0.0.0/16");
	assert_record_of(child, 0, LEASE_GATES, "");
	driver_exabgp.apply(rig->driver, 5, GATE_UP, &plain);
	rig->prefixes[5] = (struct config_prefix){.text = "12.0.0.0/16", .slot = 5};
	driver_exabgp.change(rig->driver);
	assert_int_equal(recv(child, &byte, 1, 0), 0);
	close(child);
}

int
main(void)
{
#define CASE(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_stream), CASE(test_deaf),   CASE(test_crowd),      CASE(test_too_much),
		CASE(test_socket), CASE(test_change), CASE(test_comes_back), CASE(test_full),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
