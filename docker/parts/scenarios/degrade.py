# SPDX-License-Identifier: BSD-2-Clause
"""A bad zone file reaches London: it goes on serving the good version and becomes the second choice.

The file breaks and London reloads. What it serves is right but will be stale: a soft fault, so it does not withdraw but
prepends three times, and Europe prefers another PoP. The file is mended, London reloads, and is first again.
"""

def own(lab):
    return next((path for path in lab.paths("london") if path.startswith("65053")), "-")


def play(lab, score):
    score.head("", "path of London's instance", "London is answered by")
    zone = lab.state / "zones" / "good" / "any.example.zone"
    good = zone.read_text(encoding="ascii")
    score.row("before", own(lab), lab.ask("london"))
    try:
        zone.write_text(good + "oops A not.an.address\n", encoding="ascii")
        lab.anyns("lon1", "reload", check=False)
        found = lab.wait_region("london", "tyo1", "nyc1", "nyc2")
        score.row("bad zone", own(lab), found)
        direct = lab.inside("lon1-net", "dig", "+short", "+time=1", "@192.0.2.53", "www.any.example", "A").stdout.strip()
        score.equal(direct, "198.51.100.80", "what London itself answers meanwhile")
        score.check(any(entry["state"] == "degraded" for entry in lab.prefixes("lon1")), "London says it is degraded")
    finally:
        zone.write_text(good, encoding="ascii")
    lab.anyns("lon1", "reload")
    # The gate wants half a minute without that fault, lest the routes swing.
    back = lab.wait_region("london", "lon1", limit=60)
    score.row("mended", own(lab), back)
    score.line = f"three prepends move London's clients to {found}; the mended zone brings them back"


def undo(lab):
    lab.anyns("lon1", "reload")
    lab.wait_state("lon1", "up")
