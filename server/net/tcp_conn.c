/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tcp_conn.c - from a stream of bytes to messages and back (RFC 1035 4.2.2, RFC 7766).
 *
 * Common case: a whole query lies in the shared read buffer, is answered into the shared write
 * buffer, and the kernel takes all of it. Then the connection owns no memory but its struct. Only a
 * message cut by a segment's end, or answers the client is slow to take, get buffers of their own,
 * freed when they are empty again.
 *
 * The order of things in tcp_conn_run() is the back-pressure: send first, then answer what came,
 * and read only when neither is left. A client that does not read thus stops our reading, its own
 * TCP then stops it.
 */
#include "net/tcp_conn.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "anyns/wire.h"

/* Reads of one connection when the server stops. A client that never pauses must not keep us. */
enum { LAST_READS = 64 };

static void
buffer_free(struct tcp_buffer *buffer)
{
	free(buffer->bytes);
	*buffer = (struct tcp_buffer){0};
}

/* Puts `size` bytes into the empty buffer; none need no memory. false when there is none. */
static bool
buffer_keep(struct tcp_buffer *buffer, const uint8_t *bytes, size_t size)
{
	if (size == 0)
		return true;
	*buffer = (struct tcp_buffer){.bytes = malloc(size), .size = size, .capacity = size};
	if (!buffer->bytes) {
		*buffer = (struct tcp_buffer){0};
		return false;
	}
	memcpy(buffer->bytes, bytes, size);
	return true;
}

/* Forgets the first `used` bytes in use. */
static void
buffer_consume(struct tcp_buffer *buffer, size_t used)
{
	buffer->at += used;
	if (buffer->at == buffer->size)
		buffer_free(buffer);
}

/* Moves the bytes in use to the front and makes room behind them, up to a frame's size in all. */
static bool
buffer_grow(struct tcp_buffer *buffer)
{
	if (buffer->at > 0) {
		memmove(buffer->bytes, buffer->bytes + buffer->at, buffer->size - buffer->at);
		buffer->size -= buffer->at;
		buffer->at = 0;
	}
	if (buffer->size < buffer->capacity)
		return true;
	/* Doubling: a client pays for 64 KiB of ours by sending 32 KiB, not by announcing it. */
	size_t capacity = buffer->capacity < 256 ? 512 : buffer->capacity * 2;
	capacity = size_min(capacity, TCP_FRAME_MAX);
	assert(capacity > buffer->size); /* a whole frame would have been answered */
	uint8_t *bytes = realloc(buffer->bytes, capacity);
	if (!bytes)
		return false;
	buffer->bytes = bytes;
	buffer->capacity = capacity;
	return true;
}

/* Whether a whole frame lies at the front. */
static bool
frame_complete(const uint8_t *bytes, size_t size)
{
	return size >= 2 && size - 2 >= wire_peek_u16(bytes);
}

