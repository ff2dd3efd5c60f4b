/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * leftover.h - files under a name of their own for a moment, and those that a killed process left.
 *
 * A file is written as PATH.0123456789abcdef.new and renamed then. Nobody may remove such a file
 * while somebody writes it, so the writer holds a lock on it, which goes with the process.
 */
#ifndef ANYNS_IMAGE_LEFTOVER_H
#define ANYNS_IMAGE_LEFTOVER_H

#include "anyns/base.h"

/* A name beside `path` that nobody has, from malloc; NULL with errno. */
char *leftover_name(const char *path) NODISCARD;

/* Keeps the open file from being removed. false, with errno: somebody was faster, it has no name
 * any more. */
bool leftover_keep(int fd);

/* Removes what others left beside `path`, which lies in the open `folder`. What cannot be removed
 * stays, and does no harm. */
void leftover_remove(int folder, const char *path);

#endif
