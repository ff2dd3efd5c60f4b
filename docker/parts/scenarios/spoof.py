# SPDX-License-Identifier: BSD-2-Clause
"""A server with other content answers from our address: DNSSEC shows it.

The rogue of `hijack` serves any.example with addresses of its own. It may name itself as it likes in NSID; what it
cannot do is sign. A validating client (delv, with the zone's key) in each region asks for www.any.example.
"""
from scenarios.hijack import hijack
from topology import REGIONS


def validate(lab, region):
    """(address, what delv says of it)."""
    done = lab.inside(f"client-{region}", "delv", "-a", "/run/zones/anchor", "+root=any.example", "@192.0.2.53",
                      "www.any.example", "A", check=False)
    text = done.stdout + done.stderr
    address = next((line.split()[-1] for line in text.splitlines() if "\tA\t" in line), "-")
    for verdict in ("fully validated", "unsigned answer"):
        if f"; {verdict}" in text:
            return address, verdict
    return address, next((line.strip("; ") for line in text.splitlines() if "resolution failed" in line), "no answer")


def plain(lab, region):
    return lab.inside(f"client-{region}", "dig", "+short", "+time=1", "@192.0.2.53", "www.any.example", "A",
                      check=False).stdout.strip()


def play(lab, score):
    score.head("region", "instance", "www.any.example without DNSSEC", "validated")
    hijack(lab, "enable")
    lab.wait_region("newyork", "evil")
    for region in REGIONS:
        name, address = lab.ask(region), plain(lab, region)
        _, verdict = validate(lab, region)
        score.row(region, name, address, verdict)
        if region == "newyork":
            score.equal(address, "203.0.113.66", "the rogue's answer in New York")
            score.check(verdict != "fully validated", "the rogue's answer is no valid one")
        else:
            score.equal((address, verdict), ("198.51.100.80", "fully validated"), region)
    score.line = "the rogue's answer fails validation, the PoPs' answers pass"


def undo(lab):
    hijack(lab, "disable")
