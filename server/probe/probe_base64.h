/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_base64.h - base64 (RFC 4648 4) to bytes. Pure.
 */
#ifndef ANYNS_PROBE_PROBE_BASE64_H
#define ANYNS_PROBE_PROBE_BASE64_H

#include "anyns/base.h"

/*
 * Decodes `text`; padding may be missing, as some writers leave it out. false when a character is
 * not of the alphabet, or `out` is too small.
 */
bool probe_base64_decode(const char *text, uint8_t *out, size_t room, size_t *size) NODISCARD;

#endif
