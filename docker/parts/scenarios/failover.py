# SPDX-License-Identifier: BSD-2-Clause
"""An instance is killed: how many queries are lost, and how long until the last region answers again.

Every region asks a thousand times a second while Tokyo's instance is killed with SIGKILL, announcer and all. Its TCP
session closes, its router withdraws, and Tokyo's queries go to another PoP.
"""
import time

from lab import Probe
from scenarios.tools import answered
from topology import REGIONS


def play(lab, score):
    score.head("region", "before", "answered by", "asked", "lost", "longest outage")
    before = lab.catchment()
    probes = {region: Probe(lab, region, "-i", "1ms", "-D", "5s", "-w", "500ms") for region in REGIONS}
    time.sleep(2)
    lab.place.kill("tyo1")
    results = {region: probe.end() for region, probe in probes.items()}
    after = lab.catchment()
    for region, series in results.items():
        score.row(region, before[region], " ".join(answered(series)), series["asked"], series["lost"],
                  f"{series['longest_outage']['ms']:.0f} ms" if series["lost"] else "-")
    lost = sum(series["lost"] for series in results.values())
    longest = max(series["longest_outage"]["ms"] if series["lost"] else 0 for series in results.values())
    score.check(after["tokyo"] not in ("tyo1", "-"), f"Tokyo is answered elsewhere ({after['tokyo']})")
    score.check(after["london"] == before["london"], "London did not notice")
    score.check(all(results[region]["lost"] == 0 for region in ("london", "newyork")), "only Tokyo lost queries")
    score.check(longest < 2000, f"answered again within 2 s, not {longest:.0f} ms")
    score.line = f"{lost} queries lost of {sum(series['asked'] for series in results.values())}; " \
                 f"the last region answers again after {longest:.0f} ms"


def undo(lab):
    lab.place.start("tyo1")
    lab.wait_state("tyo1", "up")
