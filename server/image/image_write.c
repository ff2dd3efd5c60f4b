/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image_write.c - writes an image file: the table in memory first, for its digest stands at the
 * head of the file, then everything in one pass to a file that has no name yet. It gets its name
 * when it is whole and on the disk; whatever ends the process before leaves nothing behind, or what
 * the next one removes (leftover.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "anyns/image_file.h"
#include "anyns/name.h"
#include "image/file_format.h"
#include "image/leftover.h"
#include "image/segment.h"

struct table {
	const struct image_zone **sorted;
	size_t count;
	uint8_t *bytes;
	struct image_file_header *header;
	struct image_file_zone *zones;
	struct image_file_source *sources;
	struct image_file_finding *findings;
	uint8_t *texts;
	uint32_t text_at;
};

/* ------------------------------------------------------------ the table */

static int
by_apex(const void *a, const void *b)
{
	const struct image_zone *const *left = a;
	const struct image_zone *const *right = b;
	return name_compare(segment_apex((*left)->segment), segment_apex((*right)->segment));
}

static size_t
string_size(const char *text)
{
	return text && *text ? strlen(text) + 1 : 0;
}

static size_t
text_size(const struct image_zone *zone)
{
	const uint8_t *apex = segment_apex(zone->segment);
	size_t size = name_length(apex, DNS_NAME_MAX);
	for (size_t i = 0; i < zone->file_count; i++)
		size += string_size(zone->files[i].path);
	for (size_t i = 0; zone->report && i < zone->report->count; i++) {
		const struct finding *finding = &zone->report->findings[i];
		size += string_size(finding->file) + string_size(finding->message) +
			string_size(finding->remedy);
	}
	return size;
}

/* Sorts the zones and makes room for all of the table. false: no memory, or more than fits. */
static bool
table_start(struct table *t, const struct image_zone *zones, size_t count)
{
	struct image_file_header header = {.magic = IMAGE_FILE_MAGIC,
					   .format_version = IMAGE_FILE_VERSION,
					   .byte_order = IMAGE_BYTE_ORDER,
					   .made_by = "anyns " ANYNS_VERSION};
	size_t files = 0, findings = 0, texts = 2; /* the first byte and the last are 0 */
	t->count = count;
	t->sorted = calloc(count + 1, sizeof(*t->sorted));
	if (!t->sorted)
		return false;
	for (size_t i = 0; i < count; i++) {
		t->sorted[i] = &zones[i];
		files += zones[i].file_count;
		findings += zones[i].report ? zones[i].report->count : 0;
		texts += text_size(&zones[i]);
	}
	/* What is counted in 32 bits each must even fit together. */
	if (count + files + findings + texts > UINT32_MAX) {
		errno = EOVERFLOW;
		return false;
	}
	qsort(t->sorted, count, sizeof(*t->sorted), by_apex);
	header.zone_count = (uint32_t)count;
	header.file_count = (uint32_t)files;
	header.finding_count = (uint32_t)findings;
	header.text_size = (uint32_t)texts;
	t->bytes = calloc(1, image_file_table_end(&header));
	if (!t->bytes)
		return false;
	memcpy(t->bytes, &header, sizeof header);
	t->header = (void *)t->bytes;
	t->zones = (void *)(t->header + 1);
	t->sources = (void *)(t->bytes + image_file_sources_at(&header));
	t->findings = (void *)(t->bytes + image_file_findings_at(&header));
	t->texts = t->bytes + image_file_texts_at(&header);
	t->text_at = 1;
	return true;
}

static uint32_t
put_text(struct table *t, const void *text, size_t size)
{
	uint32_t at = t->text_at;
	if (size == 0)
		return 0;
	memcpy(t->texts + at, text, size);
	t->text_at += (uint32_t)size;
	return at;
}

static void
put_source(struct table *t, struct image_file_source *to, const struct zone_file *file)
{
	*to = (struct image_file_source){
		.size = file->size,
		.path = put_text(t, file->path, string_size(file->path)),
	};
	memcpy(to->digest, file->digest, sizeof to->digest);
	if (!file->path)
		return; /* where and when it was is not told */
	to->device = file->device;
	to->inode = file->inode;
	to->modified_s = file->modified.tv_sec;
	to->modified_ns = (uint32_t)file->modified.tv_nsec;
	to->changed_s = file->changed.tv_sec;
	to->changed_ns = (uint32_t)file->changed.tv_nsec;
}

static void
put_finding(struct table *t, struct image_file_finding *to, const struct finding *finding)
{
	*to = (struct image_file_finding){
		.severity = finding->severity,
		.line = finding->line,
		.column = finding->column,
		.file = put_text(t, finding->file, string_size(finding->file)),
		.message = put_text(t, finding->message, string_size(finding->message)),
		.remedy = put_text(t, finding->remedy, string_size(finding->remedy)),
	};
}

static void
table_fill(struct table *t)
{
	uint32_t file = 0, finding = 0;
	for (size_t i = 0; i < t->count; i++) {
		const struct image_zone *zone = t->sorted[i];
		struct image image = segment_image(zone->segment);
		const uint8_t *apex = segment_apex(zone->segment);
		size_t found = zone->report ? zone->report->count : 0;
		t->zones[i] = (struct image_file_zone){
			.size = image.size,
			.expires = zone->expires,
			.since = zone->since,
			.recheck = zone->recheck,
			.apex = put_text(t, apex, name_length(apex, DNS_NAME_MAX)),
			.serial = segment_serial(zone->segment),
			.names = image_header(&image)->node_count,
			.records = zone->records,
			.first_file = file,
			.file_count = (uint32_t)zone->file_count,
			.first_finding = finding,
			.finding_count = (uint32_t)found,
			.zonemd = zone->zonemd,
		};
		memcpy(t->zones[i].digest, image_header(&image)->digest, IMAGE_DIGEST_SIZE);
		for (size_t n = 0; n < zone->file_count; n++)
			put_source(t, &t->sources[file++], &zone->files[n]);
		for (size_t n = 0; n < found; n++)
			put_finding(t, &t->findings[finding++], &zone->report->findings[n]);
	}
}

/* Gives every segment its place, and the header the size and digest. */
static bool
table_finish(struct table *t)
{
	uint64_t end = image_file_table_end(t->header);
	for (size_t i = 0; i < t->count; i++) {
		struct image_file_zone *zone = &t->zones[i];
		bool large = zone->size >= IMAGE_FILE_PAGE;
		zone->offset = align_up(end, large ? IMAGE_FILE_PAGE : IMAGE_FILE_ALIGN);
		end = zone->offset + zone->size;
	}
	t->header->size = end;
	uint8_t digest[IMAGE_DIGEST_SIZE];
	if (EVP_Digest(t->bytes, image_file_table_end(t->header), digest, NULL, EVP_sha256(),
		       NULL) != 1)
		return false;
	memcpy(t->header->digest, digest, sizeof digest);
	return true;
}

/* ------------------------------------------------------------ the file */

static bool
write_all(int fd, const uint8_t *bytes, size_t size)
{
	while (size > 0) {
		ssize_t done = write(fd, bytes, size);
		if (done < 0 && errno != EINTR)
			return false;
		if (done > 0) {
			bytes += done;
			size -= (size_t)done;
		}
	}
	return true;
}

static bool
write_contents(int fd, const struct table *t)
{
	static const uint8_t zeros[IMAGE_FILE_PAGE];
	uint64_t at = image_file_table_end(t->header);
	/* A disk that has no room for it says so now, not after a gigabyte. File systems without
	 * this call say so later. */
	if (fallocate(fd, 0, 0, (off_t)t->header->size) < 0 && errno != EOPNOTSUPP)
		return false;
	bool ok = write_all(fd, t->bytes, at);
	for (size_t i = 0; ok && i < t->count; i++) {
		const struct image_file_zone *zone = &t->zones[i];
		size_t size;
		const void *bytes = segment_bytes(t->sorted[i]->segment, &size);
		ok = write_all(fd, zeros, zone->offset - at) && write_all(fd, bytes, size);
		at = zone->offset + size;
	}
	return ok && fsync(fd) == 0;
}

/*
 * Gives the nameless file its name, replacing what had it: there is no call for both, so it goes by
 * a name of its own for a moment.
 */
static bool
give_name(int fd, const char *beside, const char *path)
{
	char self[64];
	snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
	if (linkat(AT_FDCWD, self, AT_FDCWD, beside, AT_SYMLINK_FOLLOW) < 0)
		return false;
	if (rename(beside, path) == 0)
		return true;
	int error = errno;
	unlink(beside);
	errno = error;
	return false;
}

/* The same on file systems that have no nameless files: a file beside, removed when it fails. */
static bool
write_beside(const char *beside, const char *path, const struct table *t)
{
	int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return false;
	bool ok = leftover_keep(fd) && write_contents(fd, t) && rename(beside, path) == 0;
	int error = errno;
	close(fd);
	if (!ok)
		unlink(beside);
	errno = error;
	return ok;
}

static bool
write_nameless(int fd, const char *beside, const char *path, const struct table *t)
{
	(void)leftover_keep(fd); /* it will have a name for a moment */
	return write_contents(fd, t) && give_name(fd, beside, path);
}

enum outcome {
	UNCHANGED, /* it failed, errno says why */
	UNSURE,    /* the file is in its place, but a power cut may undo that; errno says why */
	REPLACED,
};

/* `folder` is open. */
static enum outcome
write_file(int folder, const char *path, const struct table *t)
{
	char *beside = leftover_name(path);
	if (!beside)
		return UNCHANGED;
	int fd = openat(folder, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0644);
	bool named = fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR);
	bool ok = named ? write_beside(beside, path, t)
			: fd >= 0 && write_nameless(fd, beside, path, t);
	int error = errno;
	if (fd >= 0)
		close(fd);
	free(beside);
	errno = error;
	/* The folder too: a name that is not on the disk is no file after a power cut. */
	return !ok ? UNCHANGED : fsync(folder) < 0 ? UNSURE : REPLACED;
}

static int
open_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path))
			     : strdup(".");
	int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int error = errno;
	free(folder);
	errno = error;
	return fd;
}

bool
image_file_write(const char *path, const struct image_zone *zones, size_t count, uint64_t *size,
		 struct report *report)
{
	struct table t = {0};
	struct place place = {.file = path};
	enum outcome outcome = UNCHANGED;
	int folder = open_folder(path);
	if (folder >= 0 && table_start(&t, zones, count)) {
		table_fill(&t);
		outcome = table_finish(&t) ? write_file(folder, path, &t) : UNCHANGED;
	}
	if (outcome == UNCHANGED)
		report_errno(report, SEVERITY_ERROR, place,
			     "make room or name another place; nothing was changed",
			     "cannot write the image file");
	if (outcome == UNSURE)
		report_errno(
			report, SEVERITY_ERROR, place, "look after the disk and write it again",
			"the image file was replaced and is whole, but its folder cannot be "
			"brought to the disk: after a power cut the file of before may be back");
	if (outcome != UNCHANGED) {
		if (size)
			*size = t.header->size;
		leftover_remove(folder, path);
	}
	if (folder >= 0)
		close(folder);
	free(t.sorted);
	free(t.bytes);
	return outcome == REPLACED;
}
