/* SPDX-License-Identifier: BSD-2-Clause */
#include "damage.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "anyns/image_file.h"
#include "image/format.h"

#define ZONE_TEXT                                                                                  \
	"$TTL 300\n"                                                                               \
	"@ SOA ns hostmaster 7 3600 600 86400 120\n@ NS ns\n@ NS ns.sub\n@ MX 10 ns\n"             \
	"ns A 192.0.2.1\nns AAAA 2001:db8::1\nalias CNAME link\nlink CNAME www\nwww A 192.0.2.3\n" \
	"a.b.c A 192.0.2.4\n*.w TXT w\n*.wc CNAME alias\nsub NS ns.sub\nns.sub A 192.0.2.6\n"      \
	"sib NS ns.sub\ndn DNAME c\nsvc SVCB 1 ns alpn=h2\nsvc SVCB 2 . port=53\n"

const struct served_zone damage_zones[DAMAGE_ZONES] = {
	{"example.", ZONE_TEXT, PLAN_UNSIGNED},
	{"example.", ZONE_TEXT, PLAN_NSEC},
	{"example.", ZONE_TEXT, PLAN_NSEC3},
	{"example.", ZONE_TEXT, PLAN_OPT_OUT},
	{".", ZONE_TEXT, PLAN_NSEC},
};

/* Every path through an image, in turn; the zone's name comes where the % is. */
static const char *const questions[] = {
	"q.% A do",       "q.% A",
	"x.y.% A",        "% SOA do",
	"% NS do",        "www.% A do",
	"www.% MX do",    "none.% A do",
	"b.c.% A do",     "x.w.% TXT do",
	"x.w.% A do",     "x.wc.% A do",
	"alias.% A do",   "alias.% ANY do",
	"www.sub.% A do", "sub.% DS do",
	"sib.% A do",     "x.b.dn.% A do",
	"a.b.dn.% A do",  "svc.% SVCB do",
	"% MX",           "www.% RRSIG do tcp",
	"a.b.c.% A",      "% NSEC do",
	"% ANY do tcp",   "1.2.3.4.5.6.7.8.9.% A do",
};

struct damage *
damage_new(void)
{
	struct damage *damage = malloc(sizeof *damage);
	if (damage)
		damage->served = served_new(NULL, 0);
	return damage;
}

void
damage_free(struct damage *damage)
{
	served_free(damage->served);
	free(damage);
}

static void
ask_everything(struct served *served, const char *zone)
{
	for (size_t i = 0; i < ARRAY_LENGTH(questions); i++) {
		struct dnstext_question question;
		char text[64];
		size_t head = strcspn(questions[i], "%");
		snprintf(text, sizeof text, "%.*s%s%s", (int)head, questions[i],
			 *zone || head ? zone : ".", questions[i] + head + 1);
		if (dnstext_question(&question, text))
			served_ask_bytes(served, question.bytes, question.size, question.tcp);
	}
}

/* All questions to the zones of a directory, which it takes over. */
static void
ask_directory(struct damage *damage, struct directory *directory)
{
	const struct directory *before = damage->served->view.zones;
	if (!directory)
		return;
	damage->served->view.zones = directory;
	bool root = directory_count(directory) == 1 && directory_apex(directory, 0)[0] == 0;
	ask_everything(damage->served, root ? "" : "example.");
	damage->served->view.zones = before;
	directory_free(directory);
}

bool
damage_ask(struct damage *damage, uint8_t *bytes, size_t size)
{
	const size_t iterations_at = offsetof(struct image_header, nsec3_iterations);
	struct report report = REPORT_INIT;
	if (size >= sizeof(struct image_header))
		memset(bytes + iterations_at, 0, 2);
	struct segment *segment = segment_open(bytes, size, "damaged", &report);
	if (segment) {
		struct directory_entry entry = {segment_apex(segment), segment};
		ask_directory(damage, directory_build(&entry, 1, &report));
	}
	segment_release(segment);
	report_clear(&report);
	return segment != NULL;
}

void
damage_ask_open(struct damage *damage, const struct image_file *file)
{
	enum { ZONES_MAX = 16 };
	struct directory_entry entries[ZONES_MAX];
	struct report report = REPORT_INIT;
	size_t count = size_min(image_file_count(file), ZONES_MAX);
	for (size_t i = 0; i < count; i++) {
		struct image_zone zone = image_file_zone(file, i);
		const uint8_t *apex = image_file_apex(file, i);
		entries[i] = (struct directory_entry){apex, zone.segment};
		image_file_findings(file, i, &report);
		if (image_file_find(file, apex) != i || !zone.segment != !!zone.fault)
			abort(); /* what is sorted is found, what is missing is told */
	}
	ask_directory(damage, directory_build(entries, count, &report));
	report_clear(&report);
}

bool
damage_ask_file(struct damage *damage, const uint8_t *bytes, size_t size)
{
	char path[64];
	struct report report = REPORT_INIT;
	int fd = memfd_create("image", MFD_CLOEXEC);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	bool written = fd >= 0 && write(fd, bytes, size) == (ssize_t)size;
	struct image_file *file = written ? image_file_open(path, &report) : NULL;
	if (file)
		damage_ask_open(damage, file);
	image_file_release(file);
	report_clear(&report);
	if (fd >= 0)
		close(fd);
	return file != NULL;
}
