/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config_value.h - values of the configuration: numbers, durations, addresses, text.
 */
#ifndef ANYNS_CONFIG_VALUE_H
#define ANYNS_CONFIG_VALUE_H

#include "config/config_table.h"

/* Decimal digits alone; false when the text is something else or above UINT_MAX. */
bool config_value_parse_number(const char *text, unsigned *number) NODISCARD;

/* `100ms`, `3s`, `5m`, `1h`, as milliseconds; false for anything else and above UINT_MAX. */
bool config_value_parse_duration(const char *text, unsigned *milliseconds) NODISCARD;

/* 32 hex digits as 16 bytes. */
bool config_value_parse_key(const char *text, uint8_t key[static CONFIG_SECRET_SIZE]) NODISCARD;

/* What is wrong with an address and what to write instead. */
struct config_complaint {
	const char *message;
	const char *remedy;
};

/*
 * `ADDRESS` or `ADDRESS@PORT`, IPv6 link-local ones with `%INTERFACE` before the port. `port` is
 * the default; with 0 neither port nor interface may stand there. Sets all of `address` but its
 * place. On false `complaint` is set.
 */
bool config_value_parse_address(const char *text, uint16_t port, struct config_address *address,
				struct config_complaint *complaint) NODISCARD;

/* Readers for tables. */
config_reader config_value_number;           /* to an unsigned, low to high */
config_reader config_value_duration;         /* to an unsigned, low to high milliseconds */
config_reader config_value_duration_seconds; /* the same to an unsigned of whole seconds */
config_reader config_value_flag;             /* `true` or `false` to a bool */

/* Sets the numbers and durations of a table to their defaults. */
void config_value_defaults(const struct config_key *keys, size_t count, void *target);

/* 0.0.0.0 or ::, whatever the port. */
bool config_value_is_wildcard(const struct config_address *address);

/*
 * A list of addresses, or a single one, none twice; `port` as above. The array is the caller's to
 * free, NULL with *count 0 after an error about the whole; addresses with an error are left out.
 */
struct config_address *config_value_addresses(const struct config_context *context,
					      const struct config_key *key,
					      const struct config_node *node, uint16_t port,
					      size_t *count) NODISCARD;

/* A node that is text, low to high bytes of printable ASCII (`key` has the limits), or NULL after
 * an error. */
const char *config_value_text(const struct config_context *context, const struct config_key *key,
			      const struct config_node *node);

/* One of `count` words; false after an error that lists them. */
bool config_value_word(const struct config_context *context, const struct config_key *key,
		       const struct config_node *node, const char *const *words, size_t count,
		       size_t *index) NODISCARD;

/* A file name, relative ones resolved; the caller frees. NULL after an error. */
char *config_value_path(const struct config_context *context, const struct config_key *key,
			const struct config_node *node) NODISCARD;

#endif
