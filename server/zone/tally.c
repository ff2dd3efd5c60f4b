/* SPDX-License-Identifier: BSD-2-Clause */
/* tally.c - the first findings of a kind, and the number of the others. */
#include "zone/tally.h"

bool
tally_next(struct tally *tally)
{
	return tally->count++ < TALLY_SHOWN;
}

void
tally_end(const struct tally *tally, struct report *report, const char *file, const char *what)
{
	if (tally->count > TALLY_SHOWN)
		report_add(report, SEVERITY_WARNING, (struct place){.file = file}, NULL,
			   "%zu more %s", tally->count - TALLY_SHOWN, what);
}
