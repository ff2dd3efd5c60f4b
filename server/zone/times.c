/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * times.c - when the signatures of a zone begin and end to count.
 *
 * The times in RRSIG are serial numbers (RFC 4034 3.1.5), which mean a moment only near another
 * one: that of the reading.
 */
#include "anyns/wire.h"
#include "anyns/zone.h"

/* RRSIG rdata: covered 2, algorithm 1, labels 1, TTL 4, expiration 4, inception 4. */
enum { EXPIRATION_AT = 8, INCEPTION_AT = 12 };

/* Half of what a serial number reaches: a moment further back from `now` is no longer the same. */
static const int64_t REACH = (int64_t)1 << 30;

static int64_t
moment(uint32_t serial, time_t now)
{
	return now + (int32_t)(serial - (uint32_t)now);
}

static void
note(struct zone_times *times, const uint8_t *sig, bool answers, time_t now)
{
	int64_t expires = moment(wire_peek_u32(sig + EXPIRATION_AT), now);
	int64_t begins = moment(wire_peek_u32(sig + INCEPTION_AT), now);
	if (answers && expires < times->expires)
		times->expires = expires;
	/* It counts up to and with these seconds: one later is otherwise. */
	if (expires >= now && expires + 1 < times->recheck)
		times->recheck = expires + 1;
	if (begins > now && begins < times->recheck)
		times->recheck = begins;
	if (expires < now && expires + 1 > times->since)
		times->since = expires + 1;
	if (begins <= now && begins > times->since)
		times->since = begins;
	if (times->since < now - REACH)
		times->since = now - REACH;
}

struct zone_times
zone_times(const struct zone *zone, time_t now)
{
	struct zone_times times = {.expires = INT64_MAX, .since = INT64_MIN, .recheck = INT64_MAX};
	for (uint32_t n = 0; n < zone->name_count; n++) {
		const struct zone_name *name = &zone->names[n];
		bool answers = !(name->flags & ZONE_NAME_OCCLUDED);
		for (uint32_t s = name->first_set; s < name->first_set + name->set_count; s++) {
			const struct zone_set *set = &zone->sets[s];
			for (uint32_t i = 0; i < set->sig_count; i++)
				note(&times, zone->rdatas[set->first_sig + i].bytes, answers, now);
		}
	}
	return times;
}
