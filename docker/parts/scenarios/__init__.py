# SPDX-License-Identifier: BSD-2-Clause
"""The scenarios: one module each, in the order in which `all` plays them.

A module's text says what is about to happen and why it matters; play(lab, score) does it. A scenario leaves the lab
as it found it, whatever becomes of it.
"""
import importlib
import time

from base import Trouble, say, table

NAMES = ("nearest", "ipv6", "bestpath", "failover", "crash-router", "drain", "degrade", "prepend", "communities", "ecmp",
         "tcp", "hijack", "spoof", "leak", "damping")


class Score:
    """What a scenario found: a table to print, checks, and one line for the table of all."""

    def __init__(self):
        self.rows, self.failures, self.line = [], [], ""

    def head(self, *cells):
        self.rows = [cells]

    def row(self, *cells):
        self.rows.append(cells)

    def check(self, good, words):
        if not good:
            self.failures.append(words)
        return good

    def equal(self, found, wanted, words):
        return self.check(found == wanted, f"{words}: {found}, not {wanted}")


def load(name):
    return importlib.import_module("scenarios." + name.replace("-", "_"))


def describe():
    rows = [(name, load(name).__doc__.strip().split("\n")[0]) for name in NAMES]
    say(table([("scenario", "shows"), *rows, ("all", "all of them, and one table")]))
    return 0


def play(lab, name):
    """Returns (whether it passed, the line, seconds)."""
    module, score, start = load(name), Score(), time.monotonic()
    say(f"== {name}\n" + "\n".join("   " + line for line in module.__doc__.strip().split("\n")))
    try:
        module.play(lab, score)
    except Trouble as trouble:
        score.failures.append(str(trouble))
    try:
        module.undo(lab)
        lab.settle()
    except Trouble as trouble:
        score.failures.append(f"afterwards: {trouble}")
    if score.rows:
        say(table(score.rows))
    for failure in score.failures:
        say(f"   FAILS: {failure}")
    seconds = time.monotonic() - start
    say(f"   {'FAIL' if score.failures else 'pass'}: {score.failures[0] if score.failures else score.line} "
        f"({seconds:.0f} s)\n")
    return not score.failures, score.failures[0].split("\n")[0] if score.failures else score.line, seconds


def run(lab, names):
    unknown = [name for name in names if name not in (*NAMES, "all")]
    if unknown:
        raise Trouble(f"no scenario {unknown[0]}; docker/lab scenario lists them")
    names = NAMES if "all" in names else names
    results = [(name, *play(lab, name)) for name in names]
    if len(results) > 1:
        rows = [("scenario", "", "result", "time")]
        rows += [(name, "pass" if passed else "FAIL", line, f"{seconds:.0f} s") for name, passed, line, seconds in results]
        say(table(rows, ""))
        good = sum(passed for _, passed, _, _ in results)
        say(f"\n{good} passed, {len(results) - good} failed, {sum(result[3] for result in results):.0f} s")
    return 0 if all(passed for _, passed, _, _ in results) else 1
