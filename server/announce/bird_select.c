/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/bird_select.h"

#include <stdio.h>
#include <string.h>

#include "announce/bird_reply.h"

static void
expand(char name[static BIRD_NAME_MAX], const char *pattern, size_t gate)
{
	const char *place = strchr(pattern, '%');
	if (place)
		snprintf(name, BIRD_NAME_MAX, "%.*s%zu%s", (int)(place - pattern), pattern, gate,
			 place + 1);
	else
		snprintf(name, BIRD_NAME_MAX, "%s", pattern);
}

void
bird_select_init(struct bird_select *select, size_t count,
		 const char *const names[static BIRD_ROLES])
{
	*select = (struct bird_select){.count = count};
	for (size_t gate = 0; gate < count; gate++)
		for (unsigned role = 0; role < BIRD_ROLES; role++)
			if (names[role])
				expand(select->gates[gate].protocols[role].name, names[role], gate);
}

bool
bird_select_want(struct bird_select *select, size_t index, enum gate_state state)
{
	struct bird_gate *gate = &select->gates[index];
	const bool had = gate->has_wanted;
	const enum bird_role before = gate->wanted;
	enum bird_role role = BIRD_UP;
	if (!gate_state_announced(state))
		return false;
	if (state == GATE_DEGRADED)
		role = BIRD_DEGRADED;
	else if (state == GATE_DRAINING)
		role = BIRD_DRAINING;
	gate->wanted = gate->protocols[role].name[0] ? role : BIRD_UP;
	gate->has_wanted = true;
	return !had || before != gate->wanted;
}

void
bird_select_drop(struct bird_select *select, size_t gate)
{
	select->gates[gate].has_wanted = false;
}

void
bird_select_forget(struct bird_select *select)
{
	select->known = false;
	select->told = NULL;
}

static struct bird_protocol *
protocol_at(struct bird_select *select, size_t index)
{
	return &select->gates[index / BIRD_ROLES].protocols[index % BIRD_ROLES];
}

void
bird_select_begin(struct bird_select *select)
{
	select->told = NULL;
	for (size_t i = 0; i < select->count * BIRD_ROLES; i++)
		protocol_at(select, i)->seen = protocol_at(select, i)->tried = false;
}

void
bird_select_row(struct bird_select *select, const char *name, size_t size, bool enabled)
{
	for (size_t i = 0; i < select->count * BIRD_ROLES; i++) {
		struct bird_protocol *p = protocol_at(select, i);
		if (size == 0 || strlen(p->name) != size || memcmp(p->name, name, size) != 0)
			continue;
		p->seen = true;
		p->enabled = enabled;
	}
}

void
bird_select_end(struct bird_select *select)
{
	select->known = true;
}

static bool
tell(struct bird_select *select, struct bird_protocol *protocol, const char *verb,
     char command[static BIRD_COMMAND_MAX])
{
	select->told = protocol;
	protocol->tried = true;
	snprintf(command, BIRD_COMMAND_MAX, "%s %s", verb, protocol->name);
	return true;
}

bool
bird_select_next(struct bird_select *select, char command[static BIRD_COMMAND_MAX])
{
	for (size_t i = 0; select->known && i < select->count; i++) {
		struct bird_gate *gate = &select->gates[i];
		struct bird_protocol *wanted = &gate->protocols[gate->wanted];
		if (!gate->has_wanted || !wanted->seen)
			continue;
		if (!wanted->enabled && !wanted->tried)
			return tell(select, wanted, "enable", command);
		/* Rather a route with the wrong attributes than none. */
		if (!wanted->enabled)
			continue;
		for (unsigned role = 0; role < BIRD_ROLES; role++) {
			struct bird_protocol *other = &gate->protocols[role];
			if (other != wanted && other->seen && other->enabled && !other->tried)
				return tell(select, other, "disable", command);
		}
	}
	return false;
}

void
bird_select_answer(struct bird_select *select, unsigned code)
{
	struct bird_protocol *told = select->told;
	if (!told)
		return;
	if (code == BIRD_ENABLED || code == BIRD_ALREADY_ENABLED)
		told->enabled = true;
	else if (code == BIRD_DISABLED || code == BIRD_ALREADY_DISABLED)
		told->enabled = false;
	else
		return;
	told->tried = false;
}

const char *
bird_select_missing(const struct bird_select *select)
{
	for (size_t i = 0; select->known && i < select->count; i++) {
		const struct bird_gate *gate = &select->gates[i];
		if (gate->has_wanted && !gate->protocols[gate->wanted].seen)
			return gate->protocols[gate->wanted].name;
	}
	return NULL;
}

bool
bird_select_view(const struct bird_select *select, size_t index, char wanted[static BIRD_VIEW_MAX],
		 char observed[static BIRD_VIEW_MAX])
{
	const struct bird_gate *gate = &select->gates[index];
	const struct bird_protocol *one = &gate->protocols[gate->wanted];
	size_t size = 0;
	bool other = false;
	snprintf(wanted, BIRD_VIEW_MAX, "%s", gate->has_wanted ? one->name : "nothing yet");
	snprintf(observed, BIRD_VIEW_MAX, "%s", select->known ? "none enabled" : "no connection");
	for (unsigned role = 0; select->known && role < BIRD_ROLES; role++) {
		const struct bird_protocol *p = &gate->protocols[role];
		if (!p->seen || !p->enabled)
			continue;
		other = other || p != one;
		if (size < BIRD_VIEW_MAX)
			size += (size_t)snprintf(observed + size, BIRD_VIEW_MAX - size, "%s%s",
						 size ? " and " : "", p->name);
	}
	return select->known && (!gate->has_wanted || (one->seen && one->enabled && !other));
}
