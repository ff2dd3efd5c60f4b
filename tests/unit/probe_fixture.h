/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_fixture.h - what the tests of the probe share: answers made by hand, records told to a
 * list, streams kept as text, sockets on loopback.
 */
#ifndef ANYNS_TESTS_PROBE_FIXTURE_H
#define ANYNS_TESTS_PROBE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "anyns/wire.h"
#include "probe/probe_address.h"
#include "probe/probe_message.h"
#include "probe/probe_record.h"

#define UNUSED    __attribute__((unused))
#define S         ((int64_t)1000000000)
#define MS        ((int64_t)1000000)
#define HEARD_MAX 256

/* --- answers ---------------------------------------------------------------------------------- */

static UNUSED struct probe_question
question_of(const char *text)
{
	struct probe_question question;

	assert_true(probe_question_parse(&question, text));
	return question;
}

/* An answer to a query that probe_message_build() made; NULL texts are left out. */
static UNUSED size_t
answer_to(uint8_t *out, size_t room, const uint8_t *query, const char *nsid, const char *txt)
{
	struct wire_writer w = wire_writer(out, room);
	size_t question = name_length(query + DNS_HEADER_SIZE, DNS_NAME_MAX) + 4;

	wire_put_bytes(&w, query, 2);
	wire_put_u16(&w, DNS_FLAG_QR | DNS_FLAG_AA);
	wire_put_u16(&w, 1);
	wire_put_u16(&w, txt ? 1 : 0);
	wire_put_u16(&w, 0);
	wire_put_u16(&w, nsid ? 1 : 0);
	wire_put_bytes(&w, query + DNS_HEADER_SIZE, question);
	if (txt) {
		wire_put_u16(&w, 0xc00c);
		wire_put_u16(&w, DNS_TYPE_TXT);
		wire_put_bytes(&w, query + DNS_HEADER_SIZE + question - 2, 2);
		wire_put_u32(&w, 0);
		wire_put_u16(&w, (uint16_t)(strlen(txt) + 1));
		wire_put_u8(&w, (uint8_t)strlen(txt));
		wire_put_bytes(&w, txt, strlen(txt));
	}
	if (nsid) {
		wire_put_u8(&w, 0);
		wire_put_u16(&w, DNS_TYPE_OPT);
		wire_put_u16(&w, 1232);
		wire_put_u32(&w, 0);
		wire_put_u16(&w, (uint16_t)(4 + strlen(nsid)));
		wire_put_u16(&w, EDNS_OPTION_NSID);
		wire_put_u16(&w, (uint16_t)strlen(nsid));
		wire_put_bytes(&w, nsid, strlen(nsid));
	}
	assert_false(w.failed);
	return w.at;
}

/* --- records ---------------------------------------------------------------------------------- */

struct heard {
	struct {
		char vantage[64];
		char target[96];
		char transport[8];
		char question[64];
		char instance[PROBE_INSTANCE_MAX];
		char source[128];
		char subnet[PROBE_SUBNET_MAX];
		bool named; /* instance is not NULL */
		uint64_t seq;
		int64_t sent_ns;
		int64_t rtt_ns;
		enum probe_outcome outcome;
		int rcode;
		size_t size;
	} list[HEARD_MAX];
	size_t count;
	uint64_t bad;
	uint64_t late;
	bool done;
};

static UNUSED void
keep(char *to, size_t size, const char *text)
{
	snprintf(to, size, "%s", text ? text : "");
}

static UNUSED void
hear_record(void *context, const struct probe_record *record)
{
	struct heard *heard = context;

	if (heard->count == HEARD_MAX)
		return;
#define KEEP(member) \
	keep(heard->list[heard->count].member, sizeof(heard->list[0].member), record->member)
	KEEP(vantage);
	KEEP(target);
	KEEP(transport);
	KEEP(question);
	KEEP(instance);
	KEEP(source);
	KEEP(subnet);
#undef KEEP
	heard->list[heard->count].named = record->instance != NULL;
	heard->list[heard->count].seq = record->seq;
	heard->list[heard->count].sent_ns = record->sent_ns;
	heard->list[heard->count].rtt_ns = record->rtt_ns;
	heard->list[heard->count].outcome = record->outcome;
	heard->list[heard->count].rcode = record->rcode;
	heard->list[heard->count].size = record->size;
	heard->count++;
}

static UNUSED void
hear_noise(void *context, const struct probe_record *record, uint64_t bad, uint64_t late)
{
	struct heard *heard = context;

	assert_non_null(record->target);
	heard->bad += bad;
	heard->late += late;
}

static UNUSED struct probe_sink
sink_to(struct heard *heard)
{
	return (struct probe_sink){hear_record, hear_noise, heard};
}

/* A record of an answer (instance NULL: of a loss) of the series `vantage`. */
static UNUSED struct probe_record
record_at(const char *vantage, uint64_t seq, int64_t ns, const char *instance)
{
	return (struct probe_record){
		.vantage = vantage,
		.target = "192.0.2.53@53",
		.transport = "udp",
		.question = "id.server. CH TXT",
		.seq = seq,
		.sent_ns = 1000 * S + ns,
		.rtt_ns = instance ? 2 * MS : 0,
		.outcome = instance ? PROBE_ANSWER : PROBE_TIMEOUT,
		.instance = instance,
		.rcode = instance ? 0 : -1,
	};
}

/* --- text ------------------------------------------------------------------------------------- */

struct page {
	FILE *stream;
	char *text;
	size_t size;
};

static UNUSED void
page_open(struct page *page)
{
	page->stream = open_memstream(&page->text, &page->size);
	assert_non_null(page->stream);
}

/* Everything so far; valid until more is written. */
static UNUSED const char *
page_text(struct page *page)
{
	fflush(page->stream);
	return page->text;
}

static UNUSED void
page_has(struct page *page, const char *part)
{
	if (!strstr(page_text(page), part))
		fail_msg("no \"%s\" in:\n%s", part, page->text);
}

static UNUSED void
page_lacks(struct page *page, const char *part)
{
	if (strstr(page_text(page), part))
		fail_msg("\"%s\" in:\n%s", part, page->text);
}

static UNUSED void
page_close(struct page *page)
{
	fclose(page->stream);
	free(page->text);
}

/* --- files and sockets ------------------------------------------------------------------------ */

/* A file with this text; its path, to be unlinked and freed. */
static UNUSED char *
file_with(const char *text)
{
	char *path = strdup("/tmp/anyns-probe-XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	return path;
}

static UNUSED void
file_remove(char *path)
{
	unlink(path);
	free(path);
}

/* A socket bound to a free port of 127.0.0.1 (or ::1), listening when it is a stream. */
static UNUSED int
listen_on(int family, int type, struct probe_address *address)
{
	int fd = socket(family, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_true(probe_address_parse(address, family == AF_INET ? "127.0.0.1" : "::1", 0));
	assert_int_equal(bind(fd, &address->socket.any, address->size), 0);
	assert_int_equal(getsockname(fd, &address->socket.any, &address->size), 0);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(fd, 64), 0);
	snprintf(address->text, sizeof(address->text), "%s@%u",
		 family == AF_INET ? "127.0.0.1" : "::1", probe_address_port(address));
	return fd;
}

#endif
