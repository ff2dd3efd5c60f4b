# SPDX-License-Identifier: BSD-2-Clause
"""Every region reaches its own PoP.

One address, three answers: each region's transit has a shorter AS path to the PoP beside it. Nothing fails; this is
how it looks when all is well.
"""
from topology import INSTANCES, REGIONS
from scenarios.tools import answered


def play(lab, score):
    score.head("region", "instance", "median", "AS path of its transit")
    transits = {"tokyo": "asia", "london": "europe", "newyork": "core"}
    for region in REGIONS:
        series = lab.measure(region, "-n", "50", "-i", "10ms")
        names = answered(series)
        score.row(region, " ".join(names), f"{series['rtt_ms']['p50']:.2f} ms", lab.best(transits[region]))
        score.check({INSTANCES.get(name) for name in names} == {region}, f"{region} is answered by {names}")
        score.equal(series["lost"], 0, f"queries lost from {region}")
    score.line = "tokyo: tyo1, london: lon1, newyork: nyc1 and nyc2"


def undo(lab):
    pass
