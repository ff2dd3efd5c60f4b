/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tally.h - findings of a kind that a zone may have thousands of: the first ones are shown, then
 * one tells how many more there were.
 */
#ifndef ZONE_TALLY_H
#define ZONE_TALLY_H

#include "anyns/report.h"

enum { TALLY_SHOWN = 20 };

struct tally {
	size_t count;
};

/* Counts one; whether it is among those to show. */
bool tally_next(struct tally *tally);

/* The rest as one warning about `file`: "7 more NS targets ..." for `what` "NS targets ...". */
void tally_end(const struct tally *tally, struct report *report, const char *file,
	       const char *what);

#endif
