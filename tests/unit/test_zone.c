/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone_fixture.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/anyns-zone-XXXXXX";
static const uint8_t apex[] = "\7Example\3COM";

static int
enter(void **state)
{
	(void)state;
	return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int
leave(void **state)
{
	(void)state;
	return fixture_remove(folder);
}

static void
test_load(void **state)
{
	(void)state;
	struct report report = REPORT_INIT;
	struct zone_options options = {.now = FIXTURE_NOW};
	fixture_write("z", FIXTURE_HEAD "www A 192.0.2.2"); /* no final newline */
	struct zone *zone = zone_load(apex, "z", &options, &report);
	assert_non_null(zone);
	assert_int_equal(report.count, 0);
	assert_memory_equal(zone->apex, "\7example\3com", 13);
	assert_int_equal(zone->apex_size, 13);
	assert_int_equal(zone->class, DNS_CLASS_IN);
	assert_int_equal(zone->serial, 7);
	assert_int_equal(zone->name_count, 3);
	assert_string_equal(zone->files[0].path, "z");
	uint8_t wire[DNS_NAME_MAX];
	name_parse(wire, "www.example.com");
	assert_int_equal(zone_find_name(zone, wire), 2);
	name_parse(wire, "wwx.example.com");
	assert_int_equal(zone_find_name(zone, wire), ZONE_NONE);
	zone_free(zone);
	zone_free(NULL);
}

static void
expect_failure(const char *path, const char *part)
{
	struct report report = REPORT_INIT;
	struct zone_options options = {.now = FIXTURE_NOW};
	assert_null(zone_load(apex, path, &options, &report));
	assert_true(report.errors > 0);
	if (!strstr(report.findings[0].message, part))
		fail_msg("%s: %s", path, report.findings[0].message);
	assert_string_equal(report.findings[0].file, path);
	report_clear(&report);
}

static void
test_not_a_zone(void **state)
{
	(void)state;
	assert_int_equal(mkfifo("fifo", 0600), 0);
	fixture_write("empty", "");
	fixture_write("comments", "; nothing\n\n;here");
	expect_failure("missing", "No such file");
	expect_failure(".", "a directory");
	expect_failure("fifo", "not a regular file");
	expect_failure("empty", "no SOA");
	expect_failure("comments", "no SOA");
}

/* At every moment: no zone, an error, nothing lost. */
static void
test_cancelled(void **state)
{
	(void)state;
	struct report report = REPORT_INIT;
	atomic_bool cancel = true;
	struct zone_options options = {.now = FIXTURE_NOW, .cancel = &cancel};
	fixture_write("main", FIXTURE_HEAD "www A 192.0.2.2\n");
	assert_null(zone_load(apex, "main", &options, &report));
	assert_int_equal(report.errors, 1);
	assert_non_null(strstr(report.findings[0].message, "interrupted"));
	report_clear(&report);
	cancel = false;
	struct zone *zone = zone_load(apex, "main", &options, &report);
	assert_non_null(zone);
	zone_free(zone);
}

/* Past the tick of the clock that stamps files. */
static void
wait_a_tick(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 25000000}, NULL);
}

static void
test_files_changed(void **state)
{
	(void)state;
	struct report report = REPORT_INIT;
	struct zone_options options = {.now = FIXTURE_NOW};
	fixture_write("main", FIXTURE_HEAD "$INCLUDE part\n");
	fixture_write("part", "www A 192.0.2.2\n");
	wait_a_tick();
	struct zone *zone = zone_load(apex, "main", &options, &report);
	assert_non_null(zone);
	assert_false(zone_files_changed(zone->files, zone->file_count));
	/* Edited in place, with its old time set again: only the ctime tells. */
	struct stat before;
	assert_int_equal(stat("part", &before), 0);
	int fd = open("part", O_WRONLY);
	assert_int_equal(pwrite(fd, "www A 192.0.2.3\n", 16, 0), 16);
	close(fd);
	const struct timespec times[2] = {before.st_atim, before.st_mtim};
	assert_int_equal(utimensat(AT_FDCWD, "part", times, 0), 0);
	assert_true(zone_files_changed(zone->files, zone->file_count));
	/* Another size; the same size at another time; another file of the same name; none. */
	fixture_write("part", "www A 192.0.2.22\n");
	assert_true(zone_files_changed(zone->files, zone->file_count));
	assert_false(zone_files_changed(zone->files, 1));
	zone_free(zone);

	wait_a_tick();
	zone = zone_load(apex, "main", &options, &report);
	struct zone_file file = zone->files[1];
	assert_false(zone_files_changed(&file, 1));
	file.device++;
	assert_true(zone_files_changed(&file, 1));
	file = zone->files[1];
	file.modified.tv_nsec ^= 1;
	assert_true(zone_files_changed(&file, 1));
	file = zone->files[1];
	file.inode++;
	assert_true(zone_files_changed(&file, 1));
	assert_int_equal(unlink("part"), 0);
	assert_true(zone_files_changed(zone->files, 2));
	zone_free(zone);

	struct fixture fixture = fixture_clean("");
	assert_false(zone_files_changed(fixture.zone->files, fixture.zone->file_count));
	fixture_free(&fixture);
}

