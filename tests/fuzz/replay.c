/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs a fuzz target once over every file of the folders named, without libFuzzer, so that the
 * normal test run repeats everything fuzzing has ever found.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
replay_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	if (!file) {
		perror(path);
		return 1;
	}
	size_t capacity = (size_t)4 << 20;
	uint8_t *data = malloc(capacity);
	size_t size = data ? fread(data, 1, capacity, file) : 0;
	fclose(file);
	/* An exact-size copy: a read past the end is then past the heap block, which ASan sees. */
	uint8_t *exact = malloc(size ? size : 1);
	if (!data || !exact) {
		free(data);
		free(exact);
		return 1;
	}
	memcpy(exact, data, size);
	free(data);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	return 0;
}

static int
replay_folder(const char *folder, unsigned *replayed)
{
	DIR *dir = opendir(folder);
	if (!dir) {
		perror(folder);
		return 1;
	}
	int failed = 0;
	for (struct dirent *entry; (entry = readdir(dir));) {
		char path[4096];
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		failed |= replay_file(path);
		++*replayed;
	}
	closedir(dir);
	return failed;
}

int
main(int argc, char **argv)
{
	int failed = 0;
	unsigned replayed = 0;
	for (int i = 1; i < argc; i++)
		failed |= replay_folder(argv[i], &replayed);
	printf("%u inputs replayed\n", replayed);
	/* An empty corpus would make the test unable to fail. */
	return failed || replayed == 0;
}
