/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * segment.c - the life of a segment: opened, mapped or adopted, shared, released.
 */
#include "image/segment.h"

#include <openssl/evp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "anyns/name.h"

struct segment {
	atomic_uint references;
	atomic_int trust; /* enum segment_trust */
	const uint8_t *bytes;
	size_t size;
	const struct image_header *header; /* the first bytes, or a copy of them behind this */
	struct mapping *mapping;           /* holds the bytes, or NULL */
	uint8_t *heap;                     /* the bytes, or NULL */
};

struct segment *
/* NOLINTNEXTLINE(readability-non-const-parameter): it is what is freed at the end */
segment_adopt(uint8_t *bytes, size_t size)
{
	struct segment *segment = malloc(sizeof *segment);
	if (!segment)
		return NULL;
	*segment = (struct segment){
		.bytes = bytes, .size = size, .header = (const void *)bytes, .heap = bytes};
	atomic_init(&segment->references, 1);
	atomic_init(&segment->trust, SEGMENT_GOOD);
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

/* What is wrong with the header at `bytes`, of which `size` may be read, of a segment of `whole`;
 * or NULL. */
static const char *
find_fault(const uint8_t *bytes, size_t size, size_t whole)
{
	const struct image_header *header = (const void *)bytes;
	const size_t apex_at = sizeof *header;
	if (size < apex_at)
		return "too short for an answer image";
	if (memcmp(header->magic, IMAGE_MAGIC, sizeof header->magic) != 0)
		return "not an answer image";
	if (header->byte_order != IMAGE_BYTE_ORDER)
		return "an answer image of a machine with the other byte order";
	if (header->format_version != IMAGE_FORMAT_VERSION)
		return "an answer image of another format version";
	if (header->size != whole)
		return "an answer image that is cut short or has bytes behind its end";
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
	if (!fits(header, header->chain, header->chain_count, element) ||
	    header->nsec3_iterations > IMAGE_ITERATIONS_MAX)
		return "an answer image whose chain of denials is damaged";
	return NULL;
}

static struct segment *
refuse(const char *fault, struct place place, struct report *report)
{
	report_add(report, SEVERITY_ERROR, place, "compile the zone again", "%s", fault);
	return NULL;
}

struct segment *
segment_open(const void *bytes, size_t size, const char *name, struct report *report)
{
	struct place place = {.file = name};
	uint8_t *copy = malloc(size ? size : 1);
	struct segment *segment = copy ? segment_adopt(copy, size) : NULL;
	if (!segment) {
		free(copy);
		report_errno(report, SEVERITY_ERROR, place, NULL, "cannot hold %zu bytes", size);
		return NULL;
	}
	memcpy(copy, bytes, size);
	atomic_store(&segment->trust, SEGMENT_UNREAD);
	const char *fault = find_fault(copy, size, size);
	if (!fault)
		return segment;
	segment_release(segment);
	return refuse(fault, place, report);
}

struct segment *
segment_map(struct mapping *mapping, size_t offset, size_t size, const char **fault)
{
	const uint8_t *bytes = mapping_bytes(mapping) + offset;
	/* Header, name and salt decide how far readers go. The file may be written to at any time:
	 * they are copied first and checked then, so that what was checked is what is used. */
	union {
		struct image_header header;
		uint8_t bytes[IMAGE_TOP_MAX];
	} copy;
	size_t most = size_min(size, sizeof copy.bytes);
	memcpy(copy.bytes, bytes, most);
	*fault = find_fault(copy.bytes, most, size);
	if (*fault)
		return NULL;
	size_t top = sizeof copy.header + copy.header.apex_size + copy.header.salt_size;
	struct segment *segment = malloc(sizeof *segment + top);
	if (!segment)
		return NULL;
	memcpy(segment + 1, copy.bytes, top);
	*segment = (struct segment){.bytes = bytes,
				    .size = size,
				    .header = (const void *)(segment + 1),
				    .mapping = mapping_share(mapping)};
	atomic_init(&segment->references, 1);
	atomic_init(&segment->trust, SEGMENT_UNREAD);
	return segment;
}

const void *
segment_bytes(const struct segment *segment, size_t *size)
{
	*size = segment->size;
	return segment->bytes;
}

/* In pieces, so that a cancel is soon heard: a gigabyte takes a second or more. */
static bool
update(EVP_MD_CTX *context, const uint8_t *bytes, size_t size, const atomic_bool *cancel)
{
	const size_t piece = 1 << 20;
	while (size > 0) {
		size_t part = size_min(size, piece);
		if ((cancel && atomic_load(cancel)) || !EVP_DigestUpdate(context, bytes, part))
			return false;
		bytes += part;
		size -= part;
	}
	return true;
}

static bool
take_digest(const uint8_t *bytes, size_t size, const atomic_bool *cancel,
	    uint8_t digest[IMAGE_DIGEST_SIZE])
{
	static const uint8_t zero[IMAGE_DIGEST_SIZE];
	const size_t at = offsetof(struct image_header, digest);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool ok = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) &&
		  update(context, bytes, at, cancel) &&
		  update(context, zero, sizeof zero, cancel) &&
		  update(context, bytes + at + sizeof zero, size - at - sizeof zero, cancel) &&
		  EVP_DigestFinal_ex(context, digest, NULL);
	EVP_MD_CTX_free(context);
	return ok;
}

bool
segment_digest(const uint8_t *bytes, size_t size, uint8_t digest[IMAGE_DIGEST_SIZE])
{
	return take_digest(bytes, size, NULL, digest);
}

bool
segment_verify(struct segment *segment, const atomic_bool *cancel)
{
	uint8_t digest[IMAGE_DIGEST_SIZE];
	if (!take_digest(segment->bytes, segment->size, cancel, digest))
		return false; /* cancelled or no memory: nothing is known */
	struct image image = segment_image(segment);
	bool good = memcmp(digest, segment->header->digest, sizeof digest) == 0 &&
		    !image_lost(&image);
	atomic_store(&segment->trust, good ? SEGMENT_GOOD : SEGMENT_BAD);
	return good;
}

enum segment_trust
segment_trust(const struct segment *segment)
{
	struct image image = segment_image(segment);
	return image_lost(&image) ? SEGMENT_BAD : (enum segment_trust)atomic_load(&segment->trust);
}

bool
segment_file_changed(const struct segment *segment)
{
	return segment->mapping && mapping_changed(segment->mapping);
}

bool
segment_suspect(const struct segment *segment)
{
	return segment->mapping && mapping_suspect(segment->mapping);
}

bool
segment_same(const struct segment *a, const struct segment *b)
{
	return a->size == b->size &&
	       memcmp(a->header->digest, b->header->digest, IMAGE_DIGEST_SIZE) == 0;
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
	mapping_release(segment->mapping);
	free(segment->heap);
	free(segment);
}

struct image
segment_image(const struct segment *segment)
{
	return (struct image){
		.base = segment->bytes,
		.size = segment->size,
		.header = segment->header,
		.lost = segment->mapping ? mapping_lost(segment->mapping) : NULL,
	};
}

const uint8_t *
segment_apex(const struct segment *segment)
{
	return (const uint8_t *)(segment->header + 1);
}

uint32_t
segment_serial(const struct segment *segment)
{
	return segment->header->serial;
}

uint32_t
segment_names(const struct segment *segment)
{
	return segment->header->node_count;
}

void
segment_told_digest(const struct segment *segment, uint8_t digest[SEGMENT_DIGEST_SIZE])
{
	memcpy(digest, segment->header->digest, IMAGE_DIGEST_SIZE);
}
