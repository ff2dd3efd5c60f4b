/* SPDX-License-Identifier: BSD-2-Clause */
#include "exabgp_fixture.h"

#include <pthread.h>

#include "announce/exabgp_child.h"

#define LOOK "show adj-rib out"
#define UP   "announce route 192.0.2.0/24 next-hop self"
#define NO   "withdraw route 192.0.2.0/24"

/* The child in a thread; we are ExaBGP and the announcer. */
struct rig {
	struct folder folder;
	struct exabgp_child_setup setup;
	int to_child;
	int from_child;
	int listener;
	pthread_t thread;
	bool result;
	char text[65536];
	size_t size;
};

static void *
run(void *data)
{
	struct rig *rig = data;
	rig->result = exabgp_child_run(&rig->setup);
	close(rig->setup.out);
	return NULL;
}

static int
setup(void **state)
{
	static const char *const prefixes[] = {"192.0.2.0/24"};
	static struct rig rig;
	int in[2], out[2];
	rig = (struct rig){.listener = -1};
	folder_open(&rig.folder);
	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	rig.to_child = in[1];
	rig.from_child = out[0];
	rig.setup = (struct exabgp_child_setup){.socket = rig.folder.address.sun_path,
						.prefixes = prefixes,
						.prefix_count = 1,
						.in = in[0],
						.out = out[1]};
	*state = &rig;
	return 0;
}

static int
teardown(void **state)
{
	struct rig *rig = *state;
	if (rig->listener >= 0)
		close(rig->listener);
	close(rig->setup.in);
	folder_close(&rig->folder);
	return 0;
}

static void
start(struct rig *rig)
{
	assert_int_equal(pthread_create(&rig->thread, NULL, run, rig), 0);
}

/* ExaBGP ends. */
static void
finish(struct rig *rig, bool expected)
{
	close(rig->to_child);
	pthread_join(rig->thread, NULL);
	assert_int_equal(rig->result, expected);
	close(rig->from_child);
}

/* The next command, which is `expected`; looks at the adj-rib-out in between are answered. */
static void
assert_command(struct rig *rig, const char *expected, const char *reply)
{
	for (;;) {
		char *end = memchr(rig->text, '\n', rig->size);
		if (!end) {
			wait_readable(rig->from_child);
			ssize_t size = read(rig->from_child, rig->text + rig->size,
					    sizeof rig->text - rig->size);
			assert_true(size > 0);
			rig->size += (size_t)size;
			continue;
		}
		*end = '\0';
		bool found = strcmp(rig->text, expected) == 0;
		if (!found)
			assert_string_equal(rig->text, LOOK);
		const char *answer = found ? reply : "done\n";
		assert_int_equal(write(rig->to_child, answer, strlen(answer)), strlen(answer));
		rig->size -= (size_t)(end + 1 - rig->text);
		memmove(rig->text, end + 1, rig->size);
		if (found)
			return;
	}
}

static int
welcome(struct rig *rig)
{
	rig->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	unlink(rig->folder.address.sun_path);
	assert_int_equal(bind(rig->listener, (const struct sockaddr *)&rig->folder.address,
			      sizeof rig->folder.address),
			 0);
	assert_int_equal(listen(rig->listener, 1), 0);
	wait_readable(rig->listener);
	int fd = accept(rig->listener, NULL, NULL);
	assert_true(fd >= 0);
	close(rig->listener);
	rig->listener = -1;
	return fd;
}

static void
say(int fd, const char *line)
{
	static struct exabgp_record record = {.magic = EXABGP_MAGIC, .count = 1};
	memcpy(record.line, line, strlen(line));
	(void)!send(fd, &record, RECORD_HEAD + strlen(line), MSG_NOSIGNAL);
}

/* Renews until the child has something else to say than looks. */
struct renewal {
	int fd;
	pthread_t thread;
	_Atomic bool over;
};

static void *
renew(void *data)
{
	struct renewal *renewal = data;
	while (!renewal->over) {
		say(renewal->fd, "");
		poll(NULL, 0, 10);
	}
	return NULL;
}

static void
test_follows(void **state)
{
	struct rig *rig = *state;
	start(rig);
	/* Nobody is there, and yet it withdraws. */
	assert_command(rig, NO, "done\n");
	int fd = welcome(rig);
	say(fd, UP);
	struct renewal renewal = {.fd = fd};
	assert_int_equal(pthread_create(&renewal.thread, NULL, renew, &renewal), 0);
	assert_command(rig, UP, "neighbor 10.0.0.1 up\ndone\n");
	renewal.over = true;
	pthread_join(renewal.thread, NULL);
	/* Open, and silent: it lapses. */
	assert_command(rig, NO, "done\n");
	/* Back again, and then gone. */
	say(fd, "");
	assert_command(rig, UP, "done\n");
	close(fd);
	assert_command(rig, NO, "done\n");
	/* And another one. */
	fd = welcome(rig);
	say(fd, NO);
	say(fd, "");
	/* Not one of ours: given up. */
	say(fd, "shutdown");
	wait_readable(fd);
	char byte;
	assert_int_equal(recv(fd, &byte, 1, 0), 0);
	close(fd);
	finish(rig, true);
}

/* A flood on standard input is drained, lines that are too long included; errors are tried again.
 */
static void
test_drains(void **state)
{
	struct rig *rig = *state;
	static char noise[100000];
	memset(noise, 'x', sizeof noise);
	noise[sizeof noise - 1] = '\n';
	start(rig);
	for (int i = 0; i < 5; i++)
		for (size_t done = 0; done < sizeof noise;) {
			ssize_t size = write(rig->to_child, noise + done, sizeof noise - done);
			assert_true(size > 0);
			done += (size_t)size;
		}
	assert_command(rig, NO, "error\n");
	assert_command(rig, NO, "done\n");
	finish(rig, true);
}

/* ExaBGP no longer reads. */
static void
test_broken_pipe(void **state)
{
	struct rig *rig = *state;
	start(rig);
	assert_command(rig, NO, "done\n");
	close(rig->from_child);
	pthread_join(rig->thread, NULL);
	assert_true(rig->result);
	close(rig->to_child);
}

static void
test_refuses(void **state)
{
	static const char *const bad[] = {"everything"};
	struct rig *rig = *state;
	char longest[sizeof rig->folder.address.sun_path + 1];
	rig->setup.prefixes = bad;
	start(rig);
	pthread_join(rig->thread, NULL);
	assert_false(rig->result);
	memset(longest, 'x', sizeof longest);
	longest[sizeof longest - 1] = '\0';
	rig->setup.prefix_count = 0;
	rig->setup.socket = longest;
	assert_false(exabgp_child_run(&rig->setup));
	rig->setup.socket = "/x";
	rig->setup.out = -1;
	assert_false(exabgp_child_run(&rig->setup));
	close(rig->from_child);
	close(rig->to_child);
}

int
main(void)
{
#define CASE(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_follows),
		CASE(test_drains),
		CASE(test_broken_pipe),
		CASE(test_refuses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
