# SPDX-License-Identifier: BSD-2-Clause
"""The seven steps of BGP's decision, from the weakest to the strongest; each moves New York's clients once.

New York's own PoP prepends itself out of the way, so that AS 64603 has two paths of the same length: Tokyo's, which
enters at its router west, and London's, which enters at east. Each row keeps everything above it and adds one thing,
which a stronger step of the decision weighs: so each row overrules all rows before.
"""
from base import wait_for

TOKYO, LONDON = "64512 65053", "64513 65053"


def cost(lab, metric):
    """The IGP metric from core to west; that to east is 10."""
    lab.write("core", "/run/bird/ospf-10.53.4.0.conf", f"interface 10.53.4.0/24 {{ cost {metric}; hello 1; dead count 3; "
              "type ptp; };\n")
    lab.configure("core")


def own_session(lab, word):
    for family in "46":
        lab.birdc("core", word, "asia" + family)
        lab.birdc("asia", word, "core" + family)


def med(lab):
    for router in ("west", "core"):
        lab.tune(router, "if peer_as = 64601 then bgp_med = 50;")


def preference(lab):
    for router in ("west", "core"):
        lab.tune(router, "if peer_as = 64601 then { bgp_med = 50; bgp_local_pref = 200; }")


# (step, what is done, how, who has the better cards then)
STEPS = (
    ("", "west is further away: IGP metric 20, east 10", lambda lab: cost(lab, 20), "london"),
    ("7 router id", "same metric; west's id is lower", lambda lab: cost(lab, 10), "tokyo"),
    ("6 IGP metric", "the way to west costs 20", lambda lab: cost(lab, 20), "london"),
    ("5 eBGP over iBGP", "core meets asia itself", lambda lab: own_session(lab, "enable"), "tokyo"),
    ("4 MED", "Tokyo's paths get MED 50", med, "london"),
    ("3 origin", "London's path becomes INCOMPLETE",
     lambda lab: lab.tune("east", "if peer_as = 64602 then bgp_origin = ORIGIN_INCOMPLETE;"), "tokyo"),
    ("2 AS path", "asia prepends itself once",
     lambda lab: lab.tune("asia", "", "if peer_as = 64603 then bgp_path.prepend(64601);"), "london"),
    ("1 local preference", "Tokyo's paths get 200", preference, "tokyo"),
)
INSTANCE = {"tokyo": "tyo1", "london": "lon1"}


def play(lab, score):
    score.head("step", "what is done", "core's best path", "New York is answered by")
    lab.tune("newyork", "", "if peer_as = 64603 then { " + "bgp_path.prepend(64514); " * 4 + "}")
    moves = 0
    for step, words, act, winner in STEPS:
        act(lab)
        ending = TOKYO if winner == "tokyo" else LONDON
        wait_for(lambda ending=ending: lab.best("core").endswith(ending), f"{step or 'the start'}: core prefers {winner}")
        found = lab.wait_region("newyork", INSTANCE[winner])
        score.row(step, words, lab.best("core"), found)
        moves += 1 if step else 0
    score.equal(moves, 7, "steps that moved the catchment")
    score.line = "7 of 7 steps moved New York's clients"


def undo(lab):
    own_session(lab, "disable")
    cost(lab, 10)
    lab.untune("newyork", "west", "core", "east", "asia")
