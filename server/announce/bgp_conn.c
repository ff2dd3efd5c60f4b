/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce/bgp_conn.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "announce/bgp_socket.h"

void
bgp_conn_init(struct bgp_conn *conn, struct ev_loop *loop, bgp_conn_callback *callback, void *data)
{
	/* Not the whole struct: untouched buffers cost no memory. */
	conn->fd = -1;
	conn->connecting = false;
	conn->failed = false;
	conn->error = 0;
	conn->generation = 0;
	conn->in_size = 0;
	conn->out_size = 0;
	conn->loop = loop;
	ev_init(&conn->readable, callback);
	ev_init(&conn->writable, callback);
	conn->readable.data = data;
	conn->writable.data = data;
}

void
bgp_conn_open(struct bgp_conn *conn, int fd, bool connecting)
{
	assert(conn->fd < 0);
	conn->fd = fd;
	conn->connecting = connecting;
	conn->failed = false;
	conn->error = 0;
	conn->generation++;
	conn->in_size = 0;
	conn->out_size = 0;
	ev_io_set(&conn->readable, fd, EV_READ);
	ev_io_set(&conn->writable, fd, EV_WRITE);
	if (connecting)
		ev_io_start(conn->loop, &conn->writable);
	else
		ev_io_start(conn->loop, &conn->readable);
}

static void
stop_watching(struct bgp_conn *conn)
{
	ev_io_stop(conn->loop, &conn->readable);
	ev_io_stop(conn->loop, &conn->writable);
}

void
bgp_conn_close(struct bgp_conn *conn)
{
	if (conn->fd < 0)
		return;
	bgp_conn_flush(conn);
	stop_watching(conn);
	bgp_socket_close(conn->fd);
	conn->fd = -1;
	conn->connecting = false;
	conn->failed = false;
	conn->generation++;
	conn->in_size = 0;
	conn->out_size = 0;
}

void
bgp_conn_fail(struct bgp_conn *conn, int error)
{
	if (conn->failed)
		return;
	conn->failed = true;
	conn->error = error;
	/* Else a socket in error would wake the loop until somebody closes it. */
	if (conn->fd >= 0)
		stop_watching(conn);
}

bool
bgp_conn_finish_connect(struct bgp_conn *conn)
{
	int error = bgp_socket_error(conn->fd);
	conn->connecting = false;
	ev_io_stop(conn->loop, &conn->writable);
	if (error) {
		bgp_conn_fail(conn, error);
		return false;
	}
	ev_io_start(conn->loop, &conn->readable);
	return true;
}

bool
bgp_conn_put(struct bgp_conn *conn, const uint8_t *bytes, size_t size)
{
	if (conn->fd < 0 || size > sizeof conn->out - conn->out_size)
		return false;
	memcpy(conn->out + conn->out_size, bytes, size);
	conn->out_size += size;
	return true;
}

bool
bgp_conn_has_room(const struct bgp_conn *conn)
{
	return conn->fd >= 0 && !conn->failed &&
	       sizeof conn->out - conn->out_size >= BGP_MESSAGE_MAX + BGP_CONN_RESERVE;
}

void
bgp_conn_flush(struct bgp_conn *conn)
{
	if (conn->fd < 0 || conn->connecting || conn->failed)
		return;
	while (conn->out_size > 0) {
		ssize_t done = send(conn->fd, conn->out, conn->out_size,
				    MSG_NOSIGNAL | MSG_DONTWAIT);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0 && errno == EAGAIN)
			break;
		if (done < 0) {
			bgp_conn_fail(conn, errno);
			return;
		}
		conn->out_size -= (size_t)done;
		memmove(conn->out, conn->out + done, conn->out_size);
	}
	if (conn->out_size > 0)
		ev_io_start(conn->loop, &conn->writable);
	else
		ev_io_stop(conn->loop, &conn->writable);
}

bool
bgp_conn_fill(struct bgp_conn *conn)
{
	if (conn->fd < 0 || conn->connecting || conn->in_size == sizeof conn->in)
		return false;
	ssize_t got;
	do
		got = recv(conn->fd, conn->in + conn->in_size, sizeof conn->in - conn->in_size,
			   MSG_DONTWAIT);
	while (got < 0 && errno == EINTR);
	if (got > 0) {
		conn->in_size += (size_t)got;
		return true;
	}
	if (got == 0 || errno != EAGAIN)
		bgp_conn_fail(conn, got == 0 ? 0 : errno);
	return false;
}

bool
bgp_conn_take(struct bgp_conn *conn, enum bgp_lane_id lane, struct bgp_event *event)
{
	struct bgp_message message;
	struct bgp_error error;
	switch (bgp_message_frame(conn->in, conn->in_size, &message, &error)) {
	case BGP_FRAME_MORE:
		return false;
	case BGP_FRAME_BAD:
		*event = bgp_event_of_bad_frame(lane, &error);
		conn->in_size = 0;
		return true;
	case BGP_FRAME_READY:
		break;
	}
	/* The event keeps nothing of the buffer: whoever handles it may close the connection. */
	*event = bgp_event_of_message(lane, &message);
	conn->in_size -= message.size;
	memmove(conn->in, conn->in + message.size, conn->in_size);
	return true;
}

bool
bgp_conn_drained(const struct bgp_conn *conn)
{
	return conn->fd >= 0 && !conn->connecting && conn->out_size == 0 &&
	       bgp_socket_acknowledged(conn->fd);
}
