# SPDX-License-Identifier: BSD-2-Clause
"""Two instances in one PoP share the flows; one dies.

New York's router has two equal routes and hashes ports: 200 source ports reach both instances, one source port always
the same one. Then nyc2 is killed under load, and comes back.
"""
import time

from lab import Probe
from scenarios.tools import answered, share


def shares(series):
    return f"{share(series, 'nyc1'):.0%}", f"{share(series, 'nyc2'):.0%}"


def play(lab, score):
    score.head("", "nyc1", "nyc2", "asked", "lost")
    series = lab.measure("newyork", "-S", "200", "-n", "2000", "-i", "1ms")
    score.row("200 source ports", *shares(series), series["asked"], series["lost"])
    first = share(series, "nyc1")
    score.check(0.25 <= first <= 0.75, f"both have their share, not {first:.0%}")
    score.equal(series["lost"], 0, "queries lost")
    one = lab.measure("newyork", "-S", "1", "-n", "100", "-i", "1ms")
    score.row("one source port", *shares(one), one["asked"], one["lost"])
    score.equal(len(answered(one)), 1, "instances that one flow reaches")
    probe = Probe(lab, "newyork", "-S", "200", "-i", "1ms", "-D", "4s", "-w", "500ms")
    time.sleep(1.5)
    lab.place.kill("nyc2")
    killed = probe.end()
    score.row("nyc2 killed", *shares(killed), killed["asked"], killed["lost"])
    score.check(killed["lost"] < killed["asked"] / 10, f"{killed['lost']} queries lost")
    alone = lab.measure("newyork", "-S", "200", "-n", "1000", "-i", "1ms")
    score.row("afterwards", *shares(alone), alone["asked"], alone["lost"])
    score.equal(answered(alone), ["nyc1"], "who answers afterwards")
    score.equal(alone["lost"], 0, "queries lost afterwards")
    score.line = f"{first:.0%} and {1 - first:.0%} of 200 flows; {killed['lost']} of {killed['asked']} lost when one dies"


def undo(lab):
    lab.place.start("nyc2")
    lab.wait_state("nyc2", "up")
