/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two connections of one peer (RFC 4271 6.8), first by hand, then two speakers of ours that call
 * each other at the same time over a simulated network.
 */
#include "announce/bgp_fsm.h"

#include "bgp_fsm_fixture.h"

static const enum bgp_lane_id OUT = BGP_LANE_OUT;
static const enum bgp_lane_id IN = BGP_LANE_IN;

/* Both lanes connected, OPENs sent on both. */
static struct rig *
both_open_sent(uint32_t our_id)
{
	struct rig *rig = rig_with(true, true, 9);
	rig->peer.router_id = our_id;
	step(rig, OUT, BGP_EVENT_START);
	assert_actions(rig, "Crr'");
	step(rig, OUT, BGP_EVENT_CONNECTED);
	step(rig, IN, BGP_EVENT_ACCEPTED);
	assert_actions(rig, "A'O'r'");
	return rig;
}

static void
test_our_connection_wins_with_the_higher_identifier(void **state)
{
	(void)state;
	/* The peer's OPEN on lane out comes first ... */
	struct rig *rig = both_open_sent(PEER_ID + 1);
	step_open(rig, OUT);
	assert_actions(rig, "rK");
	step_open(rig, IN);
	assert_actions(rig, "N'D'r'");
	assert_notification(rig, 6, 7, "");
	assert_int_equal(state_of_lane(rig, OUT), BGP_OPEN_CONFIRM);
	assert_int_equal(state_of_lane(rig, IN), BGP_IDLE);
	/* ... or last: the one that was there is closed. */
	rig = both_open_sent(PEER_ID + 1);
	step_open(rig, IN);
	assert_actions(rig, "r'K'");
	step_open(rig, OUT);
	assert_actions(rig, "N'D'r'rK");
	assert_int_equal(state_of_lane(rig, OUT), BGP_OPEN_CONFIRM);
	assert_int_equal(state_of_lane(rig, IN), BGP_IDLE);
}

static void
test_the_peers_connection_wins_with_the_higher_identifier(void **state)
{
	(void)state;
	struct rig *rig = both_open_sent(PEER_ID - 1);
	step_open(rig, OUT);
	step_open(rig, IN);
	assert_actions(rig, "NDrr'K'");
	assert_notification(rig, 6, 7, "");
	assert_int_equal(state_of_lane(rig, IN), BGP_OPEN_CONFIRM);
	rig = both_open_sent(PEER_ID - 1);
	step_open(rig, IN);
	step_open(rig, OUT);
	assert_actions(rig, "NDr");
	assert_int_equal(state_of_lane(rig, OUT), BGP_IDLE);
	assert_int_equal(state_of_lane(rig, IN), BGP_OPEN_CONFIRM);
}

static void
test_an_established_session_beats_any_identifier(void **state)
{
	(void)state;
	struct rig *rig = both_open_sent(PEER_ID - 1);
	step_open(rig, OUT);
	step(rig, OUT, BGP_EVENT_KEEPALIVE);
	assert_actions(rig, "rU");
	step_open(rig, IN);
	assert_actions(rig, "N'D'r'");
	assert_int_equal(state_of_lane(rig, OUT), BGP_ESTABLISHED);
	step(rig, IN, BGP_EVENT_ACCEPTED);
	assert_actions(rig, "R'");
}

static void
test_a_bad_open_does_not_touch_the_other_lane(void **state)
{
	(void)state;
	struct rig *rig = both_open_sent(PEER_ID + 1);
	step_open(rig, OUT);
	struct bgp_event event = open_event(rig, IN);
	event.open.as = 1;
	step_event(rig, &event);
	assert_actions(rig, "N'D'r'");
	assert_notification(rig, 2, 2, "");
	assert_int_equal(state_of_lane(rig, OUT), BGP_OPEN_CONFIRM);
}

/* Beside a session nobody dials or listens; when it ends both do. */
static void
test_a_session_parks_the_other_lane(void **state)
{
	(void)state;
	struct rig *rig = rig_with(true, true, 9);
	lead_to(rig, OUT, BGP_OPEN_CONFIRM);
	step(rig, OUT, BGP_EVENT_KEEPALIVE);
	assert_actions(rig, "rUr'");
	assert_int_equal(state_of_lane(rig, IN), BGP_IDLE);
	step(rig, OUT, BGP_EVENT_TCP_FAILED);
	assert_actions(rig, "Drr'");
	assert_int_equal(state_of_lane(rig, IN), BGP_ACTIVE);

	/* A connect() under way is given up for a session that the peer began. */
	rig = rig_with(true, true, 9);
	lead_to(rig, IN, BGP_ESTABLISHED);
	assert_actions(rig, "r'U'Dr");
	assert_int_equal(state_of_lane(rig, OUT), BGP_IDLE);
	step(rig, IN, BGP_EVENT_TCP_FAILED);
	assert_actions(rig, "D'r'");
	assert_in_range(step_timer(rig), 0, MONOTIME_S);
}

