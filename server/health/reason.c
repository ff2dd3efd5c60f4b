/* SPDX-License-Identifier: BSD-2-Clause */
#include "health/reason.h"

#include <string.h>

#include "anyns/monotime.h"

void
reason_set(struct reason *reason, const char *text)
{
	/* Moved, not copied: a caller may keep the tail of the old text. */
	size_t size = text ? size_min(strlen(text), sizeof(reason->text) - 1) : 0;

	if (size > 0)
		memmove(reason->text, text, size);
	reason->text[size] = '\0';
}

void
reason_add(struct reason *reason, const char *text)
{
	size_t used = strlen(reason->text);
	size_t size = size_min(strlen(text), sizeof(reason->text) - 1 - used);

	memcpy(reason->text + used, text, size);
	reason->text[used + size] = '\0';
}

void
reason_add_number(struct reason *reason, uint64_t number)
{
	char digits[21]; /* 2^64 has 20 */
	char *at = digits + sizeof(digits) - 1;

	*at = '\0';
	do {
		*--at = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	reason_add(reason, at);
}

void
reason_add_duration(struct reason *reason, int64_t ns)
{
	static const struct {
		int64_t from, unit;
		const char *name;
	} scales[] = {
		/* Two minutes rather than one: "90 s" says more than "1 min". */
		{120 * MONOTIME_S, 60 * MONOTIME_S, " min"},
		{2 * MONOTIME_S, MONOTIME_S, " s"},
		{0, MONOTIME_MS, " ms"},
	};
	size_t i = 0;

	if (ns < 0)
		ns = 0;
	while (ns < scales[i].from)
		i++;
	reason_add_number(reason, (uint64_t)(ns / scales[i].unit));
	reason_add(reason, scales[i].name);
}
