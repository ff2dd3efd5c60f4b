/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * status_render.h - what the server tells, as text for people and as JSON for programs. Pure.
 *
 * JSON members are never renamed or given another meaning, only added; durations are milliseconds.
 */
#ifndef ANYNS_CONTROL_STATUS_RENDER_H
#define ANYNS_CONTROL_STATUS_RENDER_H

#include <stdio.h>

#include "control/status_data.h"

enum { STATUS_DURATION = 48 };

enum status_form { STATUS_FORM_TEXT, STATUS_FORM_JSON };

void status_render(FILE *stream, enum status_form form, const struct status *status);

void status_render_reload(FILE *stream, enum status_form form, const struct status_reload *reload);

/* The outcome of a request that has nothing else to tell: {"ok": ..., "message": ...}. */
void status_render_message(FILE *stream, enum status_form form, bool ok, const char *message);

/* "480 ms", "40 s", "12 min 3 s", "5 h 2 min", "3 d 4 h"; returns `text`. */
const char *status_duration(char text[static STATUS_DURATION], int64_t ms);

/* Whether everything that was read is now served: the exit status of `anyns reload`. */
bool status_reload_ok(const struct status_reload *reload);

#endif
