# SPDX-License-Identifier: BSD-2-Clause
"""A TCP session is cut when its PoP goes; a cookie is good everywhere.

A session lives at one instance. Tokyo's is killed in the middle of one: the next PoP knows nothing of the session and
says so with a reset, and the client's retry is answered there. How long until then? A DNS cookie is no session: the
next PoP accepts, without another round trip, the one that Tokyo gave.
"""
import re
import subprocess
import time

from base import Trouble


def cookie(lab, region, value=""):
    """The cookie that a region's server gives, to a client that has one already or not."""
    text = lab.inside(f"client-{region}", "dig", "+cookie" + (f"={value}" if value else ""), "+norec", "+time=1",
                      "@192.0.2.53", "any.example", "SOA").stdout
    found = re.search(r"; COOKIE: ([0-9a-f]+)", text)
    return found.group(1) if found else ""


def cut(lab):
    """The words of tcp_session, whose head says what they are."""
    session = subprocess.Popen(lab.place.inside("client-tokyo", ["/run/lab/tcp_session", "192.0.2.53"]), text=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **lab.place.options())
    time.sleep(1)
    lab.place.kill("tyo1")
    try:
        out, errors = session.communicate(timeout=30)
    except subprocess.TimeoutExpired as error:
        session.kill()
        raise Trouble("the TCP client does not end") from error
    if len(out.split()) != 6:
        raise Trouble(f"tcp_session: {out} {errors}")
    first, count, _, noticed, again, then = out.split()
    return first, int(count), int(noticed), int(again), then


def play(lab, score):
    given = cookie(lab, "tokyo")
    score.check(len(given) == 48, f"a full cookie from Tokyo: {given}")
    first, count, noticed, again, then = cut(lab)
    # It holds for the client's address alone, so the same client shows it. An accepted one comes back as it is.
    taken = cookie(lab, "tokyo", given)
    forged = given[:-1] + ("0" if given[-1] != "0" else "1")
    replaced = cookie(lab, "tokyo", forged)
    score.head("", "")
    score.row("a session with", f"{first}, {count} answers")
    score.row("cut, noticed after", f"{noticed} ms")
    score.row("retry answered", f"by {then} after {again} ms")
    score.row(f"{first}'s cookie, at {then}", "accepted" if taken == given else f"replaced by {taken}")
    score.row("with one digit changed", "accepted" if replaced == forged else "replaced")
    score.equal(first, "tyo1", "the session's instance")
    score.check(then in ("lon1", "nyc1", "nyc2"), f"the retry is answered elsewhere: {then}")
    score.check(count > 5 and again < 5000, f"{count} answers, then {again} ms")
    score.check(taken == given, f"{then} accepts {first}'s cookie")
    score.check(replaced != forged and replaced[:16] == given[:16], f"{then} does not accept a forged one")
    score.line = f"the session is cut, a retry is answered by {then} after {again} ms; cookies are good everywhere"


def undo(lab):
    lab.place.start("tyo1")
    lab.wait_state("tyo1", "up")
