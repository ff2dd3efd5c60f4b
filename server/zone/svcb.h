/* SPDX-License-Identifier: BSD-2-Clause */
/* svcb.h - the service parameters of SVCB and HTTPS in wire form (RFC 9460 2.2). Pure. */
#ifndef ZONE_SVCB_H
#define ZONE_SVCB_H

#include "anyns/base.h"

/* NULL when the parameters are well-formed, else what is wrong with them. */
const char *svcb_check(const uint8_t *bytes, size_t size);

#endif
