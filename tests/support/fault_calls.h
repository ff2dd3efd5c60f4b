/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fault_calls.h - lets the n-th call of a kind to the system or the crypto library fail, in
 * programs linked with fault_calls.c and -Wl,--wrap=X for each X in tests/unit/meson.build.
 *
 * As with fault.h only calls from anyns's own objects fail. Kinds are armed each by itself, so that
 * what happens after one fault can fail too. One thread.
 */
#ifndef ANYNS_TEST_FAULT_CALLS_H
#define ANYNS_TEST_FAULT_CALLS_H

#include <stdbool.h>
#include <stddef.h>

enum fault_call {
	FAULT_OPEN,
	FAULT_OPENAT,
	FAULT_FSTAT,
	FAULT_PREAD,
	FAULT_MMAP,
	FAULT_FCNTL,
	FAULT_SIGNAL,
	FAULT_FALLOCATE,
	FAULT_WRITE,
	FAULT_FSYNC,
	FAULT_LINKAT,
	FAULT_RENAME,
	FAULT_DIGEST, /* whatever computes SHA-256; it has no errno */
	FAULT_CALLS
};

/*
 * From now on `count` calls of this kind succeed, the next one fails with `error`, and all after it
 * succeed again. 0 for `error`: it does nothing and returns 0, as at the end of a file.
 */
void fault_call_arm(enum fault_call call, size_t count, int error);

/* The same, but before the next one `hook` is called and then it succeeds: what others do
 * meanwhile. */
void fault_call_before(enum fault_call call, size_t count, void (*hook)(void *), void *context);

/* No more faults of any kind. Whether all that were armed came. */
bool fault_calls_disarm(void);

#endif
