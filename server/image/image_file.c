/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image_file.c - opens an image file: reads and checks the table, maps the segments.
 *
 * The table is read into memory, not mapped, so that what was checked is what is used later. Of a
 * segment only its header is looked at here (segment.c); its insides are checked where they are
 * used, its digest is compared by whoever has the time.
 */
#include "anyns/image_file.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "anyns/name.h"
#include "image/file_format.h"
#include "image/segment.h"

#define REMEDY "write it again with anyns compile, beside it, and rename"

struct image_file {
	atomic_uint references;
	char *path;
	struct stat status;
	struct mapping *mapping;
	uint8_t *table; /* header and table */
	const struct image_file_header *header;
	const struct image_file_zone *zones;
	const struct image_file_source *sources;
	const struct image_file_finding *findings;
	char *texts;
	struct zone_file *files;
	struct segment **segments; /* NULL: damaged; */
	const char **faults;       /* how */
};

static bool
refuse(const struct image_file *file, struct report *report, const char *fault)
{
	struct place place = {.file = file->path};
	report_add(report, SEVERITY_ERROR, place, REMEDY, "%s", fault);
	return false;
}

/* The system, not the file, is at fault; errno says how. */
static bool
failed(const struct image_file *file, struct report *report, const char *what)
{
	struct place place = {.file = file->path};
	report_errno(report, SEVERITY_ERROR, place, NULL, "cannot %s the image file", what);
	return false;
}

/* ------------------------------------------------------------ header and table */

/* What is wrong with the header of a file of `size` bytes, or NULL. */
static const char *
find_fault(const struct image_file_header *header, uint64_t size)
{
	if (memcmp(header->magic, IMAGE_FILE_MAGIC, sizeof header->magic) != 0)
		return "not an image file";
	if (header->byte_order != IMAGE_BYTE_ORDER)
		return "an image file of a machine with the other byte order";
	if (header->format_version != IMAGE_FILE_VERSION)
		return "an image file of another format version";
	if (header->size > size)
		return "an image file that is cut short";
	if (header->size < size)
		return "an image file with bytes behind its end";
	if (image_file_table_end(header) > size || header->text_size == 0 ||
	    !memchr(header->made_by, 0, sizeof header->made_by))
		return "an image file whose header is damaged";
	return NULL;
}

static bool
read_at(int fd, uint8_t *to, size_t size, uint64_t at)
{
	while (size > 0) {
		ssize_t got = pread(fd, to, size, (off_t)at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0)
			errno = ENODATA; /* somebody cut it since its size was asked for */
		if (got <= 0)
			return false;
		to += got;
		size -= (size_t)got;
		at += (uint64_t)got;
	}
	return true;
}

/* Of a table that is a copy of ours: its digest is taken with the digest's own bytes zero. */
static bool
take_digest(uint8_t *table, size_t size, uint8_t digest[IMAGE_DIGEST_SIZE])
{
	uint8_t *told = table + offsetof(struct image_file_header, digest);
	uint8_t kept[IMAGE_DIGEST_SIZE];
	memcpy(kept, told, sizeof kept);
	memset(told, 0, sizeof kept);
	bool ok = EVP_Digest(table, size, digest, NULL, EVP_sha256(), NULL) == 1;
	memcpy(told, kept, sizeof kept);
	return ok;
}

static bool
read_table(struct image_file *file, int fd, struct report *report)
{
	struct image_file_header header;
	uint8_t digest[IMAGE_DIGEST_SIZE];
	uint64_t size = (uint64_t)file->status.st_size;
	if (size < sizeof header)
		return refuse(file, report, "too short for an image file");
	if (!read_at(fd, (uint8_t *)&header, sizeof header, 0))
		return failed(file, report, "read");
	const char *fault = find_fault(&header, size);
	if (fault)
		return refuse(file, report, fault);
	size_t end = image_file_table_end(&header);
	file->table = malloc(end);
	if (!file->table)
		return failed(file, report, "open");
	if (!read_at(fd, file->table, end, 0))
		return failed(file, report, "read");
	/* The header again: it may be another one by now. */
	if (memcmp(file->table, &header, sizeof header) != 0)
		return refuse(file, report, "an image file that changes while it is read");
	if (!take_digest(file->table, end, digest))
		return refuse(file, report, "the crypto library refuses SHA-256");
	if (memcmp(header.digest, digest, sizeof digest) != 0)
		return refuse(file, report, "an image file whose table is damaged");
	file->header = (const void *)file->table;
	file->zones = (const void *)(file->header + 1);
	file->sources = (const void *)(file->table + image_file_sources_at(&header));
	file->findings = (const void *)(file->table + image_file_findings_at(&header));
	file->texts = (char *)file->table + image_file_texts_at(&header);
	return true;
}

/* ------------------------------------------------------------ what the table says */

