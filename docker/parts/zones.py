# SPDX-License-Identifier: BSD-2-Clause
"""The zones of the lab: the owner's, signed by a key made now, and the rogue's, which nobody signed."""
import re
import shutil

from base import Trouble

NAME = "any.example"


def make(place, here, state):
    """Below state/zones: good/, evil/, and `anchor`, the public key as delv(1) wants it."""
    folder = state / "zones"
    for kind in ("good", "evil"):
        (folder / kind).mkdir(parents=True)
    shutil.copy(here / "parts/zones/evil.zone", folder / "evil" / f"{NAME}.zone")
    shutil.copy(here / "parts/zones/good.zone", folder / "unsigned")
    place.tool(folder, "dnssec-keygen", "-q", "-a", "ECDSAP256SHA256", "-f", "KSK", NAME)
    # One key for everything, good for longer than any lab is up.
    place.tool(folder, "dnssec-signzone", "-q", "-S", "-z", "-o", NAME, "-e", "now+31536000",
               "-f", f"good/{NAME}.zone", "unsigned")
    key = next(folder.glob("K*.key"), None)
    found = key and re.search(r"DNSKEY\s+(\d+) (\d+) (\d+) (.*)", key.read_text(encoding="ascii"))
    if not found:
        raise Trouble("dnssec-keygen made no key")
    flags, protocol, algorithm, text = found.groups()
    (folder / "anchor").write_text(f'trust-anchors {{ {NAME}. static-key {flags} {protocol} {algorithm} "{text}"; }};\n',
                                   encoding="ascii")
