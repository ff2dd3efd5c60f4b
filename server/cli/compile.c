/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compile.c - zones to an image file, and what an image file holds.
 *
 * The zones go the same way as in the server (serve/load.c), so that what compiles is what would
 * have been served. The same zones give the same bytes, whenever, wherever and on however many
 * cores: nothing of that is in the file.
 */
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "anyns/image_file.h"
#include "anyns/monotime.h"
#include "anyns/name.h"
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/findings.h"
#include "cli/options.h"

static const char help[] =
	"usage: anyns compile [-kq] [-c CONFIG] [-o FILE] [ZONE=FILE...]\n"
	"       anyns compile [-q] --verify FILE\n"
	"\n"
	"Compiles zones to an image file, which `image: FILE` in the configuration serves from "
	"the\n"
	"first millisecond. Checks them as `anyns check` does and prints the same findings. FILE "
	"is\n"
	"replaced once the new one is on the disk; a server that has the old one mapped keeps it\n"
	"until it reloads.\n"
	"\n"
	"  ZONE=FILE           this zone of this master file, instead of a configuration's zones\n"
	"  -c, --config FILE   the zones of this configuration, default /etc/anyns/anyns.yaml\n"
	"  -o, --output FILE   where to, default what `image:` in the configuration says\n"
	"  -k, --keep-going    leave zones with errors out instead of writing nothing\n"
	"  -q, --quiet         only errors, no warnings and no summary\n"
	"      --verify FILE   compare the digests in an image file and list its zones\n"
	"  -h, --help          this text\n"
	"\n"
	"Exit status: 0 no errors (there may be warnings), 1 errors, 2 usage.\n";

struct compile {
	const char *config; /* NULL: not given */
	const char *output;
	const char *verify;
	bool keep_going;
	bool quiet;
	char **zones; /* ZONE=FILE, zone_count of them */
	size_t zone_count;
};

/* ------------------------------------------------------------ the zones of the command line */

/* A JSON string, which YAML reads too. */
static void
put_quoted(FILE *to, const char *text, size_t size)
{
	putc('"', to);
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c == '"' || c == '\\')
			fprintf(to, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			fprintf(to, "\\u%04x", c);
		else
			putc(c, to);
	}
	putc('"', to);
}

/*
 * ZONE=FILE as the configuration that says the same: the same checks, and findings that name the
 * column of the command line.
 */
static struct config *
config_of_arguments(const struct compile *compile, struct report *report)
{
	struct config *config = NULL;
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	if (to) {
		fputs("{instance: compile, listen: [127.0.0.1], zones: [\n", to);
		for (size_t i = 0; i < compile->zone_count; i++) {
			const char *zone = compile->zones[i];
			size_t name = strcspn(zone, "=");
			fputs("{name: ", to);
			put_quoted(to, zone, name);
			fputs(", file: ", to);
			put_quoted(to, zone + name + 1, strlen(zone + name + 1));
			fputs(i + 1 < compile->zone_count ? "},\n" : "}\n", to);
		}
		fputs("]}\n", to);
	}
	if (to && fclose(to) == 0)
		config = config_read_text("command line", text, size, report);
	else
		report_errno(report, SEVERITY_ERROR, (struct place){0}, NULL, "cannot compile");
	free(text);
	return config;
}

/* ------------------------------------------------------------ compiling */

struct figures {
	uint64_t zones, names, records, bytes;
};

static struct image_zone
zone_to_write(const struct loaded_zone *zone)
{
	/* When it was is nobody's business: the same zones give the same bytes. */
	for (size_t i = 0; i < zone->file_count; i++) {
		free(zone->files[i].path);
		zone->files[i].path = NULL;
	}
	return (struct image_zone){.segment = zone->segment,
				   .zonemd = zone->zonemd,
				   .expires = zone->expires,
				   .since = INT64_MIN,
				   .recheck = INT64_MAX,
				   .records = zone->records,
				   .files = zone->files,
				   .file_count = zone->file_count};
}

static bool
write_image(const char *path, const struct loaded *loaded, struct figures *figures,
	    struct report *report)
{
	struct image_zone *zones = calloc(loaded->count + 1, sizeof *zones);
	if (!zones) {
		report_errno(report, SEVERITY_ERROR, (struct place){.file = path}, NULL,
			     "cannot write the image file");
		return false;
	}
	for (size_t i = 0; i < loaded->count; i++) {
		if (!loaded->zones[i].segment)
			continue;
		zones[figures->zones++] = zone_to_write(&loaded->zones[i]);
		figures->names += segment_names(loaded->zones[i].segment);
		figures->records += loaded->zones[i].records;
	}
	bool ok = image_file_write(path, zones, figures->zones, &figures->bytes, report);
	free(zones);
	return ok;
}

static size_t
count_failed(const struct loaded *loaded)
{
	size_t failed = 0;
	for (size_t i = 0; i < loaded->count; i++)
		failed += loaded->zones[i].segment == NULL;
	return failed;
}

static void
print_figures(const struct compile *compile, const char *path, const struct figures *figures,
	      struct monotime begin)
{
	double seconds = (double)monotime_since(clock_now(), begin) / (double)MONOTIME_S;
	if (!compile->quiet)
		printf("%s: %" PRIu64 " zones, %" PRIu64 " names, %" PRIu64 " records, %" PRIu64
		       " bytes in %.2f s\n",
		       path, figures->zones, figures->names, figures->records, figures->bytes,
		       seconds);
}

