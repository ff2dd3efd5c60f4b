# SPDX-License-Identifier: BSD-2-Clause
"""The saturation table as a chart: a panel per workload, a bar per server, a line from the worst to the best round."""
from xml.sax.saxutils import escape

from table import WORKLOADS, field, median

WIDTH, PANEL, ROW, LABEL, VALUE, HEAD = 960, 460, 20, 70, 50, 34
COLOURS = {"anyns": "#1f6feb", "echo": "#8b949e"}
OTHER = "#b9c6d6"
INK = "#57606a"


def text(x, y, words, anchor="start", weight="normal"):
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" font-weight="{weight}" fill="{INK}">{escape(words)}</text>'


def bar(left, top, width, most, name, values):
    scale = (width - LABEL - VALUE) / most
    middle = top + ROW / 2
    start = left + LABEL
    end = start + median(values) * scale
    return [
        text(start - 6, middle + 4, name, "end"),
        f'<rect x="{start}" y="{top + 3}" width="{end - start:.1f}" height="{ROW - 6}" fill="{COLOURS.get(name, OTHER)}"/>',
        f'<line x1="{start + min(values) * scale:.1f}" x2="{start + max(values) * scale:.1f}" y1="{middle}" y2="{middle}" '
        f'stroke="{INK}"/>',
        text(start + max(values) * scale + 6, middle + 4, f"{median(values) / 1000:.0f}k"),
    ]


def panel(left, top, title, rows, most):
    parts = [text(left + LABEL, top + 16, title, weight="bold")]
    for number, (name, values) in enumerate(rows):
        parts += bar(left, top + 24 + number * ROW, PANEL, most, name, values)
    return parts


def render(results):
    servers = results["servers"]
    rows = {w: [(name, field(figures, w, "per_second")) for name, figures in servers.items() if figures.get(w)]
            for w in WORKLOADS}
    most = max((max(values) for row in rows.values() for _, values in row), default=1)
    height = 24 + len(servers) * ROW + 24
    shown = [w for w in WORKLOADS if rows[w]]
    total = HEAD + (len(shown) + 1) // 2 * height
    parts = [text(10, 20, "Replies per second at saturation, one core, median of the rounds; the line is from the worst to the best")]
    for number, workload in enumerate(shown):
        parts += panel(10 + number % 2 * (PANEL + 20), HEAD + number // 2 * height, results["about"]["titles"][workload], rows[workload],
                       most)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {total}" font-family="sans-serif" font-size="12">\n'
            '<!-- SPDX-License-Identifier: BSD-2-Clause -->\n' + "\n".join(parts) + "\n</svg>\n")