/* The lane that lost works again when the winner fails before it is established. */
static void
test_the_loser_comes_back_when_the_winner_fails(void **state)
{
	(void)state;
	struct rig *rig = both_open_sent(PEER_ID + 1);
	step_open(rig, OUT);
	step_open(rig, IN);
	assert_int_equal(state_of_lane(rig, IN), BGP_IDLE);
	step(rig, OUT, BGP_EVENT_TCP_FAILED);
	assert_actions(rig, "Drr'");
	assert_int_equal(state_of_lane(rig, IN), BGP_ACTIVE);
	rig = both_open_sent(PEER_ID - 1);
	step_open(rig, IN);
	step_open(rig, OUT);
	step(rig, IN, BGP_EVENT_TCP_FAILED);
	assert_actions(rig, "D'r'");
	/* Lane out waits for something, so that it cannot spin. */
	assert_false(monotime_is_never(rig->fsm.lanes[OUT].retry));
	assert_true(rig->fsm.lanes[OUT].retry.ns >= rig->now.ns + 750 * MONOTIME_MS);
}

static void
test_a_collision_told_by_the_peer_is_no_failure(void **state)
{
	(void)state;
	struct rig *rig = both_open_sent(PEER_ID - 1);
	step_notification(rig, OUT, BGP_CEASE, BGP_CEASE_COLLISION);
	assert_actions(rig, "Dr");
	assert_int_equal(rig->fsm.attempts, 0);
	/* Without another connection it is one: the router still holds our former session. */
	rig = rig_with(true, false, 9);
	lead_to(rig, OUT, BGP_OPEN_SENT);
	step_notification(rig, OUT, BGP_CEASE, BGP_CEASE_COLLISION);
	assert_int_equal(rig->fsm.attempts, 1);
}

/* Both lanes end for reasons of their own in one step; the list of actions has room for it. */
static void
test_both_lanes_expire_in_one_step(void **state)
{
	(void)state;
	struct rig *rig = both_open_sent(PEER_ID - 1);
	step_open(rig, OUT);
	rig->now = monotime_add(rig->now, 1000 * MONOTIME_S);
	step(rig, OUT, BGP_EVENT_TIMER);
	assert_actions(rig, "NDrN'D'r'");
}

/*
 * The simulated network: a connection is two queues of events with a time of arrival each. A link
 * is opened by one speaker and is the other's lane in.
 */
enum { QUEUE = 64, LINKS = 64 };

struct arrival {
	struct monotime at;
	struct bgp_event event;
};

struct link {
	bool alive;
	unsigned dialler; /* index of the speaker whose lane out it is */
	struct {
		struct arrival list[QUEUE];
		unsigned head;
		unsigned tail;
		struct monotime latest; /* a stream keeps its order */
	} to[2];
};

struct world {
	uint32_t dice;
	struct monotime now;
	struct rig speakers[2];
	struct link links[LINKS];
	unsigned connects;
	struct link *lanes[2][BGP_LANES]; /* what each speaker has on each lane */
	struct link *offered;             /* waits to be adopted or refused */
};

static uint32_t
roll(struct world *world, uint32_t sides)
{
	world->dice = world->dice * 1664525u + 1013904223u;
	return (world->dice >> 8) % sides;
}

static void
post(struct world *world, struct link *link, unsigned speaker, const struct bgp_event *event)
{
	unsigned tail = link->to[speaker].tail++;
	assert_true(tail - link->to[speaker].head < QUEUE);
	struct monotime at = monotime_add(world->now, (1 + (int64_t)roll(world, 50)) * MONOTIME_MS);
	if (at.ns <= link->to[speaker].latest.ns)
		at.ns = link->to[speaker].latest.ns + 1;
	link->to[speaker].latest = at;
	link->to[speaker].list[tail % QUEUE] = (struct arrival){at, *event};
}

