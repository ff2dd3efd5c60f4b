# SPDX-License-Identifier: BSD-2-Clause
"""Prepending moves traffic away, until somebody's local preference says otherwise.

London's router makes its path longer, one AS at a time. Then Europe prefers its customers, as networks do that are paid
for traffic: the length of the path is not even looked at.
"""


def prepends(count):
    return "if peer_as = 64602 then { " + "bgp_path.prepend(64513); " * count + "}" if count else ""


def play(lab, score):
    score.head("London prepends", "Europe's policy", "Europe's best path", "London is answered by")
    for count, instance in ((0, "lon1"), (2, None), (4, None)):
        lab.tune("london", "", prepends(count))
        others = ("tyo1", "nyc1", "nyc2")
        found = lab.wait_region("london", *((instance,) if instance else others))
        score.row(count, "none", lab.best("europe"), found)
    lab.tune("europe", "if peer_as = 64513 then bgp_local_pref = 200;")
    score.row(4, "customers first", lab.wait_region("london", "lon1") and lab.best("europe"), lab.ask("london"))
    score.check("64513 64513 64513 64513 64513 65053" in lab.best("europe"), "the long path is the best one")
    score.line = "2 prepends move London's clients; local preference brings them back over a path of 6"


def undo(lab):
    lab.untune("london", "europe")
