# SPDX-License-Identifier: BSD-2-Clause
"""IPv6 is routed by itself.

First every region reaches its own PoP over IPv6, too. Then Tokyo's router loses its IPv6 session with the instance:
IPv6 clients there go elsewhere, IPv4 clients stay.
"""
from scenarios.tools import row_of


def play(lab, score):
    score.head("", "", "tokyo", "london", "newyork")
    before = lab.catchment(4), lab.catchment(6)
    for family, found in zip((4, 6), before):
        score.row("before", f"IPv{family}", *row_of(found))
    score.check(before[1]["tokyo"] == "tyo1" and before[1]["london"] == "lon1" and
                before[1]["newyork"] in ("nyc1", "nyc2"), "every region reaches its own PoP over IPv6")
    lab.birdc("tokyo", "disable", "tyo16")
    moved = lab.wait_region("tokyo", "lon1", "nyc1", "nyc2", family=6)
    after = lab.catchment(4), lab.catchment(6)
    for family, found in zip((4, 6), after):
        score.row("after", f"IPv{family}", *row_of(found))
    score.equal(after[0]["tokyo"], "tyo1", "Tokyo over IPv4")
    score.check(after[1]["london"] == "lon1", "London over IPv6 stays")
    score.line = f"Tokyo's session lost: IPv6 moves to {moved}, IPv4 stays at tyo1"


def undo(lab):
    lab.birdc("tokyo", "enable", "tyo16")