static void
dial(struct world *world, unsigned speaker)
{
	struct link *link = NULL;
	for (unsigned i = 0; i < LINKS && !link; i++)
		if (!world->links[i].alive)
			link = &world->links[i];
	assert_non_null(link);
	*link = (struct link){.alive = true, .dialler = speaker};
	world->lanes[speaker][OUT] = link;
	world->connects++;
	struct bgp_event connected = {.type = BGP_EVENT_CONNECTED};
	struct bgp_event accepted = {.type = BGP_EVENT_ACCEPTED};
	post(world, link, speaker, &connected);
	post(world, link, !speaker, &accepted);
}

static void
hang_up(struct world *world, struct link *link, unsigned speaker, enum bgp_lane_id lane)
{
	struct bgp_event closed = {.type = BGP_EVENT_TCP_FAILED};
	post(world, link, !speaker, &closed);
	if (world->lanes[speaker][lane] == link)
		world->lanes[speaker][lane] = NULL;
}

static void
say(struct world *world, unsigned speaker, const struct bgp_action *action)
{
	uint8_t bytes[BGP_MESSAGE_MAX];
	struct bgp_message message;
	struct bgp_error error;
	size_t size = bgp_action_encode(action, bytes);
	assert_int_equal(bgp_message_frame(bytes, size, &message, &error), BGP_FRAME_READY);
	struct bgp_event event = bgp_event_of_message(OUT, &message);
	assert_non_null(world->lanes[speaker][action->lane]);
	post(world, world->lanes[speaker][action->lane], !speaker, &event);
}

static void
do_actions(struct world *world, unsigned speaker)
{
	const struct bgp_actions *actions = &world->speakers[speaker].actions;
	for (size_t i = 0; i < actions->count; i++) {
		const struct bgp_action *action = &actions->list[i];
		switch (action->type) {
		case BGP_ACTION_CONNECT:
			dial(world, speaker);
			break;
		case BGP_ACTION_ADOPT:
			world->lanes[speaker][IN] = world->offered;
			break;
		case BGP_ACTION_REFUSE:
			hang_up(world, world->offered, speaker, IN);
			break;
		case BGP_ACTION_DROP:
			hang_up(world, world->lanes[speaker][action->lane], speaker, action->lane);
			break;
		case BGP_ACTION_ANNOUNCE:
		case BGP_ACTION_REPORT:
			break;
		default:
			say(world, speaker, action);
			break;
		}
	}
}

static void
feed(struct world *world, unsigned speaker, struct bgp_event event)
{
	struct rig *rig = &world->speakers[speaker];
	rig->now = world->now;
	step_event(rig, &event);
	do_actions(world, speaker);
}

/* Delivers the head of one queue if it has arrived at its time and is still wanted. */
static void
deliver(struct world *world, struct link *link, unsigned speaker)
{
	struct arrival *arrival = &link->to[speaker].list[link->to[speaker].head++ % QUEUE];
	enum bgp_lane_id lane = link->dialler == speaker ? OUT : IN;
	arrival->event.lane = lane;
	world->offered = link;
	bool offered = arrival->event.type == BGP_EVENT_ACCEPTED;
	if (offered || world->lanes[speaker][lane] == link)
		feed(world, speaker, arrival->event);
	if (arrival->event.type == BGP_EVENT_TCP_FAILED && world->lanes[speaker][lane] == link)
		world->lanes[speaker][lane] = NULL;
}

/* The next thing to happen: an arrival or a timer. */
static void
advance(struct world *world)
{
	struct monotime next = MONOTIME_NEVER;
	struct link *best = NULL;
	unsigned speaker = 0;
	for (unsigned i = 0; i < 2; i++) {
		struct monotime deadline = bgp_fsm_deadline(&world->speakers[i].fsm);
		if (deadline.ns < next.ns) {
			next = deadline;
			speaker = i;
		}
	}
	for (unsigned i = 0; i < 2 * LINKS; i++) {
		struct link *link = &world->links[i / 2];
		if (!link->alive || link->to[i % 2].head == link->to[i % 2].tail)
			continue;
		struct arrival *arrival = &link->to[i % 2].list[link->to[i % 2].head % QUEUE];
		if (arrival->at.ns <= next.ns) {
			next = arrival->at;
			best = link;
			speaker = i % 2;
		}
	}
	assert_false(monotime_is_never(next));
	if (next.ns > world->now.ns)
		world->now = next;
	if (best) {
		deliver(world, best, speaker);
		return;
	}
	for (unsigned lane = 0; lane < BGP_LANES; lane++)
		feed(world, speaker,
		     (struct bgp_event){.type = BGP_EVENT_DRAINED, .lane = (enum bgp_lane_id)lane});
	feed(world, speaker, (struct bgp_event){.type = BGP_EVENT_TIMER});
}

