#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""One module = one .c, one test of the same stem, registered in tests/unit/meson.build."""
import os
import re

from files import finish, text, tree

# Modules without a unit test of their own, each with its reason.
ALLOWED = {
    "main": "argv to command and nothing else; the system tests start it",
    "health_turn": "one turn of the thread of health.c; tests/unit/test_health.c turns it on real sockets",
    "server_background": "what a running server does behind its zones; tests/system/image and image-cache see it",
    "announcing": "ties announcer process and health thread together; tests/system/kill-matrix drives it",
    "server_control": "fills in what status tells from the whole server; tests/system/control asks it",
    "supervisor": "tells a service manager about the whole server; tests/system/systemd is one",
    "notify_none": "says nothing, in builds without libsystemd",
}


def main():
    registered = set(re.findall(r"^\s*'(\w+)':", text("tests/unit/meson.build"), re.MULTILINE))
    stems = {os.path.basename(path)[:-2]: path for path in tree(".c") if path.startswith("server/")}
    problems = []
    for stem, path in stems.items():
        test = f"tests/unit/test_{stem}.c"
        if stem in ALLOWED:
            continue
        if not os.path.exists(test):
            problems.append(f"{path}: has no {test}")
        elif stem not in registered:
            problems.append(f"{test}: is not registered in tests/unit/meson.build")
    for stem in sorted(set(ALLOWED) - set(stems)):
        problems.append(f"tests/lint/check_registered.py: {stem} is allowed but does not exist")
    finish(problems)


if __name__ == "__main__":
    main()
