/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * give_way.h - how much of the processor a reload takes from the workers.
 */
#ifndef ANYNS_SERVE_GIVE_WAY_H
#define ANYNS_SERVE_GIVE_WAY_H

/*
 * The calling thread, and those that it starts, take what all others leave; when they leave nothing
 * 3 percent of a core. Needs no privilege; where it is refused everything goes on as before.
 */
void give_way(void);

#endif
