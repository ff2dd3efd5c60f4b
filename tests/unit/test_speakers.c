/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/speakers.h"

#include "announce_fixture.h"

/* 198.51.100.0/24 from loopback; two prefixes with one state share a message, the first is
 * 192.0.2.0. */
#define ANNOUNCE_OTHER "0000 0014 40010100 4002 06 02 01 0000fc00 4003 04 7f000001 18c63364"
#define ANNOUNCE_MED \
	"0000 001b 40010100 4002 06 02 01 0000fc00 4003 04 7f000001 80 04 04 00000005 18c00002"
#define WITHDRAW_OTHER "0004 18c63364 0000"

struct rig {
	struct stand *stand;
	struct ev_loop *loop;
	struct listeners listeners;
	struct speakers *speakers;
	struct attributes_table table;
	enum gate_state gates[LEASE_GATES];
	struct config_prefix prefixes[2]; /* of the next configuration */
	struct config_peer peers[2];
	struct config_announce next;
	struct announcer_event told;
	unsigned tells;
};

static const struct attributes *
wish(void *context, unsigned slot, enum peer_kind kind)
{
	struct rig *rig = context;
	return attributes_get(&rig->table, rig->gates[slot], kind);
}

static bool
tell(void *context, const struct announcer_event *event)
{
	struct rig *rig = context;
	rig->told = *event;
	rig->tells++;
	return true;
}

static void
turn(void *data)
{
	struct rig *rig = data;
	ev_run(rig->loop, EVRUN_NOWAIT);
	speakers_follow(rig->speakers, wish, rig);
	router_sleep(NULL);
}

static int
setup(void **state)
{
	static struct rig rig;
	rig = (struct rig){.stand = stand_open()};
	struct router *r = &rig.stand->router;
	attributes_defaults(&rig.table);
	rig.loop = ev_loop_new(0);
	r->turn = turn;
	r->data = &rig;
	struct speakers_setup with = {.announce = &rig.stand->config.announce,
				      .listeners = &rig.listeners,
				      .loop = rig.loop,
				      .log = rig.stand->log};
	rig.speakers = speakers_new(&with);
	assert_non_null(rig.speakers);
	/* The same, and room for another prefix and peer. */
	rig.prefixes[0] = rig.stand->prefix;
	rig.prefixes[1] = (struct config_prefix){
		.family = AF_INET, .length = 24, .bytes = {198, 51, 100}, .slot = 1};
	rig.peers[0] = rig.peers[1] = r->peer;
	rig.peers[1].slot = 1;
	rig.next = rig.stand->config.announce;
	rig.next.prefixes = rig.prefixes;
	rig.next.peers = rig.peers;
	*state = &rig;
	return 0;
}

static int
teardown(void **state)
{
	struct rig *rig = *state;
	speakers_free(rig->speakers);
	speakers_free(NULL);
	ev_loop_destroy(rig->loop);
	stand_close(rig->stand);
	return 0;
}

static void
establish(struct rig *rig)
{
	speakers_start(rig->speakers);
	router_establish(&rig->stand->router);
	rig->gates[0] = GATE_UP;
	router_hear_update(&rig->stand->router, ANNOUNCE_UP);
}

static void
change(struct rig *rig)
{
	assert_null(speakers_prepare(rig->speakers, &rig->next));
	speakers_commit(rig->speakers);
}

static void
test_prefixes(void **state)
{
	struct rig *rig = *state;
	struct router *r = &rig->stand->router;
	establish(rig);
	rig->next.prefix_count = 2;
	change(rig);
	rig->gates[1] = GATE_UP;
	/* Only the new one, over the same session. */
	router_hear_update(r, ANNOUNCE_OTHER);
	struct config_announce less = rig->next;
	less.prefixes = &rig->prefixes[1];
	less.prefix_count = 1;
	assert_null(speakers_prepare(rig->speakers, &less));
	/* Prepared is not done. */
	speakers_abort(rig->speakers);
	speakers_commit(rig->speakers);
	for (unsigned i = 0; i < 10; i++)
		turn(rig);
	assert_false(router_take(r));
	assert_null(speakers_prepare(rig->speakers, &less));
	speakers_commit(rig->speakers);
	router_hear_update(r, WITHDRAW);
	/* Its gate still says up: nobody asks any more. */
	assert_int_equal(rig->gates[0], GATE_UP);
	rig->gates[1] = GATE_DOWN;
	router_hear_update(r, WITHDRAW_OTHER);
}

/* The slot of a prefix that some peer still has is nobody else's. */
static void
test_owed(void **state)
{
	struct rig *rig = *state;
	establish(rig);
	rig->prefixes[1].slot = 0;
	rig->next.prefixes = &rig->prefixes[1];
	const char *why = speakers_prepare(rig->speakers, &rig->next);
	assert_non_null(why);
	assert_non_null(strstr(why, "withdrawal"));
	rig->gates[0] = GATE_DOWN;
	router_hear_update(&rig->stand->router, WITHDRAW);
	change(rig);
	rig->gates[0] = GATE_UP;
	router_hear_update(&rig->stand->router, ANNOUNCE_OTHER);
}

static void
test_attributes(void **state)
{
	struct rig *rig = *state;
	struct router *r = &rig->stand->router;
	establish(rig);
	rig->peers[0].has_med = true;
	rig->peers[0].med = 5;
	change(rig);
	router_hear_update(r, ANNOUNCE_MED);
	change(rig);
	for (unsigned i = 0; i < 10; i++)
		turn(rig);
	assert_false(router_take(r));
}

/* Another session with the same router: it says why, and calls again. */
static void
test_settings(void **state)
{
	struct rig *rig = *state;
	struct router *r = &rig->stand->router;
	establish(rig);
	speakers_tell(rig->speakers, tell, rig);
	assert_int_equal(rig->tells, 1);
	speakers_tell(rig->speakers, tell, rig);
	assert_int_equal(rig->tells, 1);
	rig->next.peers = &rig->peers[1];
	change(rig);
	router_hear_update(r, WITHDRAW);
	router_hear_cease(r, BGP_CEASE_CONFIGURATION, "");
	router_wait(r, router_sees_end(r));
	close(r->fd);
	r->fd = -1;
	rig->gates[0] = GATE_DOWN;
	router_establish(r);
	rig->gates[0] = GATE_UP;
	router_hear_update(r, ANNOUNCE_UP);
	speakers_tell(rig->speakers, tell, rig);
	assert_int_equal(rig->tells, 2);
	assert_int_equal(rig->told.peer, 1);
	assert_true(rig->told.up);
	speakers_stop(rig->speakers, "the end");
	router_hear_update(r, WITHDRAW);
	router_hear_cease(r, BGP_CEASE_SHUTDOWN, "the end");
}

static void
test_removed(void **state)
{
	struct rig *rig = *state;
	struct router *r = &rig->stand->router;
	establish(rig);
	rig->next.peer_count = 0;
	change(rig);
	router_hear_update(r, WITHDRAW);
	router_hear_cease(r, BGP_CEASE_DECONFIGURED, "");
	router_wait(r, router_sees_end(r));
	assert_null(speakers_called(rig->speakers, NULL, &r->peer.address));
	assert_non_null(strstr(stand_log(rig->stand), "removed by a reload"));
}

int
main(void)
{
#define CASE(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_prefixes), CASE(test_owed),    CASE(test_attributes),
		CASE(test_settings), CASE(test_removed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
