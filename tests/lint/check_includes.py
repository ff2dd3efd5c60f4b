#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""The arrows of #include go one way, libraries stay in their rooms, pure files stay pure (CONTRIBUTING.md)."""
import re

from files import finish, text, tree

# Whose contract a shared header is.
OWNER = {
    "base": "base", "dns": "base", "name": "base", "report": "base", "wire": "base",
    "log": "observe", "zone": "zone", "image": "image", "image_file": "image", "config": "config", "answer": "answer",
    "publish": "net", "lease": "base", "gate_state": "base", "monotime": "base",
}

# Room: the rooms it may look into. Not the transitive closure: a worker that moves bytes has no business with zones,
# and zone.h is for building images, never for answering.
ARROWS = {
    "base": set(),
    "observe": {"base"},
    "zone": {"base"},
    "config": {"base"},
    "image": {"base", "zone"},
    "answer": {"base", "image", "config"},
    "net": {"base", "observe", "config", "answer"},
    "health": {"base", "observe", "image", "config", "answer", "net"},
    "announce": {"base", "observe", "config", "health"},
    "control": {"base", "observe"},
    "probe": {"base"},
    "serve": {"base", "observe", "zone", "image", "config", "answer", "net", "health", "announce", "control"},
    "cli": {"base", "observe", "zone", "image", "config", "answer", "net", "announce", "control", "serve", "probe"},
    "main": {"base", "observe", "cli"},
}

# Arrows against the order, each with its reason.
EXCEPTIONS = {
    ("include/anyns/config.h", "anyns/zone.h"): "`enum zonemd_policy` is configured and used, one definition",
}

# Header pattern: the files that may include it.
LIBRARIES = {
    r"ldns/": r"server/zone/",
    r"ev\.h": r"server/(net|health|announce|control|serve|probe|cli)/",
    r"urcu": r"server/net/publish\.c",
    r"openssl/": r"server/(zone|image|answer)/",
    r"systemd/": r"server/serve/notify_systemd\.c",
    r"libfyaml": r"server/config/",
    r"jansson": r"server/probe/",
    r"(sys/socket|sys/un|net/)": r"server/(net|health|announce|control|serve|probe|cli|config)/|include/anyns/config\.h|server/answer/setup",
    # Addresses as text and numbers; the zone room needs them for A, AAAA, WKS and APL.
    r"(netinet/|arpa/|netdb)": r"server/(net|health|announce|serve|probe|cli|config|zone)/|include/anyns/config\.h|server/answer/setup",
}

# Files of which only bytes and time go in and bytes come out.
PURE = re.compile(r"server/(answer/(?!setup)|image/lookup|health/(gate|detector|backoff|leaky|quiet|last_stand|attributes|lease_watch|reason)\.|"
                  r"announce/bgp_(?!conn|session|socket)|probe/probe_(rtt|base64)\.)")
IMPURE_HEADER = re.compile(r"(time|sys/time|pthread|unistd|stdio|stdlib|errno|anyns/log|sys/.*)\.h$")
IMPURE_CALL = re.compile(r"\b(malloc|calloc|realloc|free|clock_gettime|gettimeofday|time|printf|fprintf"
                         r"|log_(?:error|warning|notice|info)|pthread_\w+|getrandom|random|rand)\s*\(")
# A thread's scratch space is made and freed where it is defined: before the first query, after the last.
IMPURE_FUNCTION = re.compile(r"^\w+_(new|free)\(", re.MULTILINE)

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def room_of(path):
    if path.startswith("include/anyns/"):
        return OWNER.get(path[len("include/anyns/"):-2])
    parts = path.split("/")
    return "main" if parts[1] == "main.c" else parts[1]


def target_room(path, header):
    """The room a header in quotes belongs to, or None for one this project does not have."""
    if header.startswith("anyns/"):
        return OWNER.get(header[len("anyns/"):-2])
    return header.split("/")[0] if "/" in header else room_of(path)


def check_include(path, quote, header):
    room = room_of(path)
    for pattern, where in LIBRARIES.items():
        if quote == "<" and re.match(pattern, header) and not re.match(where, path):
            yield f"<{header}> belongs to {where} only"
    if quote == "<":
        return
    target = target_room(path, header)
    if target is None or target not in ARROWS:
        yield f'"{header}" is of no known room; tell tests/lint/check_includes.py whose it is'
    elif target != room and target not in ARROWS[room] and (path, header) not in EXCEPTIONS:
        yield f'"{header}": the arrow {room} -> {target} does not exist'


def without_comments(source):
    """Comments and strings blanked, line breaks kept."""
    blank = lambda match: re.sub(r"[^\n]", " ", match.group())
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', blank, source, flags=re.DOTALL)


def check_pure(source):
    function = ""
    for number, line in enumerate(without_comments(source).split("\n"), 1):
        if re.match(r"\w+\(", line):
            function = line
        found = IMPURE_CALL.search(line)
        if found and not IMPURE_FUNCTION.match(function):
            yield number, f"{found.group(1)}() in a pure file"


def main():
    problems = []
    for path in tree(".c", ".h"):
        if not path.startswith(("server/", "include/")):
            continue
        source = text(path)
        if room_of(path) not in ARROWS:
            problems.append(f"{path}: no known room; tell tests/lint/check_includes.py which it is")
            continue
        pure = PURE.match(path)
        for match in INCLUDE.finditer(source):
            line = source.count("\n", 0, match.start(2)) + 1
            messages = list(check_include(path, *match.groups()))
            owns = match.group(2) == "stdlib.h" and IMPURE_FUNCTION.search(source)
            if pure and IMPURE_HEADER.match(match.group(2)) and not owns:
                messages.append(f"<{match.group(2)}> in a pure file")
            problems += [f"{path}:{line}: {message}" for message in messages]
        if pure:
            problems += [f"{path}:{line}: {message}" for line, message in check_pure(source)]
    finish(problems)


if __name__ == "__main__":
    main()
