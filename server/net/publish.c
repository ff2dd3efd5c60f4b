/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * publish.c - one pointer that one thread changes and many read without a lock or a write of their
 * own.
 *
 * Userspace RCU in its qsbr flavour: reading costs a plain load, because the readers say when they
 * hold nothing (publish_rest between batches, publish_sleep around system calls that block). The
 * loader swaps the pointer and waits until every reader has said so once; after that nobody can see
 * the old view. Other flavours pay two memory accesses per read section for freedom we do not need.
 *
 * This is the only file that knows liburcu. Its grace period is one for the whole process, so
 * publish_enter() needs no argument and a thread may read several publishers.
 */
#include "anyns/publish.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <urcu-qsbr.h>

struct publish {
	_Atomic(const struct answer_view *) view;
};

struct publish *
publish_new(void)
{
	return calloc(1, sizeof(struct publish));
}

void
publish_free(struct publish *publish)
{
	free(publish);
}

const struct answer_view *
publish_swap(struct publish *publish, const struct answer_view *view)
{
	const struct answer_view *old = atomic_exchange(&publish->view, view);

	if (old)
		urcu_qsbr_synchronize_rcu();
	return old;
}

void
publish_enter(void)
{
	urcu_qsbr_register_thread();
}

void
publish_leave(void)
{
	urcu_qsbr_unregister_thread();
}

const struct answer_view *
publish_read(const struct publish *publish)
{
	/* A reader that sleeps is not waited for: what it read would be freed under its hands. */
	assert(urcu_qsbr_read_ongoing());
	return atomic_load_explicit(&publish->view, memory_order_acquire);
}

void
publish_rest(void)
{
	urcu_qsbr_quiescent_state();
}

void
publish_sleep(void)
{
	urcu_qsbr_thread_offline();
}

void
publish_wake(void)
{
	urcu_qsbr_thread_online();
}
