/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pieces.h - one large master file on several threads.
 */
#ifndef ZONE_PIECES_H
#define ZONE_PIECES_H

#include "zone/master.h"

enum { PIECE_MIN = 1 << 20 }; /* bytes: less is not worth a thread */

/*
 * Reads the rest of the source of `master`, which stands between two entries of the first file, on
 * `options->threads` threads. true: all is in the draft, just as one thread would have put it
 * there. false: nothing was done; read on as usual.
 */
bool pieces_read(struct master *master) NODISCARD;

#endif
