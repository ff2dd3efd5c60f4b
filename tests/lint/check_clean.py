#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Nothing generated, no binaries but fuzz corpora, no place of one machine, no untidy text in the tree."""
import re

from files import finish, tree

GENERATED = re.compile(r"(\.(o|a|so|pyc|gcda|gcno|gcov|orig|rej|log|swp|profraw)|~|/core(\.\d+)?|/crash-[0-9a-f]+"
                       r"|/(leak|oom|timeout)-[0-9a-f]{40})$|__pycache__")
CORPUS = re.compile(r"tests/fuzz/corpus/")
# Data of others is kept as it came: a dump of the root zone has tabs, long lines and no final newline.
DATA = re.compile(r"(zones|tests/[^/]+/zones|tests/data)/")
# Home and work folders of whoever wrote the line. In two halves, so that this file passes.
PLACE = re.compile(r"(?<![\w.~$}/-])/(?:" + "work|home|root|Users" + r")/[\w.-]+")
# A branch taken out of the coverage report needs its reason on the line.
MARKER = re.compile(r"(GCOVR|LCOV|GCOV)_EXCL_\w+\s*(\*/)?\s*$")


def check_text(path, content):
    for number, line in enumerate(content.split("\n"), 1):
        if line != line.rstrip():
            yield number, "white space at the end of the line"
        found = PLACE.search(line)
        if found:
            yield number, f"{found.group()} is a place on one machine"
        if MARKER.search(line):
            yield number, "a coverage marker without its reason"
    if content and not content.endswith("\n"):
        yield content.count("\n") + 1, "no line feed at the end of the file"


def main():
    problems = []
    for path in tree():
        if GENERATED.search(path):
            problems.append(f"{path}: generated, not source")
        if CORPUS.match(path) or DATA.match(path):
            continue
        with open(path, "rb") as file:
            content = file.read()
        try:
            if b"\0" in content or b"\r\n" in content:
                raise ValueError
            content = content.decode()
        except ValueError:
            problems.append(f"{path}: not a text file (UTF-8, LF)")
            continue
        problems += [f"{path}:{line}: {message}" for line, message in check_text(path, content)]
    finish(problems)


if __name__ == "__main__":
    main()