static void
forget_dead_links(struct world *world)
{
	for (unsigned i = 0; i < LINKS; i++) {
		struct link *link = &world->links[i];
		bool used = link->to[0].head != link->to[0].tail ||
			    link->to[1].head != link->to[1].tail;
		for (unsigned s = 0; s < 2; s++)
			used = used || world->lanes[s][OUT] == link || world->lanes[s][IN] == link;
		link->alive = link->alive && used;
	}
}

static void
run_for(struct world *world, int64_t ns)
{
	struct monotime end = monotime_add(world->now, ns);
	while (world->now.ns < end.ns) {
		advance(world);
		forget_dead_links(world);
	}
}

/* One session, the same link at both ends, and no other connection beside it. */
static void
assert_one_session(const struct world *world)
{
	const struct link *links[2];
	for (unsigned s = 0; s < 2; s++) {
		const struct bgp_lane *lane = bgp_fsm_session(&world->speakers[s].fsm);
		assert_non_null(lane);
		enum bgp_lane_id id = lane == &world->speakers[s].fsm.lanes[OUT] ? OUT : IN;
		links[s] = world->lanes[s][id];
		assert_non_null(links[s]);
		assert_int_equal(state_of_lane(&world->speakers[s], !id), BGP_IDLE);
		assert_null(world->lanes[s][!id]);
	}
	assert_ptr_equal(links[0], links[1]);
}

static void
create_world(struct world *world, uint32_t seed, const bool dials[2], const bool listens[2])
{
	*world = (struct world){.dice = seed, .now = {MONOTIME_S}};
	for (unsigned s = 0; s < 2; s++) {
		struct rig *rig = &world->speakers[s];
		rig->peer = (struct bgp_peer){.local_as = s ? 64496 : 64512,
					      .peer_as = s ? 64512 : 64496,
					      .router_id = 0x0a000001 + roll(world, 2) * 2 + s,
					      .hold = 9,
					      .role = BGP_ROLE_NONE,
					      .families = BGP_IPV4,
					      .dial = dials[s],
					      .listen = listens[s]};
		bgp_fsm_init(&rig->fsm, &rig->peer, seed + s, world->now);
	}
	for (unsigned s = 0; s < 2; s++)
		feed(world, s, (struct bgp_event){.type = BGP_EVENT_START});
}

/* One end's TCP gives up on all it has; the other end hears of it a little later. */
static void
break_session(struct world *world, unsigned speaker)
{
	for (unsigned lane = 0; lane < BGP_LANES; lane++)
		if (world->lanes[speaker][lane])
			feed(world, speaker,
			     (struct bgp_event){.type = BGP_EVENT_TCP_FAILED,
						.lane = (enum bgp_lane_id)lane});
}

static void
test_two_speakers_agree_on_one_session(void **state)
{
	(void)state;
	static const bool ways[][4] = {
		/* who dials, who listens */
		{true, true, true, true},
		{true, false, false, true},
		{true, true, false, true},
		{true, false, true, true},
	};
	static struct world world;
	unsigned connects = 0;
	for (uint32_t seed = 1; seed <= 2000; seed++) {
		const bool *way = ways[seed % ARRAY_LENGTH(ways)];
		create_world(&world, seed * 7919, way, way + 2);
		run_for(&world, 30 * MONOTIME_S);
		assert_one_session(&world);
		assert_in_range(world.connects, 1, 8); /* collisions may cost, but no storm */
		connects += world.connects;
		break_session(&world, seed / 4 % 2);
		run_for(&world, 30 * MONOTIME_S);
		assert_one_session(&world);
	}
	/* On average little more than the one attempt that it takes. */
	assert_true(connects <= 2000 * 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_our_connection_wins_with_the_higher_identifier),
		cmocka_unit_test(test_the_peers_connection_wins_with_the_higher_identifier),
		cmocka_unit_test(test_an_established_session_beats_any_identifier),
		cmocka_unit_test(test_a_bad_open_does_not_touch_the_other_lane),
		cmocka_unit_test(test_a_session_parks_the_other_lane),
		cmocka_unit_test(test_the_loser_comes_back_when_the_winner_fails),
		cmocka_unit_test(test_a_collision_told_by_the_peer_is_no_failure),
		cmocka_unit_test(test_both_lanes_expire_in_one_step),
		cmocka_unit_test(test_two_speakers_agree_on_one_session),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
