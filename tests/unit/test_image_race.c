/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An image that somebody writes to at the very moment in which it is read: any answer may be wrong,
 * none may be written past its end, and no byte outside the mapping is read (ASan and the page
 * behind it see to that). Every number of the image is what one of two versions says: the right
 * one, and one that is as large as can be. A look at a number and its use thus often disagree.
 */
#include "image_fixture.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "damage.h"
#include "image/segment.h"

enum { ROUNDS = 1500 };

struct writer {
	_Atomic uint16_t *words; /* of the file, mapped for writing */
	const uint16_t *good;
	size_t begin, end; /* those to write */
	atomic_size_t at;  /* the one that changes now */
	atomic_bool stop;
};

/* Of a word now the good version, now a bad one. */
static void *
write_on(void *argument)
{
	static const uint16_t bad[] = {0xffff, 0x3ffe, 0x0100, 0x00ff};
	struct writer *w = argument;
	for (unsigned turn = 0; !atomic_load(&w->stop); turn++) {
		size_t at = atomic_load(&w->at);
		uint16_t value = turn % 2 ? bad[turn / 2 % ARRAY_LENGTH(bad)] : w->good[at];
		atomic_store_explicit(&w->words[at], value, memory_order_relaxed);
		if (atomic_load(&w->at) != at)
			atomic_store_explicit(&w->words[at], w->good[at], memory_order_relaxed);
	}
	return NULL;
}

/* Every path through the image while word by word of it wavers. */
static void
waver(const char *path, const uint8_t *good, size_t size, size_t begin)
{
	struct report report = REPORT_INIT;
	struct writer writer = {.good = (const void *)good, .begin = begin / 2, .end = size / 2};
	struct image_file *file = image_file_open(path, &report);
	assert_non_null(file);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	void *words = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(words != MAP_FAILED);
	writer.words = words;
	atomic_store(&writer.at, writer.begin);
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, write_on, &writer), 0);
	struct damage *damage = damage_new();
	size_t step = (writer.end - writer.begin) / ROUNDS + 1;
	for (size_t at = writer.begin; at < writer.end; at += step) {
		atomic_store(&writer.at, at);
		damage_ask_open(damage, file);
	}
	atomic_store(&writer.stop, true);
	pthread_join(thread, NULL);
	/* What is right again is answered right again. */
	memcpy(words, good, size);
	struct segment *segment = image_file_zone(file, 0).segment;
	assert_true(segment_verify(segment, NULL));
	damage_free(damage);
	munmap(words, size);
	close(fd);
	image_file_release(file);
}

static void
test_every_number(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < DAMAGE_ZONES; i++) {
		struct report report = REPORT_INIT;
		struct image_zone zone = {.segment = served_segment(&damage_zones[i])};
		uint8_t *bytes;
		size_t size;
		assert_true(image_file_write(f->path, &zone, 1, NULL, &report));
		segment_release(zone.segment);
		fixture_read(f->path, &bytes, &size);
		const struct image_file_header *header = (const void *)bytes;
		const struct image_file_zone *entry = (const void *)(header + 1);
		waver(f->path, bytes, size, (size_t)entry->offset);
		free(bytes);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_every_number, fixture_make, fixture_remove),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
