/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tun_fixture.h - a network of its own, where devices may be made.
 */
#ifndef TESTS_TUN_FIXTURE_H
#define TESTS_TUN_FIXTURE_H

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "announce/tun.h"

/* Not everywhere are namespaces and /dev/net/tun to be had. */
static inline bool
tun_allowed(void)
{
	static bool asked, allowed;
	if (!asked) {
		int fd = -1;
		asked = true;
		if (unshare(CLONE_NEWNET) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0)
			fd = tun_open("probe");
		allowed = fd >= 0;
		if (allowed)
			close(fd);
	}
	return allowed;
}

static inline bool
tun_exists(const char *name)
{
	return if_nametoindex(name) != 0;
}

static inline bool
tun_is_up(int control, const char *name)
{
	bool up = false;
	assert_true(tun_get_link(control, name, &up));
	return up;
}

#endif