/* Whether an offset is of a string. The last byte of the texts is zero, so that all end inside. */
static bool
is_string(const struct image_file *file, uint32_t at)
{
	return at < file->header->text_size;
}

static bool
strings_are_right(const struct image_file *file)
{
	const struct image_file_header *header = file->header;
	bool ok = file->texts[0] == 0 && file->texts[header->text_size - 1] == 0;
	for (uint32_t i = 0; ok && i < header->file_count; i++)
		ok = is_string(file, file->sources[i].path);
	for (uint32_t i = 0; ok && i < header->finding_count; i++)
		ok = is_string(file, file->findings[i].file) &&
		     is_string(file, file->findings[i].message) &&
		     is_string(file, file->findings[i].remedy) &&
		     file->findings[i].severity <= SEVERITY_ERROR;
	return ok;
}

static const uint8_t *
apex_of(const struct image_file *file, size_t index)
{
	return (const uint8_t *)file->texts + file->zones[index].apex;
}

static bool
zone_is_right(const struct image_file *file, size_t index)
{
	const struct image_file_header *header = file->header;
	const struct image_file_zone *zone = &file->zones[index];
	if (zone->apex >= header->text_size || zone->zonemd > ZONEMD_REQUIRE ||
	    zone->first_file > header->file_count ||
	    zone->file_count > header->file_count - zone->first_file ||
	    zone->first_finding > header->finding_count ||
	    zone->finding_count > header->finding_count - zone->first_finding ||
	    zone->offset % IMAGE_FILE_ALIGN != 0 || zone->offset < image_file_table_end(header) ||
	    zone->offset > header->size || zone->size > header->size - zone->offset)
		return false;
	size_t room = size_min(header->text_size - zone->apex, DNS_NAME_MAX);
	return name_length(apex_of(file, index), room) != 0 &&
	       (index == 0 || name_compare(apex_of(file, index - 1), apex_of(file, index)) < 0);
}

/*
 * A zone whose segment is damaged is that zone's loss, the others are whole: the table says its
 * name. false: no memory.
 */
static bool
open_segment(struct image_file *file, size_t index, struct report *report)
{
	const struct image_file_zone *zone = &file->zones[index];
	const char **fault = &file->faults[index];
	struct segment *segment = segment_map(file->mapping, zone->offset, zone->size, fault);
	if (!segment)
		return *fault || failed(file, report, "open");
	struct image image = segment_image(segment);
	if (name_equal(segment_apex(segment), apex_of(file, index)) &&
	    segment_serial(segment) == zone->serial &&
	    memcmp(image_header(&image)->digest, zone->digest, sizeof zone->digest) == 0) {
		file->segments[index] = segment;
		return true;
	}
	*fault = "an answer image of another zone, or of another version, than the table says";
	segment_release(segment);
	return true;
}

static void
tell_file(const struct image_file *file, uint32_t index)
{
	const struct image_file_source *source = &file->sources[index];
	struct zone_file *to = &file->files[index];
	*to = (struct zone_file){
		.path = source->path ? file->texts + source->path : NULL,
		.modified = {source->modified_s, source->modified_ns},
		.changed = {source->changed_s, source->changed_ns},
		.size = source->size,
		.inode = source->inode,
		.device = source->device,
	};
	memcpy(to->digest, source->digest, sizeof to->digest);
}

static bool
open_zones(struct image_file *file, struct report *report)
{
	const struct image_file_header *header = file->header;
	if (!strings_are_right(file))
		return refuse(file, report, "an image file whose table is damaged");
	file->files = calloc(header->file_count + (size_t)1, sizeof *file->files);
	file->segments = calloc(header->zone_count + (size_t)1, sizeof(*file->segments));
	file->faults = calloc(header->zone_count + (size_t)1, sizeof(*file->faults));
	if (!file->files || !file->segments || !file->faults)
		return failed(file, report, "open");
	for (uint32_t i = 0; i < header->file_count; i++)
		tell_file(file, i);
	for (uint32_t i = 0; i < header->zone_count; i++) {
		if (!zone_is_right(file, i))
			return refuse(file, report, "an image file whose table is damaged");
		if (!open_segment(file, i, report))
			return false;
	}
	return true;
}

/* ------------------------------------------------------------ open and release */

/* Whether nobody wrote to the file since it was opened: what was read of it may be half of this and
 * half of that. */
static bool
is_still(struct image_file *file, int fd, struct report *report)
{
	const struct stat *then = &file->status;
	struct image image = {.lost = mapping_lost(file->mapping)};
	struct stat now;
	if (fstat(fd, &now) < 0)
		return failed(file, report, "read");
	if (now.st_size < then->st_size || image_lost(&image))
		return refuse(file, report, "an image file that is cut short");
	if (now.st_size != then->st_size || now.st_mtim.tv_sec != then->st_mtim.tv_sec ||
	    now.st_mtim.tv_nsec != then->st_mtim.tv_nsec)
		return refuse(file, report, "an image file that changes while it is read");
	return true;
}

