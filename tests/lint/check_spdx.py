#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Every source file names its licence in its first lines."""
import re

from files import finish, text, tree

LINE = "SPDX-License-Identifier: BSD-2-Clause"
SUFFIXES = (".c", ".h", ".py", ".sh", ".build", ".yaml", ".yml", "meson_options.txt", ".clang-tidy", "Dockerfile",
            ".1", ".5", ".8")


def is_script(path):
    with open(path, "rb") as file:
        return file.read(2) == b"#!"


def main():
    problems = []
    for path in tree():
        if re.match(r"tests/fuzz/corpus/", path):
            continue
        if (path.endswith(SUFFIXES) or is_script(path)) and LINE not in "\n".join(text(path).split("\n")[:5]):
            problems.append(f"{path}: the line '{LINE}' is missing at the head")
    finish(problems)


if __name__ == "__main__":
    main()
