# SPDX-License-Identifier: BSD-2-Clause
"""The results as tables: medians, and in brackets the smallest and the largest round."""
import math
import statistics

WORKLOADS = ("names10k", "names1m", "root", "nsec3", "attack", "wildcard")
GAP = "–"


def median(values):
    return statistics.median(values)


def spread(values, form):
    if not values:
        return GAP
    text = form(median(values))
    return text if len(values) == 1 else f"{text} ({form(min(values))}–{form(max(values))})"


def thousands(value):
    return f"{value / 1000:.0f}"


def whole(value):
    return f"{value:,.0f}"


def micro(value):
    """What is lost waits for ever."""
    return "lost" if math.isinf(value) else f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def waited(value):
    """A percentile as bench/load prints it: -1 is a lost question, and worse than any other, not better."""
    return math.inf if value < 0 else value


def field(figures, measure, key, scale=1):
    return [waited(one[key]) * scale for one in figures.get(measure, ())]


def lines(head, rows):
    """A Markdown table; the first column to the left, the others to the right."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]

    def line(cells):
        return "| " + " | ".join([cells[0].ljust(widths[0])] + [c.rjust(w) for c, w in zip(cells[1:], widths[1:])]) + " |"
    rule = "| " + " | ".join(["-" * widths[0]] + ["-" * (width - 1) + ":" for width in widths[1:]]) + " |"
    return "\n".join([line(head), rule, *map(line, rows)])


def saturation(results, versions):
    titles = results["about"]["titles"]
    head = ["thousand replies/s at saturation", *(titles[name].split(", ")[0] for name in WORKLOADS)]
    rows = [[f"{name} {versions[name]}".strip(), *(spread(field(figures, w, "per_second"), thousands) for w in WORKLOADS)]
            for name, figures in results["servers"].items()]
    return lines(head, rows)


def latency(results):
    head = ["10,000 names, µs", "20,000/s: p50", "p99", "p99.9", "half of the echo: p50", "p99", "p99.9", "lost",
            "CPU µs/reply: user", "kernel"]
    rows = []
    for name, figures in results["servers"].items():
        cells = [spread(field(figures, load, key), micro) for load in ("low", "half") for key in ("p50_us", "p99_us", "p999_us")]
        lost = spread(field(figures, "low", "lost") + field(figures, "half", "lost"), whole)
        cpu = [spread(field(figures, "names10k", key, 0.001), lambda value: f"{value:.2f}") for key in ("user_ns", "kernel_ns")]
        rows.append([name, *cells, lost, *cpu])
    return lines(head, rows)


def large(results):
    count = results["about"]["large"]
    head = ["", "instructions: 10,000 names", "NSEC3", f"{count:,} names: start from text, ms", "from an image, ms",
            "compile, records/s", "bytes/name"]
    rows = []
    for name, figures in results["servers"].items():
        if name == "echo":
            continue
        rows.append([name, spread(figures.get("instructions_names10k"), whole), spread(figures.get("instructions_nsec3"), whole),
                     spread(figures.get("start_ms"), whole), spread(figures.get("image_start_ms"), micro),
                     spread(figures.get("compile_records_per_second"), whole), spread([one / count for one in figures.get("memory", ())], whole)])
    return lines(head, rows)


def ratios(pairs):
    """Of the p99.9. Loss beside a half left alone that lost none is "lost"; where that lost, too, there is nothing to
    compare with, and the number of pairs that are left is told."""
    found = [waited(busy["p999_us"]) / alone["p999_us"] for busy, alone in pairs if alone["p999_us"] > 0]
    text = spread(found, lambda value: "lost" if math.isinf(value) else f"{value:.2f}")
    return text if len(found) == len(pairs) else f"{text}, {len(found)} of {len(pairs)} pairs"


def reloading(results):
    """Beside each other what one session measured, left alone and with reloads."""
    count = results["about"]["large"]
    head = [f"{count:,} names, 80 % of saturation", "offered/s", "a reload, s", "lost", "of", "left alone", "p99.9 µs", "left alone",
            "ratio", "generator behind µs", "left alone"]
    rows = []
    for name, figures in results["servers"].items():
        for measure, title in (("reload", name), ("reload_image", f"{name}, image")):
            ones = figures.get(measure, ())
            if not ones:
                continue
            both = [(one["reloading"], one["steady"]) for one in ones]
            row = [title, spread(field(figures, measure, "rate"), whole),
                   spread([seconds for one in ones for seconds in one["reloads"]], lambda value: f"{value:.1f}"),
                   whole(sum(busy["lost"] for busy, _ in both)), whole(sum(busy["sent"] for busy, _ in both)),
                   whole(sum(alone["lost"] for _, alone in both))]
            row += [spread([waited(pair[i]["p999_us"]) for pair in both], micro) for i in (0, 1)]
            row.append(ratios(both))
            row += [spread([pair[i]["lag_us"] for pair in both], micro) for i in (0, 1)]
            rows.append(row)
    return lines(head, rows)


def render(results):
    about = results["about"]
    versions = about["versions"]
    first = (f"{about['kernel']}, {about['cpu']}; server on one core, generator on the other, veth; "
             f"{about['rounds']} rounds, median (min–max); load {about['load']:.1f} at the start; {about['minutes']:.0f} minutes; {about['when']}")
    return "\n\n".join(("", first, saturation(results, versions), latency(results), large(results), reloading(results)))
