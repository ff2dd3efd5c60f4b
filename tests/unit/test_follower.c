/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/follower.h"

#include "announce_fixture.h"

#include <sys/mman.h>

#include "announce/announce_pack.h"

struct rig {
	struct stand *stand;
	struct announcer_setup setup;
	struct listeners listeners;
	struct drivers drivers;
	struct follower follower;
	struct config next;
	struct config_prefix prefixes[2];
	struct config_peer peers[2];
};

/* What a driver was told, in order. */
static struct {
	char words[256];
	const struct config *config;
} driven;

static void
note_apply(struct driver *driver, size_t index, enum gate_state state,
	   const struct attributes *attributes)
{
	(void)driver, (void)state;
	assert_null(attributes);
	size_t size = strlen(driven.words);
	snprintf(driven.words + size, sizeof driven.words - size, "apply %zu, ", index);
}

static void
note_push(struct driver *driver)
{
	(void)driver;
	strcat(driven.words, "push, ");
}

static void
note_change(struct driver *driver)
{
	(void)driver;
	size_t size = strlen(driven.words);
	snprintf(driven.words + size, sizeof driven.words - size, "change to %zu",
		 driven.config->announce.prefix_count);
}

static const struct driver_kind note = {
	.name = "note", .apply = note_apply, .push = note_push, .change = note_change};

static int
setup(void **state)
{
	static struct rig rig;
	static struct driver driver = {.kind = &note};
	rig = (struct rig){.stand = stand_open()};
	struct follower *f = &rig.follower;
	rig.drivers = (struct drivers){.count = 1, .slots = {{.kind = &note, .driver = &driver}}};
	rig.setup = (struct announcer_setup){.config = &rig.stand->config,
					     .lease = rig.stand->lease,
					     .log = rig.stand->log,
					     .listeners = &rig.listeners,
					     .drivers = &rig.drivers};
	*f = (struct follower){.setup = &rig.setup,
			       .config = rig.stand->config,
			       .log = rig.stand->log,
			       .loop = ev_loop_new(0)};
	struct speakers_setup speakers = {.announce = &f->config.announce,
					  .listeners = &f->listeners,
					  .loop = f->loop,
					  .log = f->log};
	f->speakers = speakers_new(&speakers);
	assert_non_null(f->speakers);
	rig.prefixes[0] = rig.stand->prefix;
	rig.prefixes[1] = (struct config_prefix){.family = AF_INET,
						 .length = 24,
						 .bytes = {198, 51, 100},
						 .text = "other",
						 .slot = 1};
	rig.peers[0] = rig.peers[1] = rig.stand->router.peer;
	rig.peers[1].slot = 1;
	rig.next = rig.stand->config;
	rig.next.announce.prefixes = rig.prefixes;
	rig.next.announce.peers = rig.peers;
	driven.words[0] = '\0';
	driven.config = &f->config;
	*state = &rig;
	return 0;
}

static int
teardown(void **state)
{
	struct rig *rig = *state;
	follower_forget(&rig->follower);
	speakers_free(rig->follower.speakers);
	announce_unpack_free(rig->follower.announce);
	listeners_close(&rig->follower.listeners, 0);
	ev_loop_destroy(rig->follower.loop);
	stand_close(rig->stand);
	return 0;
}

static const char *
prepare(struct rig *rig)
{
	static char text[ANNOUNCER_TEXT];
	size_t size;
	uint8_t *bytes = announce_pack(&rig->next.announce, &size);
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_int_equal(write(fd, bytes, size), size);
	assert_int_equal(
		fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE),
		0);
	announce_pack_free(bytes, size);
	return follower_prepare(&rig->follower, fd, text);
}

static void
test_follows(void **state)
{
	struct rig *rig = *state;
	struct follower *f = &rig->follower;
	rig->next.announce.prefix_count = 2;
	rig->next.announce.dry_run = true;
	assert_null(prepare(rig));
	assert_int_equal(f->config.announce.prefix_count, 1);
	assert_false(f->config.announce.dry_run);
	follower_commit(f);
	assert_int_equal(f->config.announce.prefix_count, 2);
	assert_true(f->config.announce.dry_run);
	assert_string_equal(f->config.announce.prefixes[1].text, "other");
	assert_string_equal(driven.words, "push, change to 2");
	/* Nothing prepared, nothing done. */
	driven.words[0] = '\0';
	follower_commit(f);
	assert_string_equal(driven.words, "");
	/* What goes is withdrawn before anything is known of what comes. */
	rig->next.announce.prefix_count = 1;
	rig->next.announce.prefixes = &rig->prefixes[1];
	assert_null(prepare(rig));
	follower_commit(f);
	assert_string_equal(driven.words, "apply 0, push, change to 1");
}

/* A gate that somebody left as it was must not speak for another prefix. */
static void
test_occupied(void **state)
{
	struct rig *rig = *state;
	rig->next.announce.prefix_count = 2;
	lease_put_gate(rig->stand->lease, 1, GATE_UP, stand_now());
	const char *why = prepare(rig);
	assert_non_null(why);
	assert_string_equal(why, "the gate for other is still another prefix's");
	assert_null(rig->follower.next);
	follower_commit(&rig->follower);
	assert_int_equal(rig->follower.config.announce.prefix_count, 1);
	lease_clear_gate(rig->stand->lease, 1);
	assert_null(prepare(rig));
}

static void
test_listeners(void **state)
{
	struct rig *rig = *state;
	struct follower *f = &rig->follower;
	/* The router of the test listens there itself. */
	rig->next.announce.peer_count = 2;
	rig->peers[1].passive = true;
	rig->peers[1].address.socket.v4.sin_addr.s_addr = htonl(0x7f000009);
	const char *why = prepare(rig);
	assert_non_null(why);
	assert_non_null(strstr(why, "cannot listen for it"));
	assert_int_equal(f->listeners.count, 0);
	close(rig->stand->router.listener);
	rig->stand->router.listener = -1;
	assert_null(prepare(rig));
	assert_int_equal(f->listeners.count, 1);
	follower_forget(f);
	assert_int_equal(f->listeners.count, 0);
	assert_null(prepare(rig));
	follower_commit(f);
	assert_int_equal(f->listeners.count, 1);
	/* The last peer that would call goes. */
	rig->next.announce.peer_count = 1;
	f->listening = 1; /* as the loop has it */
	assert_null(prepare(rig));
	assert_int_equal(f->listeners.count, 1);
	f->listening = 0;
	follower_commit(f);
	assert_int_equal(f->listeners.count, 0);
}

static void
test_nothing_arrives(void **state)
{
	struct rig *rig = *state;
	char text[ANNOUNCER_TEXT];
	assert_string_equal(follower_prepare(&rig->follower, -1, text),
			    "the change did not arrive");
}

int
main(void)
{
#define CASE(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_follows),
		CASE(test_occupied),
		CASE(test_listeners),
		CASE(test_nothing_arrives),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
