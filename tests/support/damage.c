/* SPDX-License-Identifier: BSD-2-Clause */
#include "damage.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

bool
damage_ask(struct damage *damage, uint8_t *bytes, size_t size)
{
	const size_t iterations_at = offsetof(struct image_header, nsec3_iterations);
	struct report report = REPORT_INIT;
	if (size >= sizeof(struct image_header))
		memset(bytes + iterations_at, 0, 2);
	struct segment *segment = segment_open(bytes, size, "damaged", &report);
	if (!segment) {
		report_clear(&report);
		return false;
	}
	struct directory_entry entry = {segment_apex(segment), segment};
	struct directory *directory = directory_build(&entry, 1, &report);
	const struct directory *before = damage->served->view.zones;
	if (directory) {
		damage->served->view.zones = directory;
		ask_everything(damage->served, segment_apex(segment)[0] ? "example." : "");
		damage->served->view.zones = before;
	}
	directory_free(directory);
	segment_release(segment);
	report_clear(&report);
	return true;
}
