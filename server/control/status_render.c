/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * status_render.c - the two forms of an answer.
 *
 * The server writes both, so that the client needs no JSON parser and an old client shows what a
 * new server tells. Texts may come from zone files and from routers: the table and the JSON writer
 * are what keeps them from painting the operator's terminal or breaking the document.
 */
#include "control/status_render.h"

#include <inttypes.h>
#include <stdarg.h>

#include "base/json.h"
#include "base/table.h"

/* ------------------------------------------------------------ words */

static const char *
zone_state_name(enum status_zone_state state)
{
	switch (state) {
	case STATUS_ZONE_OK:
		return "ok";
	case STATUS_ZONE_STALE:
		return "stale";
	case STATUS_ZONE_FAILED:
		return "failed";
	}
	return "unknown";
}

static const char *
words(const char *text)
{
	return text ? text : "";
}

static uint64_t
natural(int64_t ms)
{
	return ms > 0 ? (uint64_t)ms : 0;
}

const char *
status_duration(char text[static STATUS_DURATION], int64_t ms)
{
	static const struct {
		uint64_t ms;
		const char *name;
	} units[] = {{86400000, "d"}, {3600000, "h"}, {60000, "min"}, {1000, "s"}, {1, "ms"}};
	uint64_t left = natural(ms);
	size_t i = 0;

	while (i < ARRAY_LENGTH(units) - 1 && left < units[i].ms)
		i++;
	uint64_t rest = i < 3 ? left % units[i].ms / units[i + 1].ms : 0;
	/* Two units are precise enough for people; below a minute one is. */
	if (rest > 0)
		snprintf(text, STATUS_DURATION, "%" PRIu64 " %s %" PRIu64 " %s", left / units[i].ms,
			 units[i].name, rest, units[i + 1].name);
	else
		snprintf(text, STATUS_DURATION, "%" PRIu64 " %s", left / units[i].ms,
			 units[i].name);
	return text;
}

static size_t
zones_served(const struct status_zones *zones)
{
	return zones->total - size_min(zones->failed, zones->total);
}

/* ------------------------------------------------------------ text */

PRINTF_LIKE(3, 4)
static void
put_cell(struct table_cells *cells, size_t column, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(cells->text[column], TABLE_CELL, format, arguments);
	va_end(arguments);
}

static void
fill_zone(const void *data, size_t index, struct table_cells *cells)
{
	const struct status_zone *zone = (const struct status_zone *)data + index;

	put_cell(cells, 0, "  %s", zone->name);
	if (zone->state == STATUS_ZONE_FAILED)
		put_cell(cells, 1, "-");
	else
		put_cell(cells, 1, "%" PRIu32, zone->serial);
	put_cell(cells, 2, "%s", zone_state_name(zone->state));
	put_cell(cells, 3, "%s", zone->error);
}

static void
print_zone_table(FILE *stream, const struct status_zones *zones)
{
	struct table table = {
		.columns = 4,
		.rows = zones->listed,
		.head = {"  ZONE", "SERIAL", "STATE", "ERROR"},
		.fill = fill_zone,
		.data = zones->list,
	};

	table_print(stream, &table);
}

static void
print_zones(FILE *stream, const struct status_zones *zones)
{
	fprintf(stream, "zones: %zu served, %zu of them in a previous version; %zu failed\n",
		zones_served(zones), zones->stale, zones->failed);
	print_zone_table(stream, zones);
	if (zones->total > zones->listed)
		fprintf(stream, "  ... and %zu more\n", zones->total - zones->listed);
}

static void
fill_gate(const void *data, size_t index, struct table_cells *cells)
{
	const struct status_gate *gate = (const struct status_gate *)data + index;
	char text[STATUS_DURATION];

	put_cell(cells, 0, "  %s", gate->prefix);
	put_cell(cells, 1, "%s", words(gate->state));
	put_cell(cells, 2, "%s", status_duration(text, gate->since_ms));
	put_cell(cells, 3, "%s", gate->waiting[0] ? gate->waiting : "-");
	put_cell(cells, 4, "%s", gate->reason);
}

