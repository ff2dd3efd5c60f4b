/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * give_way.h - how much of the processor a reload takes from the workers.
 */
#ifndef ANYNS_SERVE_GIVE_WAY_H
#define ANYNS_SERVE_GIVE_WAY_H

/* Before root is given up: lets threads that have given way come back. */
void give_way_allow_return(void);

/* The calling thread, and those that it starts, take what all others leave. */
void give_way_begin(void);

/* Ends that for all threads of the process that do: they get their small share. */
void give_way_end(void);

#endif
