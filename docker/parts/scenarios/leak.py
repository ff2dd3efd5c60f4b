# SPDX-License-Identifier: BSD-2-Clause
"""A customer of two providers tells one what it heard from the other.

AS 64700 leaks Tokyo's route from Asia to Europe, and Europe prefers what customers announce, as most networks do: London's
clients go to Tokyo through a customer's line. Stopped in two ways: Asia marks what it tells customers NO_EXPORT; and
BGP roles (RFC 9234), by which Asia marks the route with "only to customers", and Europe knows that a customer
has no business passing that on.
"""
from base import say

EUROPE = "10.53.0.2"
CUSTOMERS = "if peer_as = 64700 then bgp_local_pref = 200;"


def leak(lab, on):
    say("  customer: it announces to Europe " + ("everything it has" if on else "nothing"))
    lab.vtysh("configure terminal", f"no route-map out-{EUROPE} {'deny' if on else 'permit'} 10",
              f"route-map out-{EUROPE} {'permit' if on else 'deny'} 10", "end", f"clear bgp ipv4 unicast {EUROPE} soft out")


def roles(lab, line):
    for router in ("asia", "europe"):
        lab.session(router, "customer", line)


def play(lab, score):
    score.head("", "Europe's best path", "London is answered by")

    def row(words, instance):
        found = lab.wait_region("london", instance)
        score.row(words, lab.best("europe"), found)

    lab.tune("europe", CUSTOMERS)
    row("before", "lon1")
    leak(lab, True)
    row("AS 64700 leaks", "tyo1")
    score.check(lab.best("europe").startswith("64700 64601"), "the path goes through the customer")
    lab.tune("asia", "", "if peer_as = 64700 then bgp_community.add((65535, 65281));")
    row("Asia says NO_EXPORT", "lon1")
    lab.untune("asia")
    row("without it again", "tyo1")
    roles(lab, "local role provider;")
    row("Asia and Europe have roles", "lon1")
    lab.wait_session("europe", "customer4")
    row("the session with AS 64700 is up", "lon1")
    score.line = "the leak takes London's clients to tyo1; NO_EXPORT stops it, and so do roles"


def undo(lab):
    leak(lab, False)
    roles(lab, "")
    lab.untune("asia", "europe")