static bool
open_fd(struct image_file *file, int fd, struct report *report)
{
	if (fstat(fd, &file->status) < 0)
		return failed(file, report, "read");
	if (!S_ISREG(file->status.st_mode))
		return refuse(file, report, "not a regular file, so no image file");
	if (!read_table(file, fd, report))
		return false;
	file->mapping = mapping_new(fd, (size_t)file->status.st_size);
	if (!file->mapping)
		return failed(file, report, "map");
	return open_zones(file, report) && is_still(file, fd, report);
}

struct image_file *
image_file_open(const char *path, struct report *report)
{
	struct place place = {.file = path};
	struct image_file *file = calloc(1, sizeof *file);
	if (!file || !(file->path = strdup(path))) {
		report_errno(report, SEVERITY_ERROR, place, NULL, "cannot open the image file");
		free(file);
		return NULL;
	}
	atomic_init(&file->references, 1);
	/* Non-blocking: opening a FIFO that nobody writes to would wait for ever. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	bool ok = fd >= 0 && open_fd(file, fd, report);
	if (fd < 0)
		report_errno(report, SEVERITY_ERROR, place, "check the path and its permissions",
			     "cannot open the image file");
	else
		close(fd);
	if (ok)
		return file;
	image_file_release(file);
	return NULL;
}

struct image_file *
image_file_share(struct image_file *file)
{
	atomic_fetch_add_explicit(&file->references, 1, memory_order_relaxed);
	return file;
}

void
image_file_release(struct image_file *file)
{
	if (!file || atomic_fetch_sub_explicit(&file->references, 1, memory_order_acq_rel) != 1)
		return;
	for (uint32_t i = 0; file->segments && i < file->header->zone_count; i++)
		segment_release(file->segments[i]);
	mapping_release(file->mapping);
	free(file->segments);
	free(file->faults);
	free(file->files);
	free(file->table);
	free(file->path);
	free(file);
}

/* ------------------------------------------------------------ asking */

bool
image_file_is(const struct image_file *file, const char *path)
{
	struct stat now;
	const struct stat *then = &file->status;
	return stat(path, &now) == 0 && now.st_dev == then->st_dev && now.st_ino == then->st_ino &&
	       now.st_size == then->st_size && now.st_mtim.tv_sec == then->st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == then->st_mtim.tv_nsec &&
	       now.st_ctim.tv_sec == then->st_ctim.tv_sec &&
	       now.st_ctim.tv_nsec == then->st_ctim.tv_nsec;
}

bool
image_file_doubtful(const struct image_file *file)
{
	bool doubtful = mapping_suspect(file->mapping) || atomic_load(mapping_lost(file->mapping));
	for (uint32_t i = 0; !doubtful && i < file->header->zone_count; i++)
		doubtful = !file->segments[i] || segment_trust(file->segments[i]) == SEGMENT_BAD;
	return doubtful;
}

const char *
image_file_path(const struct image_file *file)
{
	return file->path;
}

const char *
image_file_made_by(const struct image_file *file)
{
	return file->header->made_by;
}

uint64_t
image_file_size(const struct image_file *file)
{
	return file->header->size;
}

uid_t
image_file_owner(const struct image_file *file)
{
	return file->status.st_uid;
}

struct timespec
image_file_modified(const struct image_file *file)
{
	return file->status.st_mtim;
}

size_t
image_file_count(const struct image_file *file)
{
	return file->header->zone_count;
}

const uint8_t *
image_file_apex(const struct image_file *file, size_t index)
{
	return apex_of(file, index);
}

struct image_zone
image_file_zone(const struct image_file *file, size_t index)
{
	const struct image_file_zone *zone = &file->zones[index];
	return (struct image_zone){
		.segment = file->segments[index],
		.fault = file->faults[index],
		.zonemd = (enum zonemd_policy)zone->zonemd,
		.expires = zone->expires,
		.since = zone->since,
		.recheck = zone->recheck,
		.names = zone->names,
		.records = zone->records,
		.files = &file->files[zone->first_file],
		.file_count = zone->file_count,
	};
}

size_t
image_file_find(const struct image_file *file, const uint8_t *apex)
{
	size_t low = 0;
	size_t high = image_file_count(file);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = name_compare(apex_of(file, middle), apex);
		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return image_file_count(file);
}

void
image_file_findings(const struct image_file *file, size_t index, struct report *report)
{
	const struct image_file_zone *zone = &file->zones[index];
	for (uint32_t i = 0; i < zone->finding_count; i++) {
		const struct image_file_finding *finding = &file->findings[zone->first_finding + i];
		const char *text = file->texts;
		struct place place = {.file = finding->file ? text + finding->file : NULL,
				      .line = finding->line,
				      .column = finding->column};
		report_add(report, (enum severity)finding->severity, place,
			   finding->remedy ? text + finding->remedy : NULL, "%s",
			   text + finding->message);
	}
}
