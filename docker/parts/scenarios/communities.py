# SPDX-License-Identifier: BSD-2-Clause
"""Communities: a PoP tells its provider what to do with the route.

NO_EXPORT keeps London a local node: Europe's clients use it, nobody else hears of it. 64602:80 is an offer of this
provider: set local preference 80, below everybody else's 100, which makes London a backup for Europe itself.
"""
from base import wait_for

OFFER = "if (64602, 80) ~ bgp_community then bgp_local_pref = 80;"


def tag(community):
    return f"if peer_as = 64602 then bgp_community.add({community});"


def heard(lab):
    """Whether America hears of London from Europe."""
    return "64602 64513 65053" in lab.paths("east")


def play(lab, score):
    score.head("London's route carries", "east hears of London", "London is answered by")
    lab.tune("europe", OFFER)
    score.row("nothing", "yes" if heard(lab) else "no", lab.ask("london"))
    score.check(heard(lab), "east hears of London")
    lab.tune("london", "", tag("(65535, 65281)"))
    wait_for(lambda: not heard(lab), "east no longer hears of London")
    score.row("NO_EXPORT", "no", lab.wait_region("london", "lon1"))
    lab.tune("london", "", tag("(64602, 80)"))
    found = lab.wait_region("london", "tyo1", "nyc1", "nyc2")
    score.row("64602:80", "yes" if heard(lab) else "no", found)
    score.line = f"NO_EXPORT keeps London local; 64602:80 makes it a backup, clients go to {found}"


def undo(lab):
    lab.untune("london", "europe")
