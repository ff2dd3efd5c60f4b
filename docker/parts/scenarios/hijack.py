# SPDX-License-Identifier: BSD-2-Clause
"""A rogue AS announces a more specific prefix; who validates with RPKI does not care.

AS 64666 announces 192.0.2.0/25, and the longest match wins whatever else a route has. Asia and Europe check origins
against what stayrtr tells them (AS 65053 may announce the /24, nothing longer): invalid, dropped. America does not,
and its clients are taken; until it validates, too.
"""
from base import wait_for
from scenarios.tools import row_of

# What AS 64603 was missing: the tables, the session, the check.
VALIDATOR = """roa4 table vrp4; roa6 table vrp6;
protocol rpki validator { roa4 { table vrp4; }; roa6 { table vrp6; }; remote 10.53.0.90 port 8282; retry keep 1; }
"""
CHECK = "if net.type = NET_IP4 then { if roa_check(vrp4, net, bgp_path.last) = ROA_INVALID then reject; } " \
        "else if roa_check(vrp6, net, bgp_path.last) = ROA_INVALID then reject;"


def hijack(lab, word):
    for family in "46":
        lab.birdc("rogue", word, "static" + family)


def play(lab, score):
    score.head("", "tokyo", "london", "newyork")
    score.row("before", *row_of(lab.catchment()))
    hijack(lab, "enable")
    lab.wait_region("newyork", "evil")
    taken = lab.catchment()
    score.row("192.0.2.0/25 from AS 64666", *row_of(taken))
    score.equal((taken["tokyo"], taken["london"]), ("tyo1", "lon1"), "who answers where origins are validated")
    for router in ("asia", "europe"):
        delivered, refused = lab.imported(router, "rogue4")
        score.check(delivered and refused, f"{router} was told by the rogue ({delivered}) and refused ({refused})")
    six = lab.catchment(6)
    score.row("the same over IPv6", *row_of(six))
    score.equal(six["newyork"], "evil", "America over IPv6")
    lab.tune("east", CHECK, more=VALIDATOR)
    wait_for(lambda: "AS65053" in lab.birdc("east", "show", "route", "table", "vrp4") and
             "AS65053" in lab.birdc("east", "show", "route", "table", "vrp6"), "east has heard the validator")
    # What came before the validator's word is asked for once more.
    lab.birdc("east", "reload", "in", "all")
    wait_for(lambda: lab.ask("newyork") in ("nyc1", "nyc2"), "America is back")
    score.row("AS 64603 validates, too", *row_of(lab.catchment()))
    score.line = "the rogue takes America; Asia and Europe validate and stay; America validates and is back"


def undo(lab):
    hijack(lab, "disable")
    lab.untune("east")