/* As if the file had been read long after its last change. */
static void
settle(struct zone_file *file)
{
	struct stat status;
	assert_int_equal(stat(file->path, &status), 0);
	file->changed = status.st_ctim;
}

static void
test_files_differ(void **state)
{
	(void)state;
	struct report report = REPORT_INIT;
	struct zone_options options = {.now = FIXTURE_NOW, .digest = true};
	fixture_write("main", FIXTURE_HEAD "$INCLUDE part\n");
	fixture_write("part", "www A 192.0.2.2\n");
	struct zone *zone = zone_load(apex, "main", &options, &report);
	assert_non_null(zone);
	struct zone_file *files = zone->files;
	assert_int_equal(zone->file_count, 2);
	/* As if written in the very tick of the reading: a stamp that may come again is none. */
	files[1].changed = (struct timespec){0};
	assert_true(zone_files_changed(files, 2));
	assert_int_not_equal(files[1].device, 0);
	assert_false(zone_files_differ(files, 2));
	/* Written anew with the same bytes, and with others of the same length. */
	assert_int_equal(rename("part", "old"), 0);
	fixture_write("part", "www A 192.0.2.2\n");
	uint64_t inode = files[1].inode;
	assert_false(zone_files_differ(files, 2));
	assert_int_not_equal(files[1].inode, inode);
	settle(&files[0]);
	settle(&files[1]);
	assert_false(zone_files_differ(files, 2));
	fixture_write("part", "www A 192.0.2.3\n");
	assert_true(zone_files_differ(files, 2));
	assert_false(zone_files_differ(files, 1));
	/* What looks the same to the last detail is not read. */
	settle(&files[0]);
	files[0].digest[0] ^= 1;
	assert_false(zone_files_differ(files, 1));
	files[0].changed.tv_nsec ^= 1;
	assert_true(zone_files_differ(files, 1));
	files[0].digest[0] ^= 1;
	assert_false(zone_files_differ(files, 1));
	assert_int_equal(unlink("part") | unlink("old"), 0);
	assert_true(zone_files_differ(files, 2));
	zone_free(zone);

	options.digest = false;
	fixture_write("main", FIXTURE_HEAD);
	zone = zone_load(apex, "main", &options, &report);
	static const uint8_t none[ZONE_DIGEST_SIZE];
	assert_memory_equal(zone->files[0].digest, none, sizeof none);
	zone_free(zone);
}

static void
test_text_is_not_kept(void **state)
{
	(void)state;
	struct report report = REPORT_INIT;
	struct zone_options options = {.now = FIXTURE_NOW};
	char text[] = FIXTURE_HEAD "t TXT hello\n";
	struct zone *zone = zone_load_text(apex, "n", text, strlen(text), &options, &report);
	memset(text, 'X', sizeof text - 1);
	fixture_rdata(zone, fixture_set(zone, "t.example.com", DNS_TYPE_TXT), 0, "\5hello", 6);
	zone_free(zone);
}

/* The root zone as operators save it: a transfer's dump, SOA at both ends, no final newline. */
static void
test_dump(void **state)
{
	(void)state;
	static const char text[] =
		".\t86400\tIN\tSOA\ta.root. n. 2018031200 1800 900 604800 86400\n"
		".                   \t518400\tIN\tNS\ta.root.\n"
		"com.\t172800\tIN\tNS\ta.gtld.\n"
		"a.root.\t172800\tIN\tA\t192.0.2.1\n"
		"a.gtld.\t172800\tIN\tA\t192.0.2.2\n"
		".\t86400\tIN\tSOA\ta.root. n. 2018031200 1800 900 604800 86400";
	struct zone_options options = {.now = FIXTURE_NOW};
	struct fixture fixture = fixture_load(".", text, strlen(text), &options);
	assert_int_equal(fixture.report.count, 0);
	assert_int_equal(fixture.zone->serial, 2018031200);
	assert_int_equal(fixture.zone->name_count, 6);
	fixture_free(&fixture);
}

static void *
load_many(void *result)
{
	struct zone_options options = {.now = FIXTURE_NOW};
	for (int i = 0; i < 200; i++) {
		struct report report = REPORT_INIT;
		static const char text[] = FIXTURE_HEAD "w WKS 192.0.2.1 tcp 25\na TXT x\nb A y\n";
		struct zone *zone = zone_load_text(apex, "n", text, strlen(text), &options,
						   &report);
		if (zone || report.errors != 1)
			*(int *)result = 1;
		zone_free(zone);
		report_clear(&report);
	}
	return NULL;
}

static void
test_threads(void **state)
{
	(void)state;
	pthread_t threads[4];
	int results[4] = {0};
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, load_many, &results[i]), 0);
	for (size_t i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(results[i], 0);
	}
}

/* After an error in a line, chains and signatures that lack it are not reported too. */
static void
test_no_misleading_findings(void **state)
{
	(void)state;
	fixture_error("@ NSEC a NS SOA NSEC\na NSEC @ A NSEC\na A bad\n", "IPv4", 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_not_a_zone),
		cmocka_unit_test(test_cancelled),
		cmocka_unit_test(test_files_changed),
		cmocka_unit_test(test_files_differ),
		cmocka_unit_test(test_text_is_not_kept),
		cmocka_unit_test(test_dump),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_no_misleading_findings),
	};
	return cmocka_run_group_tests(tests, enter, leave);
}
