/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * announce_pack.h - `announce:` as one block of bytes and back, for the way from the server that
 * has read it to the announcer that is to follow it.
 *
 * Both ends are the same program, one forked from the other: numbers have the byte order and size
 * of the machine. Where something was configured (line, column) is for findings and stays behind,
 * so two configurations with the same meaning are the same bytes.
 */
#ifndef ANNOUNCE_ANNOUNCE_PACK_H
#define ANNOUNCE_ANNOUNCE_PACK_H

#include "anyns/config.h"

/* The block, owned by the caller (announce_pack_free), and its size. NULL when out of memory. */
uint8_t *announce_pack(const struct config_announce *announce, size_t *size) NODISCARD;

/* Wipes: there are passwords in it. NULL is legal. */
void announce_pack_free(uint8_t *bytes, size_t size);

/* What was packed, all of it one allocation. NULL for what is no such block, or without memory. */
struct config_announce *announce_unpack(const uint8_t *bytes, size_t size) NODISCARD;

/* Of announce_unpack() only. Wipes. NULL is legal. */
void announce_unpack_free(struct config_announce *announce);

/* Whether a session with one is a session with the other: all but what its UPDATEs say. */
bool announce_same_session(const struct config_peer *a, const struct config_peer *b);

/* Whether its UPDATEs say the same. */
bool announce_same_attributes(const struct config_peer *a, const struct config_peer *b);

#endif
