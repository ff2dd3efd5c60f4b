# SPDX-License-Identifier: BSD-2-Clause
"""Route-flap damping punishes who flaps; an instance that is held down does not flap.

The service address in Tokyo comes and goes once a second for some seconds. The gate withdraws at once, and
announces again only after its hold-down. Beside it a gate without hold-down: a script that announces 198.51.100.0/24
whenever the address is there, and withdraws when it is not. A customer's router, FRR with `bgp dampening`, watches both.
"""
import re
import time

from base import wait_for

ROUTER = "10.53.1.2"
FLAPS = 6
# To the customer, only what is Tokyo's own.
OWN = "if peer_as = 64700 then { if source = RTS_BGP && bgp_path.first != 65053 then reject; } " \
      "else if source = RTS_STATIC then reject;"


# Half-life 1 minute; reuse below 750, suppress above 2000, for 4 minutes at most. FRR's own are 15 minutes and an hour.
DAMPING = "bgp dampening 1 750 2000 4"


def meet(lab, on):
    lab.birdc("tokyo", "enable" if on else "disable", "customer4")
    no = "no " if on else ""
    lab.vtysh("configure terminal", "router bgp 64700", f"{no}neighbor {ROUTER} shutdown", "address-family ipv4 unicast",
              DAMPING if on else f"no {DAMPING}", "end")


def seen(lab, prefix):
    """(penalty, flaps, suppressed) of Tokyo's path to a prefix."""
    text = lab.vtysh(f"show bgp ipv4 unicast {prefix}")
    part = next((part for part in re.split(r"\n(?=  \d)", text) if f"from {ROUTER} " in part), "")
    found = re.search(r"penalty (\d+), flapped (\d+)", part)
    penalty, flaps = (int(found.group(1)), int(found.group(2))) if found else (0, 0)
    return penalty, flaps, "suppressed" in part, bool(part)


def oscillate(lab):
    for _ in range(FLAPS):
        lab.inside("tyo1-net", "ip", "address", "del", "192.0.2.53/32", "dev", "lo")
        lab.birdc("tokyo", "disable", "static4")
        time.sleep(0.5)
        lab.inside("tyo1-net", "ip", "address", "add", "192.0.2.53/32", "dev", "lo")
        lab.birdc("tokyo", "enable", "static4")
        time.sleep(0.5)


def play(lab, score):
    score.head("announced by", "withdrawn", "penalty", "damped", "usable again after the last flap")
    lab.tune("tokyo", "", OWN)
    lab.birdc("tokyo", "enable", "static4")
    meet(lab, True)
    wait_for(lambda: all(seen(lab, prefix)[3] for prefix in ("192.0.2.0/24", "198.51.100.0/24")), "FRR hears Tokyo")
    oscillate(lab)
    end = time.monotonic()
    gate, naive = seen(lab, "192.0.2.0/24"), seen(lab, "198.51.100.0/24")
    score.check(naive[2], f"the route without hold-down is suppressed (penalty {naive[0]})")
    lab.wait_state("tyo1", "up")
    wait_for(lambda: seen(lab, "192.0.2.0/24")[3] and not seen(lab, "192.0.2.0/24")[2], "FRR uses Tokyo's route again")
    back = time.monotonic() - end
    later = seen(lab, "198.51.100.0/24")
    score.check(not gate[2], "the gate's route is not suppressed")
    score.check(gate[1] <= 2, f"the gate withdrew {gate[1]} times in {FLAPS} flaps")
    score.check(later[2], "the other one still is")
    score.row("the gate, hold-down 10 s", f"{gate[1]} of {FLAPS}", gate[0], "no", f"{back:.0f} s")
    score.row("no hold-down", f"{naive[1]} of {FLAPS}", naive[0], "yes", f"not after {back:.0f} s, still suppressed")
    score.line = f"{FLAPS} flaps: the gate withdraws {gate[1]} times and is not damped; without hold-down it is"


def undo(lab):
    lab.birdc("tokyo", "disable", "static4")
    meet(lab, False)
    lab.untune("tokyo")
    lab.inside("tyo1-net", "ip", "address", "replace", "192.0.2.53/32", "dev", "lo")
    lab.wait_state("tyo1", "up")
