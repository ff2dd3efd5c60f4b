/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/probe_options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anyns/monotime.h"
#include "cli/cli.h"
#include "cli/options.h"

enum {
	DNS_PORT = 53,
	DEFAULT_COUNT = 10,
	DEFAULT_INTERVAL_MS = 200,
	DEFAULT_TIMEOUT_MS = 1000,
	INTERVAL_MIN_NS = 10000,
	TIMEOUT_MAX_S = 60,
};

enum long_option {
	OPTION_IDENTITY_NAME = 256,
	OPTION_SUBNET,
	OPTION_VANTAGE,
	OPTION_AGENTS,
	OPTION_READ,
	OPTION_ATLAS,
	OPTION_SVG,
};

static const struct option known[] = {
	{"ask", required_argument, NULL, 'a'},
	{"identity-name", required_argument, NULL, OPTION_IDENTITY_NAME},
	{"query", required_argument, NULL, 'Q'},
	{"udp", no_argument, NULL, 'u'},
	{"tcp", no_argument, NULL, 't'},
	{"recurse", no_argument, NULL, 'r'},
	{"subnet", required_argument, NULL, OPTION_SUBNET},
	{"count", required_argument, NULL, 'n'},
	{"duration", required_argument, NULL, 'D'},
	{"interval", required_argument, NULL, 'i'},
	{"timeout", required_argument, NULL, 'w'},
	{"source", required_argument, NULL, 's'},
	{"source-ports", required_argument, NULL, 'S'},
	{"vantage", required_argument, NULL, OPTION_VANTAGE},
	{"agents", required_argument, NULL, OPTION_AGENTS},
	{"read", required_argument, NULL, OPTION_READ},
	{"atlas", required_argument, NULL, OPTION_ATLAS},
	{"json", no_argument, NULL, 'j'},
	{"quiet", no_argument, NULL, 'q'},
	{"verbose", no_argument, NULL, 'v'},
	{"svg", required_argument, NULL, OPTION_SVG},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

static const char help[] =
	"usage: anyns probe [OPTION...] ADDRESS[@PORT]...\n"
	"       anyns probe [-jqv] [--svg FILE] --agents FILE\n"
	"       anyns probe [-jqv] [--svg FILE] --read [NAME=]FILE...\n"
	"       anyns probe [-jqv] [--svg FILE] --atlas FILE...\n"
	"\n"
	"Asks as a client at this place would, and tells which instance answered, how fast, and "
	"what\n"
	"was lost. Or makes one table and picture of what several vantage points see: probes run\n"
	"there (--agents), what they printed (--read), RIPE Atlas results (--atlas).\n"
	"\n"
	"What to ask; every query carries NSID:\n"
	"  -a, --ask WHAT            id.server (default), hostname.bind or nsid (. SOA); may be "
	"repeated\n"
	"      --identity-name NAME  NAME IN TXT\n"
	"  -Q, --query 'NAME TYPE'   a real question, or 'NAME CLASS TYPE'; may be repeated\n"
	"  -u, --udp                 over UDP (default)\n"
	"  -t, --tcp                 over TCP; -ut: over both\n"
	"  -r, --recurse             set RD\n"
	"      --subnet PREFIX       send a client subnet, show what comes back\n"
	"\n"
	"How often and from where; times like 100us, 5ms, 1s, 2m:\n"
	"  -n, --count N             queries of each series, default 10; 0: no end\n"
	"  -D, --duration TIME       ask for so long\n"
	"  -i, --interval TIME       between two queries of a series, default 200ms\n"
	"  -w, --timeout TIME        wait so long for an answer, default 1s\n"
	"  -s, --source ADDRESS[@PORT]\n"
	"                            ask from there; once for each family\n"
	"  -S, --source-ports N      use N ports in turn, 1: a single flow; default: a new random "
	"one\n"
	"                            for each query, so that all paths of equal cost are seen\n"
	"      --vantage NAME        what this place is called in the output\n"
	"\n"
	"What to print:\n"
	"  -j, --json                a JSON object for each query, one as summary; anyns-probe(8)\n"
	"  -q, --quiet               only the summary\n"
	"  -v, --verbose             a line for each query\n"
	"      --svg FILE            draw who answered when\n"
	"  -h, --help                this text\n"
	"\n"
	"Try:  anyns probe -ut 192.0.2.53 2001:db8::53      which instance serves this place\n"
	"      anyns probe -S 200 -n 200 -i 5ms 192.0.2.53  all paths\n"
	"      anyns probe -q -i 100us -D 30s 192.0.2.53    is a query lost while routes change\n"
	"\n"
	"Exit status: 0 all answered, 1 something was lost or failed, 2 usage.\n";

bool
probe_options_duration(const char *text, int64_t *ns)
{
	static const struct {
		const char *unit;
		double factor;
	} units[] = {{"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}};
	size_t digits = strspn(text, "0123456789.");

	if (*text < '0' || *text > '9' || strchr(text, '.') != strrchr(text, '.'))
		return false;
	for (size_t i = 0; i < ARRAY_LENGTH(units); i++) {
		double value = strtod(text, NULL) * units[i].factor;
		if (strcmp(text + digits, units[i].unit) != 0)
			continue;
		/* A hundred years; what is longer is a mistake. */
		if (value < 1 || value > 3e18)
			return false;
		*ns = (int64_t)value;
		return true;
	}
	return false;
}

static const char no_address[] =
	"not ADDRESS or ADDRESS@PORT; write it like 192.0.2.53 or 2001:db8::53@5300, host names "
	"are not looked up";

static bool
complain(const char *option, const char *value, const char *wanted)
{
	fprintf(stderr, "anyns probe: %s \"%s\": %s\n", option, value, wanted);
	return false;
}

static bool
take_duration(const char *option, int64_t *ns, int64_t low, int64_t high)
{
	if (probe_options_duration(optarg, ns) && *ns >= low && *ns <= high)
		return true;
	return complain(option, optarg,
			"no time, or out of its limits; write it like 100us, 5ms, 1s");
}

static bool
take_count(const char *option, uint64_t *count, uint64_t high)
{
	char *end = NULL;

	*count = strtoull(optarg, &end, 10);
	if (*optarg >= '0' && *optarg <= '9' && *end == '\0' && *count <= high)
		return true;
	return complain(option, optarg, "no whole number, or too large");
}

/* The plan's arrays are const for those who follow it; here they grow. */
static bool
add_question(struct probe_options *options, const char *option, const char *text, bool identity)
{
	struct prober_plan *plan = &options->plan;
	struct probe_question *questions = (struct probe_question *)(uintptr_t)plan->questions;

	questions = reallocarray(questions, plan->question_count + 1, sizeof(*questions));
	if (!questions)
		return complain(option, text, "out of memory");
	plan->questions = questions;
	if (!probe_question_parse(&questions[plan->question_count], text))
		return complain(option, text, "not `NAME TYPE` or `NAME CLASS TYPE`");
	questions[plan->question_count++].identity = identity;
	return true;
}

static bool
take_ask(struct probe_options *options, const char *what)
{
	if (strcmp(what, "id.server") == 0)
		return add_question(options, "--ask", "id.server. CH TXT", true);
	if (strcmp(what, "hostname.bind") == 0)
		return add_question(options, "--ask", "hostname.bind. CH TXT", true);
	if (strcmp(what, "nsid") == 0)
		return add_question(options, "--ask", ". SOA", false);
	return complain("--ask", what, "must be id.server, hostname.bind or nsid");
}

static bool
take_identity_name(struct probe_options *options)
{
	char text[NAME_TEXT_MAX + 8];

	snprintf(text, sizeof(text), "%s TXT", optarg);
	if (strlen(optarg) >= NAME_TEXT_MAX || strpbrk(optarg, " \t"))
		return complain("--identity-name", optarg, "not a name");
	return add_question(options, "--identity-name", text, true);
}

static bool
take_source(struct probe_options *options)
{
	struct probe_address source;

	if (!probe_address_parse(&source, optarg, 0))
		return complain("--source", optarg, no_address);
	if (source.socket.any.sa_family == AF_INET6)
		options->plan.source_v6 = source;
	else
		options->plan.source_v4 = source;
	return true;
}

static bool
take_ports(struct probe_options *options)
{
	uint64_t count = 0;

	if (!take_count("--source-ports", &count, PROBER_PORTS_MAX))
		return false;
	if (count == 0)
		return complain("--source-ports", optarg, "must be at least 1");
	options->plan.source_ports = (unsigned)count;
	return true;
}

/* The options on how to ask; false when the usage is wrong. */
static bool
take_asking(struct probe_options *options, int c)
{
	struct prober_plan *plan = &options->plan;

	switch (c) {
	case 'a':
		return take_ask(options, optarg);
	case OPTION_IDENTITY_NAME:
		return take_identity_name(options);
	case 'Q':
		return add_question(options, "--query", optarg, false);
	case 'u':
		plan->udp = true;
		return true;
	case 't':
		plan->tcp = true;
		return true;
	case 'r':
		plan->recurse = true;
		return true;
	case OPTION_SUBNET:
		return probe_subnet_parse(&plan->subnet, optarg) ||
		       complain("--subnet", optarg, "not ADDRESS/LENGTH");
	case 'n':
		return take_count("--count", &plan->count, (uint64_t)1 << 40);
	case 'D':
		return take_duration("--duration", &plan->duration_ns, 1, INT64_MAX);
	case 'i':
		return take_duration("--interval", &plan->interval_ns, INTERVAL_MIN_NS, INT64_MAX);
	case 'w':
		return take_duration("--timeout", &plan->timeout_ns, MONOTIME_MS,
				     TIMEOUT_MAX_S * MONOTIME_S);
	case 's':
		return take_source(options);
	case 'S':
		return take_ports(options);
	case OPTION_VANTAGE:
		plan->vantage = optarg;
		return true;
	default:
		return false;
	}
}

static bool
take_form(struct probe_options *options, enum probe_form form)
{
	if (options->form != PROBE_FORM_ASK)
		return complain("--agents, --read or --atlas", optarg,
				"only one of them, and once; "
				"more files are further arguments");
	options->form = form;
	options->first = optarg;
	return true;
}

/* The options on what to do with the outcome; `asking` is set by all others. */
static bool
take(struct probe_options *options, int c, bool *asking)
{
	switch (c) {
	case OPTION_AGENTS:
		return take_form(options, PROBE_FORM_AGENTS);
	case OPTION_READ:
		return take_form(options, PROBE_FORM_READ);
	case OPTION_ATLAS:
		return take_form(options, PROBE_FORM_ATLAS);
	case 'j':
		options->json = true;
		return true;
	case 'q':
		options->quiet = true;
		return true;
	case 'v':
		options->verbose = true;
		return true;
	case OPTION_SVG:
		options->svg = optarg;
		return true;
	default:
		*asking = true;
		return take_asking(options, c);
	}
}

static bool
add_targets(struct probe_options *options, char **words, size_t count)
{
	struct probe_address *targets = calloc(count ? count : 1, sizeof(*targets));

	options->plan.targets = targets;
	if (!targets)
		return complain("address", "", "out of memory");
	for (size_t i = 0; i < count; i++) {
		if (!probe_address_parse(&targets[i], words[i], DNS_PORT))
			return complain("address", words[i], no_address);
		options->plan.target_count++;
	}
	if (count == 0)
		fputs("anyns probe: whom to ask? Give an address\n", stderr);
	return count > 0;
}

/* Ports that -s begins with must all exist. */
static bool
check_ports(const struct probe_options *options, const struct probe_address *source)
{
	uint16_t first = source->size ? probe_address_port(source) : 0;

	if (first + options->plan.source_ports <= UINT16_MAX + 1u || first == 0)
		return true;
	return complain("--source-ports", source->text, "so many ports do not follow this one");
}

static bool
complete_plan(struct probe_options *options, bool counted)
{
	struct prober_plan *plan = &options->plan;
	bool port = (plan->source_v4.size && probe_address_port(&plan->source_v4)) ||
		    (plan->source_v6.size && probe_address_port(&plan->source_v6));

	if (!plan->udp && !plan->tcp)
		plan->udp = true;
	if (port && plan->source_ports == 0)
		plan->source_ports = 1;
	if (!counted)
		plan->count = plan->duration_ns ? 0 : DEFAULT_COUNT;
	if (!check_ports(options, &plan->source_v4) || !check_ports(options, &plan->source_v6))
		return false;
	return plan->question_count > 0 || take_ask(options, "id.server");
}

/* What remains are addresses or files, as the form has it. */
static bool
take_words(struct probe_options *options, char **words, size_t count, bool asking, bool counted)
{
	if (options->form == PROBE_FORM_ASK)
		return add_targets(options, words, count) && complete_plan(options, counted);
	options->more = words;
	options->more_count = count;
	if (asking)
		fputs("anyns probe: nothing is asked from here with --agents, --read and --atlas; "
		      "options on asking belong to the commands of --agents\n",
		      stderr);
	else if (options->form == PROBE_FORM_AGENTS && count > 0)
		return complain("argument", words[0], "unexpected with --agents");
	return !asking;
}

struct probe_options
probe_options_parse(int argc, char **argv)
{
	struct probe_options options = {
		.plan = {.interval_ns = DEFAULT_INTERVAL_MS * MONOTIME_MS,
			 .timeout_ns = DEFAULT_TIMEOUT_MS * MONOTIME_MS},
	};
	bool asking = false;
	bool counted = false;
	bool good = true;

	optind = 0; /* glibc: start anew, for callers that parse more than once */
	for (int c;
	     good && (c = options_next(argc, argv, "a:Q:utrn:D:i:w:s:S:jqvh", known)) != -1;) {
		if (c == 'h') {
			fputs(help, stdout);
			options.done = true;
			return options;
		}
		counted |= c == 'n';
		good = take(&options, c, &asking);
	}
	good = good &&
	       take_words(&options, argv + optind, (size_t)(argc - optind), asking, counted);
	if (!good) {
		fputs("Try `anyns probe --help`.\n", stderr);
		options.done = true;
		options.status = EXIT_USAGE;
	}
	return options;
}

void
probe_options_free(struct probe_options *options)
{
	free((void *)(uintptr_t)options->plan.targets);
	free((void *)(uintptr_t)options->plan.questions);
	options->plan.targets = NULL;
	options->plan.questions = NULL;
}
