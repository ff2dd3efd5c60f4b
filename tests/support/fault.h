/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fault.h - lets the n-th allocation fail, in programs linked with fault.c and
 * -Wl,--wrap=X for X in malloc, calloc, realloc, aligned_alloc, strdup, strndup and vasprintf.
 *
 * Only calls from anyns's own objects fail, not those inside shared libraries. One thread.
 */
#ifndef ANYNS_TEST_FAULT_H
#define ANYNS_TEST_FAULT_H

#include <stdbool.h>
#include <stddef.h>

/* From now on `count` allocations succeed, the next one fails, and all after it succeed again. */
void fault_arm(size_t count);

/* The same, but before the next one `hook` is called and then it succeeds: what others do
 * meanwhile. */
void fault_before(size_t count, void (*hook)(void *), void *context);

/* No more faults. Whether the armed one came. */
bool fault_disarm(void);

#endif
