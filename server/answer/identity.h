/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * identity.h - which instance this is: the names of class CH (RFC 4892). Pure.
 */
#ifndef ANYNS_ANSWER_IDENTITY_H
#define ANYNS_ANSWER_IDENTITY_H

#include "answer/query.h"
#include "answer/reply.h"
#include "answer/setup.h"

/* Answers a question of class CH: TXT id.server., hostname.bind., version.server., version.bind.;
 * REFUSED to others. */
void identity_answer(struct reply *reply, const struct answer_setup *setup,
		     const struct query *query);

#endif
