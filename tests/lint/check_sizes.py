#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Functions of about 40 lines: past 60 a warning, past 100 a failure. A file past 600 lines has two jobs.

A test that is one long table stays one function: in tests/ a long function is only a warning.
"""
import json
import subprocess

from files import finish, text, tree

WARN, FAIL, FILE = 60, 100, 600


def functions(paths):
    """(path, line, name, lines) of every C function."""
    command = ["ctags", "--output-format=json", "--languages=C", "--kinds-C=f", "--fields=+ne", "-f", "-", *paths]
    for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines():
        tag = json.loads(line)
        if tag.get("_type") == "tag" and "end" in tag:
            yield tag["path"], tag["line"], tag["name"], tag["end"] - tag["line"] + 1


def main():
    problems = []
    paths = [path for path in tree(".c", ".h") if path.startswith(("server/", "include/", "tests/", "bench/"))]
    for path in paths:
        lines = text(path).count("\n")
        if lines > FILE:
            problems.append(f"{path}: {lines} lines, more than {FILE}: two jobs in one file?")
    for path, line, name, lines in functions(paths):
        message = f"{path}:{line}: {name}() has {lines} lines"
        if lines > FAIL and not path.startswith("tests/"):
            problems.append(f"{message}, more than {FAIL}")
        elif lines > WARN:
            print(f"warning: {message}, more than {WARN}")
    finish(problems)


if __name__ == "__main__":
    main()
