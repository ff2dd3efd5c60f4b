/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * segment.c - the life of a segment: opened or adopted, shared, released.
 */
#include "image/segment.h"

#include <openssl/evp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "anyns/name.h"

struct segment {
	atomic_uint references;
	uint8_t *bytes;
	size_t size;
};

struct segment *
segment_adopt(uint8_t *bytes, size_t size)
{
	struct segment *segment = malloc(sizeof *segment);
	if (!segment)
		return NULL;
	atomic_init(&segment->references, 1);
	segment->bytes = bytes;
	segment->size = size;
	return segment;
}

/* Whether `count` elements of `element` bytes at `ref` lie inside. No overflow: 32 bits times 64
 * bytes. */
static bool
fits(const struct image_header *header, uint32_t ref, uint64_t count, uint64_t element)
{
	uint64_t at = (uint64_t)ref * IMAGE_REF_UNIT;
	return at >= sizeof *header && at <= header->size && count * element <= header->size - at;
}

/* What is wrong with the header, or NULL. `header` is a copy of the first bytes of `size`. */
static const char *
find_fault(const struct image_header *header, const uint8_t *bytes, size_t size)
{
	if (memcmp(header->magic, IMAGE_MAGIC, sizeof header->magic) != 0)
		return "not an answer image";
	if (header->byte_order != IMAGE_BYTE_ORDER)
		return "an answer image of a machine with the other byte order";
	if (header->format_version != IMAGE_FORMAT_VERSION)
		return "an answer image of another format version";
	if (header->size != size)
		return "an answer image that is cut short or has bytes behind its end";
	const size_t apex_at = sizeof *header;
	/* A size of 0 would match name_length()'s answer to bytes that are no name. */
	if (header->apex_size == 0 ||
	    size - apex_at < (size_t)header->apex_size + header->salt_size ||
	    name_length(bytes + apex_at, header->apex_size) != header->apex_size ||
	    name_labels(bytes + apex_at) != header->apex_labels)
		return "an answer image whose zone name is damaged";
	if (header->bucket_count == 0 || header->probe_limit == 0 ||
	    header->probe_limit > IMAGE_PROBE_MAX ||
	    !fits(header, header->buckets, header->bucket_count, sizeof(struct image_bucket)))
		return "an answer image whose index is damaged";
	size_t element = header->flags & IMAGE_NSEC3 ? sizeof(struct image_chain_hash)
						     : sizeof(uint32_t);
	if (!fits(header, header->chain, header->chain_count, element))
		return "an answer image whose chain of denials is damaged";
	return NULL;
}

struct segment *
segment_open(const void *bytes, size_t size, const char *name, struct report *report)
{
	struct place place = {.file = name};
	struct image_header header;
	const char *fault = "too short for an answer image";
	if (size >= sizeof header) {
		memcpy(&header, bytes, sizeof header);
		fault = find_fault(&header, bytes, size);
	}
	if (fault) {
		report_add(report, SEVERITY_ERROR, place, "compile the zone again", "%s", fault);
		return NULL;
	}
	uint8_t *copy = malloc(size);
	struct segment *segment = copy ? segment_adopt(copy, size) : NULL;
	if (!segment) {
		free(copy);
		report_errno(report, SEVERITY_ERROR, place, NULL, "cannot hold %zu bytes", size);
		return NULL;
	}
	memcpy(copy, bytes, size);
	return segment;
}

const void *
segment_bytes(const struct segment *segment, size_t *size)
{
	*size = segment->size;
	return segment->bytes;
}

bool
segment_digest(const uint8_t *bytes, size_t size, uint8_t digest[IMAGE_DIGEST_SIZE])
{
	static const uint8_t zero[IMAGE_DIGEST_SIZE];
	const size_t at = offsetof(struct image_header, digest);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool ok = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) &&
		  EVP_DigestUpdate(context, bytes, at) &&
		  EVP_DigestUpdate(context, zero, sizeof zero) &&
		  EVP_DigestUpdate(context, bytes + at + sizeof zero, size - at - sizeof zero) &&
		  EVP_DigestFinal_ex(context, digest, NULL);
	EVP_MD_CTX_free(context);
	return ok;
}

bool
segment_verify(const struct segment *segment)
{
	uint8_t digest[IMAGE_DIGEST_SIZE];
	struct image image = segment_image(segment);
	return segment_digest(segment->bytes, segment->size, digest) &&
	       memcmp(digest, image_header(&image)->digest, sizeof digest) == 0;
}

struct segment *
segment_share(struct segment *segment)
{
	atomic_fetch_add_explicit(&segment->references, 1, memory_order_relaxed);
	return segment;
}

void
segment_release(struct segment *segment)
{
	/* acq_rel: whoever frees must see all that others did with it before they let go. */
	if (!segment ||
	    atomic_fetch_sub_explicit(&segment->references, 1, memory_order_acq_rel) != 1)
		return;
	free(segment->bytes);
	free(segment);
}

struct image
segment_image(const struct segment *segment)
{
	return (struct image){.base = segment->bytes, .size = segment->size};
}

const uint8_t *
segment_apex(const struct segment *segment)
{
	return segment->bytes + sizeof(struct image_header);
}

uint32_t
segment_serial(const struct segment *segment)
{
	struct image image = segment_image(segment);
	return image_header(&image)->serial;
}
