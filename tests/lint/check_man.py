#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Every key of the tables in server/config stands in anyns.yaml(5) with its limits, and the other way round."""
import re
import shutil
import subprocess

from files import finish, text, tree

PAGE = "server/man/anyns.yaml.5"

# The key whose mapping a table describes; the mapping at the top has none.
TABLES = {
    "keys": None, "zone_keys": "zones", "secret_keys": "secret", "log_keys": "log", "health_keys": "health",
    "last_stand_keys": "last-stand", "command_keys": "command",
    "announce_keys": "announce", "exabgp_keys": "exabgp", "bgp_keys": "bgp",
    "bird_keys": "bird", "protocol_keys": "protocols", "tun_keys": "tun", "peer_keys": "peers",
}

UNITS = (("h", 3600000), ("m", 60000), ("s", 1000), ("ms", 1))


def constants(source):
    return dict(re.findall(r"(\w+) = (\d+),", source))


def table_keys():
    """{(parent, name): {"low": N, ..., "duration": bool}} of all tables."""
    keys = {}
    for path in tree(".c"):
        if not path.startswith("server/config/"):
            continue
        source = text(path)
        for table, body in re.findall(r"struct config_key (\w+)\[.*?\] = \{(.*?)\n\};", source, re.DOTALL):
            for entry in re.split(r"(?=\.name = )", body)[1:]:
                name = re.match(r'\.name = "([^"]+)"', entry).group(1)
                limits = dict(re.findall(r"\.(low|high|fallback) = (\w+)", entry))
                values = {k: int(constants(source).get(v, v)) for k, v in limits.items() if v != "UINT32_MAX"}
                values["duration"] = "config_value_duration" in entry
                keys[TABLES[table], name] = values
    return keys


def page_keys():
    """{(parent, name): (line, text of the entry without the lists inside)} of the section KEYS."""
    entries, stack, keys = {}, [], False
    for number, line in enumerate(text(PAGE).splitlines(), 1):
        if line.startswith((".Sh ", ".Ss ")):
            keys = line == ".Sh KEYS"
        elif keys and line.startswith(".Bl"):
            stack.append(None)
        elif keys and line == ".El":
            stack.pop()
        elif keys and (item := re.match(r"\.It Cm (\S+) :", line)):
            parent = stack[-2][1] if len(stack) > 1 else None
            stack[-1] = (parent, item.group(1))
            entries[stack[-1]] = (number, line + "\n")
        elif keys and stack and stack[-1]:
            number, words = entries[stack[-1]]
            entries[stack[-1]] = (number, words + line + "\n")
    return entries


def spellings(value, duration):
    """The ways to write a number in the page."""
    if not duration:
        return [str(value)]
    return [f"{value // factor}{unit}" for unit, factor in UNITS if value % factor == 0]


def check_entry(key, limits, place, entry):
    problems = []
    for what in ("low", "high", "fallback"):
        words = spellings(limits[what], limits["duration"]) if what in limits else []
        if words and not any(re.search(rf"(?<![\w-]){word}(?![\w-])", entry) for word in words):
            problems.append(f"{place}: {key}: the page lacks its {what}, {words[0]}")
    return problems


def check_keys():
    table, page, problems = table_keys(), page_keys(), []
    if len(table) < 20:
        problems.append("tests/lint/check_man.py: finds no tables of keys in server/config")
    for parent, key in sorted(set(table) - set(page), key=str):
        problems.append(f"{PAGE}: lacks the key {parent + ': ' if parent else ''}{key}")
    for parent, key in sorted(set(page) - set(table), key=str):
        problems.append(f"{PAGE}:{page[parent, key][0]}: there is no key {parent + ': ' if parent else ''}{key}")
    for (parent, key), (number, entry) in page.items():
        place = f"{PAGE}:{number}"
        if not parent and "Reload: " not in entry:
            problems.append(f"{place}: {key}: does not say whether a reload applies it")
        if not parent and key != "log" and "efault:" not in entry:
            problems.append(f"{place}: {key}: does not say its default")
        problems += check_entry(key, table.get((parent, key), {"duration": False}), place, entry)
    return problems


def check_syntax():
    """mandoc's warnings; its remarks on style depend on which manuals this machine has."""
    if not shutil.which("mandoc"):
        print("mandoc is not here; the syntax of the manuals was not checked")
        return []
    pages = [path for path in tree(".5", ".8") if path.startswith("server/man/")]
    result = subprocess.run(["mandoc", "-Tlint", "-Wwarning", *pages], capture_output=True, text=True, check=False)
    return result.stdout.splitlines()


if __name__ == "__main__":
    finish(check_keys() + check_syntax())
