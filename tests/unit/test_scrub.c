/* SPDX-License-Identifier: BSD-2-Clause */
#include "health_stage.h"

#include "health/scrub.h"

static struct scrub_status
status_of(struct scrub *scrub)
{
	struct scrub_status status;

	scrub_read(scrub, &status);
	return status;
}

/* What another process may do through /proc/PID/mem. */
static void
flip_last_byte(struct segment *segment)
{
	size_t size;
	const uint8_t *bytes = segment_bytes(segment, &size);
	union {
		const uint8_t *constant;
		uint8_t *writable;
	} alias = {.constant = bytes + size - 1};

	*alias.writable ^= 1;
}

static void
test_finds_change(void **state)
{
	struct stage stage;
	struct scrub *scrub = scrub_new();
	(void)state;

	stage_open(&stage);
	assert_int_equal(scrub_start(scrub, stage.answered), 0);
	stage_eventually(status_of(scrub).passes >= 2);
	assert_false(status_of(scrub).bad);
	assert_int_equal(status_of(scrub).mismatches, 0);
	flip_last_byte(stage.served->segments[1]);
	stage_eventually(status_of(scrub).bad);
	assert_string_equal(status_of(scrub).words.text,
			    "the image of zone other. has changed in memory");
	uint64_t passes = status_of(scrub).passes;
	stage_eventually(status_of(scrub).passes > passes + 2);
	assert_true(status_of(scrub).bad);
	assert_true(status_of(scrub).mismatches >= 2); /* every pass */
	flip_last_byte(stage.served->segments[1]);
	stage_eventually(!status_of(scrub).bad);
	scrub_stop(scrub);
	scrub_stop(scrub);
	scrub_free(scrub);
	scrub_free(NULL);
	stage_close(&stage);
}

/* Views come and go while it reads; one has no zone at all, one a zone that could not be loaded. */
static void
test_other_views(void **state)
{
	static const struct served_zone broken[] = {{"broken.", NULL, PLAN_UNSIGNED}};
	struct stage stage;
	struct scrub *scrub = scrub_new();
	(void)state;

	stage_open(&stage);
	assert_int_equal(scrub_start(scrub, stage.answered), 0);
	for (unsigned i = 0; i < 6; i++) {
		struct served *other = i % 3 == 0   ? served_new(NULL, 0)
				       : i % 3 == 1 ? served_new(broken, 1)
						    : served_new(stage_zones, 2);
		other->view.serial = i + 1;
		publish_swap(stage.answered, &other->view);
		uint64_t passes = status_of(scrub).passes;
		stage_eventually(status_of(scrub).passes > passes + 1);
		publish_swap(stage.answered, &stage.served->view);
		served_free(other);
	}
	assert_int_equal(status_of(scrub).mismatches, 0);
	scrub_stop(scrub);
	scrub_free(scrub);
	stage_close(&stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finds_change),
		cmocka_unit_test(test_other_views),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
