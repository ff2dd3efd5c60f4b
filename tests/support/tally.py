#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Counts what `meson test` ran: reads its testlog.json and prints a line `STATUS COUNT NAME` each.

A cmocka program holds many tests; each one counts. A program without cmocka's lines counts as one. A program
that failed without a failed test in it (a sanitizer, a crash, a leak) is one failure more.
"""
import json
import re
import sys

LINE = re.compile(r"^\[\s*(OK|FAILED|ERROR|SKIPPED)\s*\] (\w+)$", re.MULTILINE)
STATUS = {"OK": "pass", "FAILED": "fail", "ERROR": "fail", "SKIPPED": "skip"}


def tally(record):
    """The results of one program as (status, count, name)."""
    name = record["name"].split(" / ")[-1]
    text = record.get("stdout", "") + "\n" + record.get("stderr", "")
    counts = {"pass": 0, "fail": 0, "skip": 0}
    failed = set()
    for word, test in LINE.findall(text):
        # cmocka names a failed test twice, when it happens and in the summary.
        if STATUS[word] == "fail":
            failed.add(test)
        else:
            counts[STATUS[word]] += 1
    counts["fail"] = len(failed)
    good = record["result"] in ("OK", "EXPECTEDFAIL")
    if not good and record["result"] != "SKIP" and not failed:
        yield "fail", 1, f"{name} ({record['result'].lower()})"
    elif not any(counts.values()):
        yield "skip" if record["result"] == "SKIP" else "pass", 1, name
    for test in sorted(failed):
        yield "fail", 1, f"{name}: {test}"
    for status in ("pass", "skip"):
        if counts[status]:
            yield status, counts[status], name


def main():
    with open(sys.argv[1], encoding="utf-8") as log:
        for line in log:
            for result in tally(json.loads(line)):
                print(*result)


if __name__ == "__main__":
    main()