static void
fill_peer(const void *data, size_t index, struct table_cells *cells)
{
	const struct status_peer *peer = (const struct status_peer *)data + index;
	char text[STATUS_DURATION];

	put_cell(cells, 0, "  %s", peer->address);
	put_cell(cells, 1, "%" PRIu32, peer->as);
	put_cell(cells, 2, "%s", peer->up ? "up" : "down");
	put_cell(cells, 3, "%s", peer->since_ms < 0 ? "-" : status_duration(text, peer->since_ms));
	put_cell(cells, 4, "%s", peer->text);
	/* Of one that is down it is the reason. */
	put_cell(cells, 5, "%s", peer->up && peer->failure[0] ? peer->failure : "-");
}

static void
fill_driver(const void *data, size_t index, struct table_cells *cells)
{
	const struct status_driver *driver = (const struct status_driver *)data + index;
	char text[STATUS_DURATION];

	put_cell(cells, 0, "  %s", words(driver->name));
	put_cell(cells, 1, "%s", driver->prefix);
	put_cell(cells, 2, "%s", driver->wanted);
	put_cell(cells, 3, "%s", driver->observed);
	put_cell(cells, 4, "%s", driver->agrees ? "yes" : "NO");
	put_cell(cells, 5, "%s", status_duration(text, driver->since_ms));
}

static void
fill_signal(const void *data, size_t index, struct table_cells *cells)
{
	const struct status_signal *signal = (const struct status_signal *)data + index;
	char text[STATUS_DURATION];

	put_cell(cells, 0, "  %s", signal->name);
	put_cell(cells, 1, "%s", signal->age_ms < 0 ? "-" : status_duration(text, signal->age_ms));
	put_cell(cells, 2, "%s", signal->value);
}

static void
print_announce(FILE *stream, const struct status *status)
{
	struct table gates = {
		.columns = 5,
		.rows = status->gate_count,
		.head = {"  PREFIX", "STATE", "FOR", "WAITS FOR", "WHY"},
		.fill = fill_gate,
		.data = status->gates,
	};
	struct table peers = {
		.columns = 6,
		.rows = status->peer_count,
		.head = {"  PEER", "AS", "SESSION", "FOR", "WHY", "LAST FAILURE"},
		.fill = fill_peer,
		.data = status->peers,
	};

	if (!status->wish) {
		fputs(status->needs_restart
			      ? "announcement: none; `announce:` is new since the start: restart "
				"the server\n"
			      : "announcement: none is configured\n",
		      stream);
		return;
	}
	struct table drivers = {
		.columns = 6,
		.rows = status->driver_count,
		.head = {"  DRIVER", "PREFIX", "WANTED", "OBSERVED", "AGREE", "FOR"},
		.fill = fill_driver,
		.data = status->drivers,
	};
	struct table signals = {
		.columns = 3,
		.rows = status->signal_count,
		.head = {"  SIGNAL", "AGE", "VALUE"},
		.fill = fill_signal,
		.data = status->signals,
	};
	fprintf(stream, "announcement: the operator says %s%s\n", status->wish,
		status->dry_run ? "; dry run: nothing is really announced" : "");
	table_print(stream, &gates);
	table_print(stream, &peers);
	table_print(stream, &drivers);
	table_print(stream, &signals);
}

static void
fill_counter(const void *data, size_t index, struct table_cells *cells)
{
	const struct status_counter *counter = (const struct status_counter *)data + index;

	put_cell(cells, 0, "  %s", counter->name);
	put_cell(cells, 1, "%" PRIu64, counter->value);
}

static void
print_counters(FILE *stream, const struct status *status)
{
	struct table counters = {
		.columns = 2,
		.rows = status->counter_count,
		.head = {"  COUNTER", "VALUE"},
		.fill = fill_counter,
		.data = status->counters,
	};

	table_print(stream, &counters);
}

