/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * findings.h - findings on standard output, as `check` and `compile` print them.
 */
#ifndef ANYNS_CLI_FINDINGS_H
#define ANYNS_CLI_FINDINGS_H

#include "serve/load.h"

/* All, or with `quiet` only the errors, a line each. */
void findings_print(const struct report *report, bool quiet);

/* Those of a load: about no zone, then zone by zone. */
void findings_print_loaded(const struct loaded *loaded, bool quiet);

#endif
