/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tun.h - TUN devices whose link says whether a prefix is announced.
 *
 * A device is not persistent: it is there as long as somebody holds its descriptor, and goes with
 * the process. All functions leave errno behind when they fail.
 */
#ifndef ANNOUNCE_TUN_H
#define ANNOUNCE_TUN_H

#include <net/if.h>

#include "anyns/base.h"

enum {
	/* Of the name in front of the number. A number of 64 gates has two digits. */
	TUN_BASE_MAX = IFNAMSIZ - 1 - 2,
	/* Descriptors in a box: as many as there can be gates. The kernel takes 253. */
	TUN_BOX_MAX = 64,
};

/* The device of prefix `index`. `base` has at most TUN_BASE_MAX bytes. */
void tun_name(char name[static IFNAMSIZ], const char *base, size_t index);

/*
 * Makes a device that is down and drops what is sent into it. The descriptor, or -1: EBUSY when
 * there is an interface with this name, EPERM without CAP_NET_ADMIN.
 */
int tun_open(const char *name) NODISCARD;

/* A socket for the two functions below, or -1. */
int tun_control(void) NODISCARD;

/* CAP_NET_ADMIN is asked for. */
bool tun_set_link(int control, const char *name, bool up) NODISCARD;

/* false with an errno when there is no such interface. */
bool tun_get_link(int control, const char *name, bool *up) NODISCARD;

/*
 * Many descriptors as one: they wait in the buffer of a socket, and go when it is closed. The
 * descriptors remain the caller's. `count` <= TUN_BOX_MAX. -1 on failure.
 */
int tun_pack(const int *fds, size_t count) NODISCARD;

/* The other way: new descriptors, close on exec, and how many. The box is empty afterwards. */
size_t tun_unpack(int box, int fds[static TUN_BOX_MAX]);

/*
 * Around the change to another user: without the first nothing is left of root's rights, after the
 * second CAP_NET_ADMIN alone.
 */
bool tun_keep_rights(void) NODISCARD;
bool tun_limit_rights(void) NODISCARD;

#endif