static void
render_text(FILE *stream, const struct status *status)
{
	char text[STATUS_DURATION];

	table_put_clean(stream, words(status->instance));
	fprintf(stream, ": anyns %s, %s for %s, process %" PRIu32 "\n", words(status->version),
		words(status->phase), status_duration(text, status->uptime_ms), status->pid);
	fputs("configuration: ", stream);
	table_put_clean(stream, words(status->config));
	fprintf(stream, "%s\n", status->loading ? " (a reload is under way)" : "");
	print_announce(stream, status);
	print_zones(stream, &status->zones);
	print_counters(stream, status);
}

/* ------------------------------------------------------------ JSON */

static void
write_zones(struct json *json, const struct status_zones *zones)
{
	json_open_object(json, "zones");
	json_number(json, "total", zones->total);
	json_number(json, "served", zones_served(zones));
	json_number(json, "stale", zones->stale);
	json_number(json, "failed", zones->failed);
	json_open_array(json, "list");
	for (size_t i = 0; i < zones->listed; i++) {
		const struct status_zone *zone = &zones->list[i];
		json_open_object(json, NULL);
		json_text(json, "name", zone->name);
		json_text(json, "state", zone_state_name(zone->state));
		if (zone->state != STATUS_ZONE_FAILED)
			json_number(json, "serial", zone->serial);
		if (zone->error[0])
			json_text(json, "error", zone->error);
		json_close_object(json);
	}
	json_close_array(json);
	json_close_object(json);
}

static void
write_gates(struct json *json, const struct status *status)
{
	json_open_array(json, "prefixes");
	for (size_t i = 0; i < status->gate_count; i++) {
		const struct status_gate *gate = &status->gates[i];
		json_open_object(json, NULL);
		json_text(json, "prefix", gate->prefix);
		json_text(json, "state", gate->state);
		json_number(json, "since_ms", natural(gate->since_ms));
		json_text(json, "reason", gate->reason);
		json_text(json, "waiting", gate->waiting[0] ? gate->waiting : NULL);
		json_close_object(json);
	}
	json_close_array(json);
}

static void
write_peers(struct json *json, const struct status *status)
{
	json_open_array(json, "peers");
	for (size_t i = 0; i < status->peer_count; i++) {
		const struct status_peer *peer = &status->peers[i];
		json_open_object(json, NULL);
		json_text(json, "address", peer->address);
		json_number(json, "as", peer->as);
		json_bool(json, "up", peer->up);
		if (peer->since_ms >= 0)
			json_number(json, "since_ms", natural(peer->since_ms));
		json_text(json, "reason", peer->text);
		if (peer->failure[0])
			json_text(json, "last_failure", peer->failure);
		json_close_object(json);
	}
	json_close_array(json);
}

static void
write_drivers(struct json *json, const struct status *status)
{
	json_open_array(json, "drivers");
	for (size_t i = 0; i < status->driver_count; i++) {
		const struct status_driver *driver = &status->drivers[i];
		json_open_object(json, NULL);
		json_text(json, "driver", driver->name);
		json_text(json, "prefix", driver->prefix);
		json_text(json, "wanted", driver->wanted);
		json_text(json, "observed", driver->observed);
		json_bool(json, "agrees", driver->agrees);
		json_number(json, "since_ms", natural(driver->since_ms));
		json_close_object(json);
	}
	json_close_array(json);
}

static void
write_signals(struct json *json, const struct status *status)
{
	json_open_array(json, "signals");
	for (size_t i = 0; i < status->signal_count; i++) {
		const struct status_signal *signal = &status->signals[i];
		json_open_object(json, NULL);
		json_text(json, "name", signal->name);
		json_text(json, "value", signal->value);
		if (signal->age_ms >= 0)
			json_number(json, "age_ms", natural(signal->age_ms));
		json_close_object(json);
	}
	json_close_array(json);
}

