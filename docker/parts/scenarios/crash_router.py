# SPDX-License-Identifier: BSD-2-Clause
"""London's router loses power: nobody says good-bye.

Its cables go dead, so no TCP session closes: only the hold time tells its neighbor, nine seconds here, ninety or more by
default elsewhere. Then the same with BFD, which misses three packets of 100 ms.
"""
import time

from lab import Probe
from scenarios.tools import answered


def crash(lab, seconds):
    probe = Probe(lab, "london", "-i", "5ms", "-D", f"{seconds}s", "-w", "500ms")
    time.sleep(1)
    lab.cut_power("london")
    series = probe.end()
    lab.place.start("london")
    return series


def play(lab, score):
    score.head("detected by", "London is answered by", "asked", "lost", "outage")
    outages = []
    for words, options, seconds, limit in (("hold time 9 s", "", 14, 12000), ("BFD, 3 x 100 ms", "bfd on;", 5, 2000)):
        for router, peer in (("europe", "london"), ("london", "europe")):
            lab.session(router, peer, options)
        if options:
            lab.wait_bfd("europe", 2)
        series = crash(lab, seconds)
        outages.append(series["longest_outage"]["ms"])
        score.row(words, " ".join(answered(series)), series["asked"], series["lost"], f"{outages[-1]:.0f} ms")
        score.check(len(answered(series)) > 1, f"{words}: nobody else answered")
        score.check(outages[-1] < limit, f"{words}: {outages[-1]:.0f} ms")
        lab.settle()
    score.check(outages[1] < outages[0] / 3, "BFD is much faster")
    score.line = f"answered elsewhere after {outages[0] / 1000:.1f} s by the hold time, {outages[1]:.0f} ms with BFD"


def undo(lab):
    for router, peer in (("europe", "london"), ("london", "europe")):
        lab.session(router, peer)
