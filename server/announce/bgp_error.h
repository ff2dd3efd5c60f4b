/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bgp_error.h - what a NOTIFICATION says: code, subcode, data (RFC 4271 4.5 and 6).
 */
#ifndef ANNOUNCE_BGP_ERROR_H
#define ANNOUNCE_BGP_ERROR_H

#include "anyns/base.h"

enum bgp_error_code {
	BGP_NO_ERROR = 0,
	BGP_HEADER_ERROR = 1,
	BGP_OPEN_ERROR = 2,
	BGP_UPDATE_ERROR = 3,
	BGP_HOLD_EXPIRED = 4,
	BGP_FSM_ERROR = 5,
	BGP_CEASE = 6,
	BGP_REFRESH_ERROR = 7,     /* RFC 7313; heard, never said */
	BGP_SEND_HOLD_EXPIRED = 8, /* RFC 9687 */
};

enum bgp_header_subcode {
	BGP_HEADER_NOT_SYNCHRONIZED = 1,
	BGP_HEADER_BAD_LENGTH = 2,
	BGP_HEADER_BAD_TYPE = 3,
};

enum bgp_open_subcode {
	BGP_OPEN_UNSPECIFIC = 0, /* also: a known optional parameter is malformed */
	BGP_OPEN_UNSUPPORTED_VERSION = 1,
	BGP_OPEN_BAD_PEER_AS = 2,
	BGP_OPEN_BAD_IDENTIFIER = 3,
	BGP_OPEN_UNSUPPORTED_PARAMETER = 4,
	BGP_OPEN_UNACCEPTABLE_HOLD_TIME = 6,
	BGP_OPEN_UNSUPPORTED_CAPABILITY = 7, /* RFC 5492 */
	BGP_OPEN_ROLE_MISMATCH = 11,         /* RFC 9234 */
};

enum bgp_update_subcode {
	BGP_UPDATE_MALFORMED_ATTRIBUTE_LIST = 1,
	BGP_UPDATE_UNRECOGNIZED_WELL_KNOWN = 2,
	BGP_UPDATE_MISSING_WELL_KNOWN = 3,
	BGP_UPDATE_ATTRIBUTE_FLAGS = 4,
	BGP_UPDATE_ATTRIBUTE_LENGTH = 5,
	BGP_UPDATE_INVALID_ORIGIN = 6,
	BGP_UPDATE_INVALID_NEXT_HOP = 8,
	BGP_UPDATE_OPTIONAL_ATTRIBUTE = 9,
	BGP_UPDATE_INVALID_NETWORK = 10,
	BGP_UPDATE_MALFORMED_AS_PATH = 11,
};

enum bgp_fsm_subcode { /* RFC 6608 */
		       BGP_FSM_IN_OPEN_SENT = 1,
		       BGP_FSM_IN_OPEN_CONFIRM = 2,
		       BGP_FSM_IN_ESTABLISHED = 3,
};

enum bgp_cease_subcode { /* RFC 4486, 8538, 9384 */
			 BGP_CEASE_MAXIMUM_PREFIXES = 1,
			 BGP_CEASE_SHUTDOWN = 2, /* takes a text, RFC 9003 */
			 BGP_CEASE_DECONFIGURED = 3,
			 BGP_CEASE_RESET = 4, /* takes a text, RFC 9003 */
			 BGP_CEASE_REJECTED = 5,
			 BGP_CEASE_CONFIGURATION = 6,
			 BGP_CEASE_COLLISION = 7,
			 BGP_CEASE_OUT_OF_RESOURCES = 8,
			 /* 9, Hard Reset, is of graceful restart (RFC 8538), which is never
			    negotiated: never said. */
			 BGP_CEASE_BFD_DOWN = 10,
};

/* A shutdown communication of RFC 9003 is the longest data that has a meaning here. */
enum { BGP_ERROR_DATA_MAX = 256 };

struct bgp_error {
	uint8_t code; /* BGP_NO_ERROR: there is none */
	uint8_t subcode;
	uint16_t size; /* bytes of data */
	uint8_t data[BGP_ERROR_DATA_MAX];
};

/* Data past BGP_ERROR_DATA_MAX is cut. `data` may be NULL when size is 0. */
struct bgp_error bgp_error_make(uint8_t code, uint8_t subcode, const void *data, size_t size);

/*
 * The words of the RFCs for a code, and for a subcode of it; never NULL. A subcode 0 that has no
 * words of its own gives "".
 */
const char *bgp_error_code_name(uint8_t code);
const char *bgp_error_subcode_name(uint8_t code, uint8_t subcode);

#endif
