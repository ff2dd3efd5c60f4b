/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mapping.h - a file mapped for reading, shared by reference count; gone with the last reference.
 */
#ifndef ANYNS_IMAGE_MAPPING_H
#define ANYNS_IMAGE_MAPPING_H

#include <stdatomic.h>

#include "anyns/base.h"

struct mapping;

/*
 * Maps the first `size` bytes (at least 1) of the open file `fd`, which may be closed afterwards.
 * IMAGE_SPARE (format.h) more may be read behind them, and are zero. NULL with errno set. From the
 * first call on the process survives that a mapped file is cut short: see mapping_lost().
 */
struct mapping *mapping_new(int fd, size_t size) NODISCARD;

const uint8_t *mapping_bytes(const struct mapping *mapping);
size_t mapping_size(const struct mapping *mapping);

/* One more reference. Returns `mapping`. */
struct mapping *mapping_share(struct mapping *mapping);

/* NULL is legal. Thread-safe. */
void mapping_release(struct mapping *mapping);

/*
 * True from the moment at which some byte could not be read any more: the file was cut short, or
 * its disk failed. Such bytes read as zero. Readable as long as the process lives, whatever becomes
 * of the mapping.
 */
const atomic_bool *mapping_lost(const struct mapping *mapping);

/*
 * Whether the file was written to, cut, or lost since it was mapped or since this was asked last:
 * every change is told once. Those who replace it by another do none of that. When it was cut, what
 * is mapped is lost from now on: a file that ends within a page gives zeros for the rest of it, and
 * no fault. For one thread, the one that watches.
 */
bool mapping_changed(struct mapping *mapping);

/* Whether mapping_changed() ever said so: its bytes may be others than those that were checked. */
bool mapping_suspect(const struct mapping *mapping);

#endif