/* The image of a load. false: some zone is not in it. */
static bool
finish(const struct compile *compile, const char *path, const struct loaded *loaded,
       struct monotime begin, struct report *report)
{
	struct figures figures = {0};
	size_t failed = count_failed(loaded);
	if (failed && !compile->keep_going) {
		report_add(report, SEVERITY_ERROR, (struct place){.file = path},
			   "correct them, or leave them out with --keep-going",
			   "%zu of %zu zones have errors; nothing was written", failed,
			   loaded->count);
		return false;
	}
	if (!write_image(path, loaded, &figures, report))
		return false;
	print_figures(compile, path, &figures, begin);
	return failed == 0;
}

static bool
compile_zones(const struct compile *compile, const struct config *config, struct report *report)
{
	const char *path = compile->output ? compile->output : config->image;
	struct monotime begin = clock_now();
	struct load_options options = {.threads = config->workers,
				       .progress = !compile->quiet && isatty(STDERR_FILENO),
				       .text_only = true};
	if (!path) {
		report_add(report, SEVERITY_ERROR, (struct place){.file = config->path},
			   "say it with -o FILE, or with image: in the configuration",
			   "where the image goes to is not known");
		return false;
	}
	struct loaded *loaded = load_zones(config, &options, report);
	if (!loaded)
		return false;
	findings_print_loaded(loaded, compile->quiet);
	bool ok = finish(compile, path, loaded, begin, report);
	load_free(loaded);
	return ok;
}

static int
run_compile(const struct compile *compile)
{
	struct report report = REPORT_INIT;
	struct config *config = compile->zone_count
					? config_of_arguments(compile, &report)
					: config_read(compile->config ? compile->config
								      : CONFIG_DEFAULT_FILE,
						      &report);
	findings_print(&report, compile->quiet);
	report_clear(&report);
	bool ok = config && compile_zones(compile, config, &report);
	findings_print(&report, compile->quiet);
	report_clear(&report);
	config_free(config);
	return ok ? EXIT_OK : EXIT_FAILED;
}

/* ------------------------------------------------------------ verifying */

static bool
verify_zone(const struct image_file *file, size_t index, bool quiet)
{
	struct image_zone zone = image_file_zone(file, index);
	uint8_t digest[SEGMENT_DIGEST_SIZE];
	char hex[2 * SEGMENT_DIGEST_SIZE + 1];
	char text[NAME_TEXT_MAX];
	size_t size;
	name_text(text, image_file_apex(file, index));
	if (!zone.segment) {
		printf("%s: error: zone %s is damaged: %s; compile it again\n",
		       image_file_path(file), text, zone.fault);
		return false;
	}
	bool good = segment_verify(zone.segment, NULL);
	(void)segment_bytes(zone.segment, &size);
	segment_told_digest(zone.segment, digest);
	for (size_t i = 0; i < sizeof digest; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	if (!quiet)
		printf("%s serial %u names %u records %u bytes %zu sha256 %s %s\n", text,
		       segment_serial(zone.segment), zone.names, zone.records, size, hex,
		       good ? "good" : "damaged");
	else if (!good)
		printf("%s: error: zone %s is damaged; compile it again\n", image_file_path(file),
		       text);
	return good;
}

static int
run_verify(const struct compile *compile)
{
	struct report report = REPORT_INIT;
	struct image_file *file = image_file_open(compile->verify, &report);
	size_t bad = 0;
	findings_print(&report, compile->quiet);
	report_clear(&report);
	if (!file)
		return EXIT_FAILED;
	for (size_t i = 0; i < image_file_count(file); i++)
		bad += !verify_zone(file, i, compile->quiet);
	if (!compile->quiet)
		printf("%s: made by %s, %zu zones, %" PRIu64 " bytes; %zu damaged\n",
		       image_file_path(file), image_file_made_by(file), image_file_count(file),
		       image_file_size(file), bad);
	image_file_release(file);
	return bad ? EXIT_FAILED : EXIT_OK;
}

/* ------------------------------------------------------------ the command line */

static int
usage_error(const char *what, const char *why)
{
	fprintf(stderr, "anyns compile: \"%s\" %s\n\n%s", what, why, help);
	return EXIT_USAGE;
}

/* false: an option that there is not. */
static bool
take(struct compile *compile, int c)
{
	switch (c) {
	case 'c':
		compile->config = optarg;
		return true;
	case 'o':
		compile->output = optarg;
		return true;
	case 'V':
		compile->verify = optarg;
		return true;
	case 'k':
		compile->keep_going = true;
		return true;
	case 'q':
		compile->quiet = true;
		return true;
	default:
		return false;
	}
}

int
cli_compile(int argc, char **argv)
{
	static const struct option known[] = {
		{"config", required_argument, NULL, 'c'},
		{"output", required_argument, NULL, 'o'},
		{"verify", required_argument, NULL, 'V'},
		{"keep-going", no_argument, NULL, 'k'},
		{"quiet", no_argument, NULL, 'q'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct compile compile = {0};
	optind = 0; /* glibc: start anew, for callers that parse more than once */
	for (int c; (c = options_next(argc, argv, "c:o:kqh", known)) != -1;) {
		if (c == 'h') {
			fputs(help, stdout);
			return EXIT_OK;
		}
		if (!take(&compile, c)) {
			fputs(help, stderr);
			return EXIT_USAGE;
		}
	}
	compile.zones = argv + optind;
	compile.zone_count = (size_t)(argc - optind);
	for (size_t i = 0; i < compile.zone_count; i++)
		if (!strchr(compile.zones[i], '=') || compile.zones[i][0] == '=')
			return usage_error(compile.zones[i], "is not ZONE=FILE");
	if (compile.zone_count && compile.config)
		return usage_error(compile.zones[0], "and a configuration exclude each other");
	if (compile.verify && (compile.zone_count || compile.config || compile.output))
		return usage_error("--verify", "stands alone");
	signal(SIGXFSZ, SIG_IGN); /* a limit on the size of files is an error like others */
	return compile.verify ? run_verify(&compile) : run_compile(&compile);
}
