# SPDX-License-Identifier: BSD-2-Clause
"""Every region reaches its own PoP.

One address, three answers: each region's transit has a shorter AS path to the PoP beside it. Nothing fails; this is
how it looks when all is well.
"""
from topology import INSTANCES, REGIONS
from scenarios.tools import answered


def play(lab, score):
    score.head("region", "instance", "median", "AS path of its transit")
    met = []
    transits = {"tokyo": "asia", "london": "europe", "newyork": "core"}
    for region in REGIONS:
        # A new source port for each: where a router spreads flows over two instances, both are met.
        series = lab.measure(region, "-n", "200", "-i", "5ms")
        names = answered(series)
        score.row(region, " ".join(names), f"{series['rtt_ms']['p50']:.2f} ms", lab.best(transits[region]))
        own = {name for name, where in INSTANCES.items() if where == region}
        score.check(set(names) == own, f"{region} is answered by {names}, not by {own}")
        met.append(f"{region}: {' and '.join(sorted(own))}")
        score.equal(series["lost"], 0, f"queries lost from {region}")
    score.line = ", ".join(met)


def undo(lab):
    pass
