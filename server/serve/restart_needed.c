/* SPDX-License-Identifier: BSD-2-Clause */
#include "serve/restart_needed.h"

#include <string.h>

static bool
differ(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) != 0 : a != b;
}

/* The value in force goes on to the next configuration, and the other one is freed with `old`. */
static void
keep(char **old, char **next, const struct config *config, const char *key, const char *effect,
     struct report *report)
{
	char *value = *old;
	if (!differ(*old, *next))
		return;
	report_add(report, SEVERITY_WARNING, (struct place){.file = config->path},
		   "drain and restart the server", "%s: stays %s until a restart: %s", key,
		   value ? value : "unset", effect);
	*old = *next;
	*next = value;
}

void
restart_needed(struct config *old, struct config *next, bool announcing, struct report *report)
{
	keep(&old->user, &next->user, next, "user", "rights that were given up do not come back",
	     report);
	keep(&old->control, &next->control, next, "control", "commands are taken where they were",
	     report);
	if (announcing)
		keep(&old->state_directory, &next->state_directory, next, "state-directory",
		     "drains and penalties are saved where they were", report);
	else if (next->announce.prefix_count)
		report_add(report, SEVERITY_WARNING, (struct place){.file = next->path},
			   "restart the server",
			   "`announce:` is new since the start: nothing is announced yet");
}
