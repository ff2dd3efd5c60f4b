/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rdata.h - the rdata of one record from its tokens. The only module that has ldns convert text.
 * One struct rdata serves all records of a loader, one thread.
 */
#ifndef ZONE_RDATA_H
#define ZONE_RDATA_H

#include "anyns/wire.h"
#include "zone/text.h"

enum { RDATA_MAX = 65535 };

struct rdata {
	uint8_t wire[RDATA_MAX];
	struct wire_writer out; /* into wire; out.at is the rdata's size */
	char *scratch;          /* a field as a C string, which is what ldns takes */
	size_t scratch_size;
	/* When something was wrong: */
	const struct token *token; /* where, or NULL: the record as a whole */
	const char *remedy;        /* or NULL */
	char message[200];
};

/* NULL when out of memory. */
struct rdata *rdata_new(void) NODISCARD;
void rdata_free(struct rdata *rdata);

/*
 * Makes wire rdata in `rdata->wire` of the tokens behind the type. Names not ending in a dot are
 * relative to `origin`. False with message, token and remedy set when it cannot be.
 */
bool rdata_parse(struct rdata *rdata, uint16_t type, const struct token *tokens, size_t count,
		 const uint8_t *origin);

/* A type by mnemonic or as TYPE123. */
bool rdata_type(const struct token *token, uint16_t *type);

/* The mnemonic or TYPE123 into `text`; returns it. */
#define RDATA_TYPE_TEXT_MAX 24
const char *rdata_type_text(char text[static RDATA_TYPE_TEXT_MAX], uint16_t type);

/* --- for the two halves of this module, rdata.c and rdata_field.c --- */

/* Sets what was wrong; always false. */
bool rdata_fail(struct rdata *rdata, const struct token *token, const char *remedy,
		const char *format, ...) PRINTF_LIKE(4, 5);

/* Tokens joined with `separator` as a C string in scratch, quotes of quoted ones lost. */
bool rdata_join(struct rdata *rdata, const struct token *tokens, size_t count,
		const char *separator);

/* One field of one token. */
bool rdata_field(struct rdata *rdata, uint8_t kind, const struct token *token,
		 const uint8_t *origin);

/* A last field that takes all tokens left. */
bool rdata_rest(struct rdata *rdata, uint8_t kind, const struct token *tokens, size_t count,
		const uint8_t *origin);

/* How many tokens a field of this kind takes of `left`. */
size_t rdata_takes(uint8_t kind, bool last, size_t left);

#endif
