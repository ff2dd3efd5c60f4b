# SPDX-License-Identifier: BSD-2-Clause
"""What every part of the lab uses: words on the terminal, commands, waiting."""
import subprocess
import sys
import time

PATIENCE = 30  # seconds for something that should happen


class Trouble(Exception):
    """The lab does not do what it should; the words are for people."""


def say(text="", end="\n"):
    print(text, end=end, flush=True)


def warn(text):
    print(text, file=sys.stderr, flush=True)


def run(*words, check=True, limit=120, given=None, **options):
    """A command to its end; its output as text."""
    try:
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=limit, check=False,
                              input=given, **({} if given is not None else {"stdin": subprocess.DEVNULL}), **options)
    except FileNotFoundError as error:
        raise Trouble(f"{words[0]} is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise Trouble(f"after {limit} s still running: {' '.join(map(str, words))}") from error
    if check and done.returncode != 0:
        raise Trouble(f"{' '.join(map(str, words))}: status {done.returncode}\n{(done.stderr or done.stdout).strip()}")
    return done


def wait_for(condition, what, limit=PATIENCE, pause=0.05):
    """Asks until the condition returns something true, which is returned."""
    end = time.monotonic() + limit
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() >= end:
            raise Trouble(f"after {limit} s still not: {what}")
        time.sleep(pause)


def table(rows, indent="  "):
    """Columns as wide as they must be; the first row is the head."""
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join((indent + "  ".join(cell.ljust(width) for cell, width in zip(row, widths))).rstrip()
                     for row in rows)
