/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * base32hex.h - the first label of an NSEC3 owner name and the hash it stands for (RFC 4648 7, RFC
 * 5155 3.3).
 */
#ifndef ANYNS_IMAGE_BASE32HEX_H
#define ANYNS_IMAGE_BASE32HEX_H

#include "image/format.h"

/* Decodes a label (length byte first) of 32 digits of either case. false: it is no such label. */
bool base32hex_decode(const uint8_t *label, uint8_t hash[IMAGE_HASH_SIZE]);

#endif
