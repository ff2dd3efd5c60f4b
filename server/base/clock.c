/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/clock.h"

#include <time.h>

struct monotime
clock_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (struct monotime){now.tv_sec * MONOTIME_S + now.tv_nsec};
}
