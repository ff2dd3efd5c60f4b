#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Links inside the tree, in Markdown files: the file exists, and so does the heading behind a #."""
import os
import re

from files import finish, text, tree

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|^\[[^\]]+\]:\s*(\S+)", re.MULTILINE)
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def prose(path):
    """Without code, where brackets and parentheses mean something else; line breaks kept."""
    return CODE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text(path))


def anchors(path):
    """The anchors that forges make of headings."""
    for heading in re.findall(r"^#+\s+(.*)$", text(path), re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def main():
    problems = []
    for path in tree(".md"):
        source = prose(path)
        for match in LINK.finditer(source):
            link = match.group(1) or match.group(2)
            if re.match(r"[a-z][a-z0-9+.-]*:", link):
                continue
            file, _, anchor = link.partition("#")
            target = os.path.normpath(os.path.join(os.path.dirname(path), file)) if file else path
            place = f"{path}:{source.count(chr(10), 0, match.start()) + 1}"
            if not os.path.exists(target):
                problems.append(f"{place}: {link} does not exist")
            elif anchor and target.endswith(".md") and anchor not in anchors(target):
                problems.append(f"{place}: {link}: no such heading")
    finish(problems)


if __name__ == "__main__":
    main()
