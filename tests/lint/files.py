#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""The files of the tree as the checks see them. Not by git: a release tarball must pass too."""
import os
import sys


def tree(*suffixes):
    """Paths relative to the root, sorted; build folders and .git left out; all files without suffixes."""
    found = []
    for folder, folders, names in os.walk("."):
        folders[:] = [f for f in folders if f != ".git" and not (folder == "." and is_build(f))]
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), ".")
            if not suffixes or path.endswith(suffixes):
                found.append(path)
    return sorted(found)


def is_build(folder):
    return folder == "build" or folder.startswith("build-")


def text(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def finish(problems):
    """Prints the problems and ends the check."""
    for problem in problems:
        print(problem)
    sys.exit(1 if problems else 0)
