/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire.h - bounded cursors over wire bytes, network byte order, with a sticky error.
 *
 * Read or write as many fields as the format has, then look at `failed` once. After the first
 * access that does not fit, every read gives zero or NULL, every write does nothing, and `failed`
 * stays set. The buffers belong to the caller and must outlive the cursor.
 */
#ifndef ANYNS_WIRE_H
#define ANYNS_WIRE_H

#include <endian.h>
#include <string.h>

#include "anyns/base.h"

struct wire_reader {
	const uint8_t *bytes;
	size_t size; /* bytes that may be read */
	size_t at;   /* next byte to read; never past size */
	bool failed;
};

struct wire_writer {
	uint8_t *bytes;
	size_t size; /* bytes that may be written */
	size_t at;   /* next byte to write; never past size */
	bool failed;
};

static inline uint16_t
wire_peek_u16(const uint8_t *p)
{
	return (uint16_t)((unsigned)p[0] << 8 | p[1]);
}

static inline uint32_t
wire_peek_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline void
wire_poke_u16(uint8_t *p, uint16_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static inline void
wire_poke_u32(uint8_t *p, uint32_t value)
{
	uint32_t wire = htobe32(value);
	memcpy(p, &wire, sizeof wire);
}

static inline struct wire_reader
wire_reader(const void *bytes, size_t size)
{
	return (struct wire_reader){.bytes = bytes, .size = size};
}

static inline struct wire_writer
wire_writer(void *bytes, size_t size)
{
	return (struct wire_writer){.bytes = bytes, .size = size};
}

static inline size_t
wire_left(const struct wire_reader *r)
{
	return r->size - r->at;
}

static inline size_t
wire_room(const struct wire_writer *w)
{
	return w->size - w->at;
}

/* The next `count` bytes, or NULL when there are not so many. Valid as long as the buffer. */
static inline const uint8_t *
wire_get_bytes(struct wire_reader *r, size_t count)
{
	if (r->failed || count > wire_left(r)) {
		r->failed = true;
		return NULL;
	}
	const uint8_t *p = r->bytes + r->at;
	r->at += count;
	return p;
}

static inline uint8_t
wire_get_u8(struct wire_reader *r)
{
	const uint8_t *p = wire_get_bytes(r, 1);
	return p ? *p : 0;
}

static inline uint16_t
wire_get_u16(struct wire_reader *r)
{
	const uint8_t *p = wire_get_bytes(r, 2);
	return p ? wire_peek_u16(p) : 0;
}

static inline uint32_t
wire_get_u32(struct wire_reader *r)
{
	const uint8_t *p = wire_get_bytes(r, 4);
	return p ? wire_peek_u32(p) : 0;
}

/* A reader of the next `count` bytes alone, so that an inner length can never leave its field. */
static inline struct wire_reader
wire_carve(struct wire_reader *r, size_t count)
{
	const uint8_t *p = wire_get_bytes(r, count);
	return (struct wire_reader){.bytes = p, .size = p ? count : 0, .failed = p == NULL};
}

/* Room for `count` bytes to be filled by the caller, or NULL when there is not so much. */
static inline uint8_t *
wire_put_room(struct wire_writer *w, size_t count)
{
	if (w->failed || count > wire_room(w)) {
		w->failed = true;
		return NULL;
	}
	uint8_t *p = w->bytes + w->at;
	w->at += count;
	return p;
}

static inline void
wire_put_bytes(struct wire_writer *w, const void *bytes, size_t count)
{
	uint8_t *p = wire_put_room(w, count);
	if (p && count)
		memcpy(p, bytes, count);
}

static inline void
wire_put_u8(struct wire_writer *w, uint8_t value)
{
	wire_put_bytes(w, &value, 1);
}

static inline void
wire_put_u16(struct wire_writer *w, uint16_t value)
{
	uint8_t *p = wire_put_room(w, 2);
	if (p)
		wire_poke_u16(p, value);
}

static inline void
wire_put_u32(struct wire_writer *w, uint32_t value)
{
	uint8_t *p = wire_put_room(w, 4);
	if (p)
		wire_poke_u32(p, value);
}

#endif