/* Sends `size` bytes. Returns how many the kernel took, or -1 when the connection is gone. */
static ssize_t
send_some(struct tcp_conn *conn, const uint8_t *bytes, size_t size)
{
	size_t at = 0;

	while (at < size) {
		ssize_t done = send(conn->fd, bytes + at, size - at, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (done >= 0)
			at += (size_t)done;
		else if (errno == EAGAIN || errno == ENOBUFS)
			break;
		else if (errno != EINTR)
			return -1;
	}
	if (at > 0)
		conn->progress = true;
	return (ssize_t)at;
}

/* Answers the message into `out`, framed. Returns the frame's size, 0 when there is no answer. */
static size_t
answer_frame(struct tcp_conn *conn, struct tcp_turn *turn, const uint8_t *message, size_t size,
	     uint8_t *out)
{
	struct answer_client client = {
		.transport = ANSWER_TCP,
		.address = conn->address,
		.address_size = conn->address_size,
		.now = turn->now,
		.keepalive = turn->keepalive,
	};

	turn->received++;
	conn->progress = true;
	/* No message is empty; whoever sends this speaks something else. */
	if (size == 0) {
		conn->broken = true;
		return 0;
	}
	if (turn->lease)
		lease_packet_begin(turn->lease, turn->slot, message, size);
	size_t answer = answer_message(turn->worker, turn->view, &client, message, size, out + 2,
				       DNS_MESSAGE_MAX);
	if (turn->lease)
		lease_packet_end(turn->lease, turn->slot);
	if (answer == 0) {
		/* A response or a stump. RFC 7766 leaves it open: one may be a slip of the client,
		 * and the queries beside it are good; many are not a client. */
		conn->broken = ++conn->garbage >= TCP_GARBAGE_MAX;
		return 0;
	}
	turn->sent++;
	wire_poke_u16(out, (uint16_t)answer);
	return 2 + answer;
}

/*
 * Answers the whole frames at the front as far as the write buffer goes, and sends. Returns how
 * many bytes were used, or -1 when the connection is gone.
 */
static ssize_t
answer_some(struct tcp_conn *conn, struct tcp_turn *turn, const uint8_t *bytes, size_t size)
{
	size_t used = 0, gathered = 0;

	while (!conn->broken && gathered <= TCP_WRITE_ROOM - TCP_FRAME_MAX &&
	       frame_complete(bytes + used, size - used)) {
		size_t message = wire_peek_u16(bytes + used);
		gathered += answer_frame(conn, turn, bytes + used + 2, message,
					 turn->write + gathered);
		used += 2 + message;
	}
	ssize_t sent = send_some(conn, turn->write, gathered);
	if (sent < 0 || !buffer_keep(&conn->output, turn->write + sent, gathered - (size_t)sent))
		return -1;
	return (ssize_t)used;
}

/* Answers frames until none is whole, or the client does not take the answers. Returns bytes used
 * or -1. */
static ssize_t
answer_all(struct tcp_conn *conn, struct tcp_turn *turn, const uint8_t *bytes, size_t size)
{
	size_t used = 0;

	while (!conn->broken && !tcp_conn_is_busy(conn) &&
	       frame_complete(bytes + used, size - used)) {
		ssize_t more = answer_some(conn, turn, bytes + used, size - used);
		if (more < 0)
			return -1;
		used += (size_t)more;
	}
	return (ssize_t)used;
}

/* Answers what the input buffer holds. false when the connection is gone. */
static bool
answer_input(struct tcp_conn *conn, struct tcp_turn *turn)
{
	struct tcp_buffer *input = &conn->input;

	if (!input->bytes)
		return true;
	ssize_t used = answer_all(conn, turn, input->bytes + input->at, input->size - input->at);
	if (used > 0)
		buffer_consume(input, (size_t)used);
	return used >= 0;
}

enum read_result { READ_SOME, READ_NOTHING, READ_FAILED };

/* Reads once and answers what is whole. */
static enum read_result
read_some(struct tcp_conn *conn, struct tcp_turn *turn)
{
	struct tcp_buffer *input = &conn->input;
	bool append = input->bytes != NULL;

	if (append && !buffer_grow(input))
		return READ_FAILED;
	uint8_t *bytes = append ? input->bytes + input->size : turn->read;
	size_t room = append ? input->capacity - input->size : sizeof(turn->read);
	ssize_t got = recv(conn->fd, bytes, room, MSG_DONTWAIT);
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? READ_NOTHING : READ_FAILED;
	if (got == 0) {
		/* Half-closed: RFC 7766 6.2.4 has no reason against it, and the answers are still
		 * wanted. */
		conn->ended = true;
		return READ_SOME;
	}
	if (append) {
		input->size += (size_t)got;
		return answer_input(conn, turn) ? READ_SOME : READ_FAILED;
	}
	ssize_t used = answer_all(conn, turn, bytes, (size_t)got);
	if (used < 0 || !buffer_keep(input, bytes + used, (size_t)(got - used)))
		return READ_FAILED;
	return READ_SOME;
}

static bool
flush(struct tcp_conn *conn)
{
	struct tcp_buffer *output = &conn->output;

	if (!output->bytes)
		return true;
	ssize_t sent = send_some(conn, output->bytes + output->at, output->size - output->at);
	if (sent > 0)
		buffer_consume(output, (size_t)sent);
	return sent >= 0;
}

enum tcp_conn_want
tcp_conn_run(struct tcp_conn *conn, struct tcp_turn *turn)
{
	if (!flush(conn))
		return TCP_CONN_CLOSE;
	if (!tcp_conn_is_busy(conn) && !answer_input(conn, turn))
		return TCP_CONN_CLOSE;
	for (unsigned reads = 0; !tcp_conn_is_busy(conn); reads++) {
		if (conn->ended || conn->broken)
			return TCP_CONN_CLOSE;
		if (reads >= (turn->last ? LAST_READS : 1))
			return turn->last ? TCP_CONN_CLOSE : TCP_CONN_READ;
		enum read_result result = read_some(conn, turn);
		if (result == READ_FAILED)
			return TCP_CONN_CLOSE;
		if (result == READ_NOTHING)
			return turn->last ? TCP_CONN_CLOSE : TCP_CONN_READ;
	}
	return TCP_CONN_WRITE;
}

bool
tcp_conn_is_busy(const struct tcp_conn *conn)
{
	return conn->output.bytes != NULL;
}

void
tcp_conn_close(struct tcp_conn *conn)
{
	close(conn->fd);
	buffer_free(&conn->input);
	buffer_free(&conn->output);
}
