/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_probe_reply.c - any bytes as an answer to a probe: what is taken from it is text that can be
 * shown, and a broken message is never taken for a whole one.
 *
 * Input: a byte that says which question was asked (odd: any), then the message.
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "probe/probe_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static void
check_text(const char *text, size_t room)
{
	require(strnlen(text, room) < room);
	while (*text) {
		uint32_t code = utf8_take(&text);
		require(code != UTF8_BAD && !utf8_is_control(code));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct probe_question question;
	struct probe_reply reply;

	if (size == 0)
		return 0;
	require(probe_question_parse(&question, data[0] & 2 ? ". SOA" : "id.server CH TXT"));
	/* A copy of its own size: the sanitizer sees a read behind the end. */
	uint8_t *message = malloc(size - 1 ? size - 1 : 1);
	require(message != NULL);
	memcpy(message, data + 1, size - 1);
	bool good = probe_message_read(&reply, message, size - 1, data[0] & 1 ? NULL : &question);
	if (good) {
		require(size - 1 >= DNS_HEADER_SIZE && message[2] & 0x80);
		require(reply.rcode <= 4095);
	}
	check_text(reply.nsid, sizeof(reply.nsid));
	check_text(reply.txt, sizeof(reply.txt));
	check_text(reply.subnet, sizeof(reply.subnet));
	free(message);
	return 0;
}
