/* SPDX-License-Identifier: BSD-2-Clause */
#include "health/heartbeat.h"

void
heartbeat_beat(struct heartbeat *h)
{
	atomic_fetch_add_explicit(&h->beats, 1, memory_order_relaxed);
}

struct monotime
heartbeat_watch(struct heartbeat *h, struct log *log, struct monotime now)
{
	uint64_t beats = atomic_load_explicit(&h->beats, memory_order_relaxed);
	bool turned = beats != h->seen || !h->watched;
	int64_t silent = monotime_since(now, h->at);

	if (turned && h->late)
		log_notice(log, "the main thread turns again, after %lld ms",
			   (long long)(silent / MONOTIME_MS));
	if (turned) {
		h->watched = true;
		h->late = false;
		h->seen = beats;
		h->at = now;
	} else if (!h->late && silent >= HEARTBEAT_LATE_MS * MONOTIME_MS) {
		h->late = true;
		log_error(log,
			  "the main thread has not turned for %d ms: queries are answered and "
			  "routes are gated, but reload, drain, status and signals wait; look for "
			  "what stops it (/proc/PID/stack), or end the process by SIGKILL",
			  HEARTBEAT_LATE_MS);
	}
	return h->at;
}
