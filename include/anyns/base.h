/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * base.h - what every room may use: attributes, small helpers, the error policy.
 *
 * The error policy of the whole project:
 *
 *  1. Outside data that is wrong (zones, configuration, images) and a system that refuses (no file,
 *     no memory, no permission) are told apart from our own bugs. Whoever meets them takes a
 *     `struct report *`, adds a finding with place and remedy, and returns false (or NULL). false
 *     therefore means: the report holds at least one new error.
 *  2. Pure rooms (lookup, answer, wire) never fail with a message: bytes that cannot be used give a
 *     documented value (a DNS rcode, length 0, a cursor whose `failed` is set).
 *  3. assert() states what only a bug of ours can break. It is never used on input.
 *  4. Nobody calls exit() or abort() after start-up.
 */
#ifndef ANYNS_BASE_H
#define ANYNS_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NODISCARD __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_index, first_index) \
	__attribute__((format(printf, format_index, first_index)))

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Round `size` up to the next multiple of `step`, a power of two. */
static inline size_t
align_up(size_t size, size_t step)
{
	return (size + step - 1) & ~(step - 1);
}

/*
 * A value that was read from memory which others may write to: from here on it stays what it is.
 * Without this the compiler may read that memory again where the value is used, after it was
 * checked. Costs no instruction.
 */
static inline size_t
read_once(size_t value)
{
	__asm__("" : "+r"(value));
	return value;
}

static inline size_t
size_min(size_t a, size_t b)
{
	return a < b ? a : b;
}

#endif