static void
render_json(FILE *stream, const struct status *status)
{
	struct json json = JSON_INIT(stream);

	json_open_object(&json, NULL);
	json_text(&json, "instance", status->instance);
	json_text(&json, "version", status->version);
	json_text(&json, "configuration", status->config);
	json_text(&json, "phase", status->phase);
	json_number(&json, "pid", status->pid);
	json_number(&json, "uptime_ms", natural(status->uptime_ms));
	json_bool(&json, "loading", status->loading);
	json_text(&json, "wish", status->wish);
	json_bool(&json, "dry_run", status->dry_run);
	write_gates(&json, status);
	write_peers(&json, status);
	write_drivers(&json, status);
	write_signals(&json, status);
	write_zones(&json, &status->zones);
	json_open_object(&json, "counters");
	for (size_t i = 0; i < status->counter_count; i++)
		json_number(&json, status->counters[i].name, status->counters[i].value);
	json_close_object(&json);
	json_close_object(&json);
	json_end(&json);
}

void
status_render(FILE *stream, enum status_form form, const struct status *status)
{
	if (form == STATUS_FORM_JSON)
		render_json(stream, status);
	else
		render_text(stream, status);
}

/* ------------------------------------------------------------ reload and messages */

bool
status_reload_ok(const struct status_reload *reload)
{
	return reload->taken && reload->zones.stale == 0 && reload->zones.failed == 0 &&
	       (!reload->report || reload->report->errors == 0);
}

/* As many as there may be zones: the log has all of them. */
static size_t
findings_shown(const struct report *report)
{
	return report ? size_min(report->count, STATUS_ZONES) : 0;
}

static void
reload_text(FILE *stream, const struct status_reload *reload)
{
	const struct status_zones *zones = &reload->zones;
	char line[1024];

	for (size_t i = 0; i < findings_shown(reload->report); i++) {
		table_put_clean(stream,
				report_line(&reload->report->findings[i], line, sizeof(line)));
		putc('\n', stream);
	}
	if (reload->report && reload->report->count > STATUS_ZONES)
		fprintf(stream, "... and %zu more findings, see the log or `anyns check`\n",
			reload->report->count - STATUS_ZONES);
	if (!reload->taken) {
		fputs("reload refused, everything goes on as before\n", stream);
		return;
	}
	fprintf(stream,
		"reloaded: %zu zones, %zu compiled, %zu unchanged, %zu kept in their previous "
		"version, %zu failed\n",
		zones->total, reload->compiled, reload->unchanged, zones->stale, zones->failed);
	print_zone_table(stream, zones);
	if (zones->stale + zones->failed > zones->listed)
		fprintf(stream, "  ... and %zu more with errors\n",
			zones->stale + zones->failed - zones->listed);
}

static void
reload_json(FILE *stream, const struct status_reload *reload)
{
	struct json json = JSON_INIT(stream);
	char line[1024];

	json_open_object(&json, NULL);
	json_bool(&json, "ok", status_reload_ok(reload));
	json_bool(&json, "taken", reload->taken);
	if (reload->taken) {
		json_number(&json, "compiled", reload->compiled);
		json_number(&json, "unchanged", reload->unchanged);
		write_zones(&json, &reload->zones);
	}
	json_open_array(&json, "findings");
	for (size_t i = 0; i < findings_shown(reload->report); i++)
		json_text(&json, NULL,
			  report_line(&reload->report->findings[i], line, sizeof(line)));
	json_close_array(&json);
	json_close_object(&json);
	json_end(&json);
}

void
status_render_reload(FILE *stream, enum status_form form, const struct status_reload *reload)
{
	if (form == STATUS_FORM_JSON)
		reload_json(stream, reload);
	else
		reload_text(stream, reload);
}

void
status_render_message(FILE *stream, enum status_form form, bool ok, const char *message)
{
	struct json json = JSON_INIT(stream);

	if (form == STATUS_FORM_TEXT) {
		table_put_clean(stream, message);
		putc('\n', stream);
		return;
	}
	json_open_object(&json, NULL);
	json_bool(&json, "ok", ok);
	json_text(&json, "message", message);
	json_close_object(&json);
	json_end(&json);
}
