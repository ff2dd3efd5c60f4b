# SPDX-License-Identifier: BSD-2-Clause
"""London is drained and stopped under load: not one query is lost.

`anyns drain` announces GRACEFUL_SHUTDOWN first, at which routers prefer everybody else; then it withdraws, and goes on
answering until no queries come any more. Only then the process ends.
"""
import time

from lab import Probe
from scenarios.tools import answered

QUERIES = 100000


def play(lab, score):
    score.head("region", "asked", "lost", "answered by")
    probes = {region: Probe(lab, region, "-n", str(count), "-i", interval, "-w", "2s")
              for region, count, interval in (("london", QUERIES, "130us"), ("tokyo", 2000, "5ms"), ("newyork", 2000, "5ms"))}
    time.sleep(1)
    lab.anyns("lon1", "drain")
    lab.wait_state("lon1", "drained")
    running = probes["london"].process.poll() is None
    lab.place.stop("lon1")
    results = {region: probe.end() for region, probe in probes.items()}
    for region, series in results.items():
        score.row(region, series["asked"], series["lost"], " ".join(answered(series)))
        score.equal(series["lost"], 0, f"queries lost from {region}")
    score.check(running, "the load lasted until the end")
    score.check(results["london"]["asked"] >= QUERIES, "enough queries")
    score.check(len(answered(results["london"])) > 1, "London's queries went elsewhere")
    score.line = f"{results['london']['lost']} queries lost of {results['london']['asked']}"


def undo(lab):
    lab.place.start("lon1")
    lab.wait_state("lon1", "up")
