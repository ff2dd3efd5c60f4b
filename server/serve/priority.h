/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * priority.h - how much of the processor a reload takes from the workers.
 */
#ifndef ANYNS_SERVE_PRIORITY_H
#define ANYNS_SERVE_PRIORITY_H

/* Before root is given up: lets threads that have given way come back. */
void priority_allow_return(void);

/* The calling thread, and those that it starts, take what all others leave. */
void priority_give_way(void);

/* Ends that for all threads of the process that do: they get their small share. */
void priority_hurry(void);

#endif
