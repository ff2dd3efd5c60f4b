/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/bgp_error.h"

#include <string.h>

struct words {
	uint8_t code;
	uint8_t subcode;
	const char *text;
};

/* IANA, "BGP Error (Notification) Codes" and their subcodes. */
static const struct words words[] = {
	{BGP_HEADER_ERROR, BGP_HEADER_NOT_SYNCHRONIZED, "Connection Not Synchronized"},
	{BGP_HEADER_ERROR, BGP_HEADER_BAD_LENGTH, "Bad Message Length"},
	{BGP_HEADER_ERROR, BGP_HEADER_BAD_TYPE, "Bad Message Type"},
	{BGP_OPEN_ERROR, BGP_OPEN_UNSPECIFIC, "Unspecific"},
	{BGP_OPEN_ERROR, BGP_OPEN_UNSUPPORTED_VERSION, "Unsupported Version Number"},
	{BGP_OPEN_ERROR, BGP_OPEN_BAD_PEER_AS, "Bad Peer AS"},
	{BGP_OPEN_ERROR, BGP_OPEN_BAD_IDENTIFIER, "Bad BGP Identifier"},
	{BGP_OPEN_ERROR, BGP_OPEN_UNSUPPORTED_PARAMETER, "Unsupported Optional Parameter"},
	{BGP_OPEN_ERROR, 5, "Authentication Failure"}, /* deprecated, but old routers say it */
	{BGP_OPEN_ERROR, BGP_OPEN_UNACCEPTABLE_HOLD_TIME, "Unacceptable Hold Time"},
	{BGP_OPEN_ERROR, BGP_OPEN_UNSUPPORTED_CAPABILITY, "Unsupported Capability"},
	{BGP_OPEN_ERROR, BGP_OPEN_ROLE_MISMATCH, "Role Mismatch"},
	{BGP_UPDATE_ERROR, BGP_UPDATE_MALFORMED_ATTRIBUTE_LIST, "Malformed Attribute List"},
	{BGP_UPDATE_ERROR, BGP_UPDATE_UNRECOGNIZED_WELL_KNOWN, "Unrecognized Well-known Attribute"},
	{BGP_UPDATE_ERROR, BGP_UPDATE_MISSING_WELL_KNOWN, "Missing Well-known Attribute"},
	{BGP_UPDATE_ERROR, BGP_UPDATE_ATTRIBUTE_FLAGS, "Attribute Flags Error"},
	{BGP_UPDATE_ERROR, BGP_UPDATE_ATTRIBUTE_LENGTH, "Attribute Length Error"},
	{BGP_UPDATE_ERROR, BGP_UPDATE_INVALID_ORIGIN, "Invalid ORIGIN Attribute"},
	{BGP_UPDATE_ERROR, BGP_UPDATE_INVALID_NEXT_HOP, "Invalid NEXT_HOP Attribute"},
	{BGP_UPDATE_ERROR, BGP_UPDATE_OPTIONAL_ATTRIBUTE, "Optional Attribute Error"},
	{BGP_UPDATE_ERROR, BGP_UPDATE_INVALID_NETWORK, "Invalid Network Field"},
	{BGP_UPDATE_ERROR, BGP_UPDATE_MALFORMED_AS_PATH, "Malformed AS_PATH"},
	{BGP_FSM_ERROR, BGP_FSM_IN_OPEN_SENT, "Unexpected Message in OpenSent State"},
	{BGP_FSM_ERROR, BGP_FSM_IN_OPEN_CONFIRM, "Unexpected Message in OpenConfirm State"},
	{BGP_FSM_ERROR, BGP_FSM_IN_ESTABLISHED, "Unexpected Message in Established State"},
	{BGP_CEASE, BGP_CEASE_MAXIMUM_PREFIXES, "Maximum Number of Prefixes Reached"},
	{BGP_CEASE, BGP_CEASE_SHUTDOWN, "Administrative Shutdown"},
	{BGP_CEASE, BGP_CEASE_DECONFIGURED, "Peer De-configured"},
	{BGP_CEASE, BGP_CEASE_RESET, "Administrative Reset"},
	{BGP_CEASE, BGP_CEASE_REJECTED, "Connection Rejected"},
	{BGP_CEASE, BGP_CEASE_CONFIGURATION, "Other Configuration Change"},
	{BGP_CEASE, BGP_CEASE_COLLISION, "Connection Collision Resolution"},
	{BGP_CEASE, BGP_CEASE_OUT_OF_RESOURCES, "Out of Resources"},
	{BGP_CEASE, 9, "Hard Reset"},
	{BGP_CEASE, BGP_CEASE_BFD_DOWN, "BFD Down"},
	{BGP_REFRESH_ERROR, 1, "Invalid Message Length"},
};

struct bgp_error
bgp_error_make(uint8_t code, uint8_t subcode, const void *data, size_t size)
{
	struct bgp_error error = {.code = code, .subcode = subcode};
	error.size = (uint16_t)size_min(size, BGP_ERROR_DATA_MAX);
	if (error.size)
		memcpy(error.data, data, error.size);
	return error;
}

const char *
bgp_error_code_name(uint8_t code)
{
	static const char *const names[] = {
		[BGP_NO_ERROR] = "No Error",
		[BGP_HEADER_ERROR] = "Message Header Error",
		[BGP_OPEN_ERROR] = "OPEN Message Error",
		[BGP_UPDATE_ERROR] = "UPDATE Message Error",
		[BGP_HOLD_EXPIRED] = "Hold Timer Expired",
		[BGP_FSM_ERROR] = "Finite State Machine Error",
		[BGP_CEASE] = "Cease",
		[BGP_REFRESH_ERROR] = "ROUTE-REFRESH Message Error",
		[BGP_SEND_HOLD_EXPIRED] = "Send Hold Timer Expired",
	};
	return code < ARRAY_LENGTH(names) ? names[code] : "Unknown Error";
}

const char *
bgp_error_subcode_name(uint8_t code, uint8_t subcode)
{
	for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
		if (words[i].code == code && words[i].subcode == subcode)
			return words[i].text;
	return subcode ? "Unknown Subcode" : "";
}
