# SPDX-License-Identifier: BSD-2-Clause
"""Where the references disagree, or two of them are not followed: which is right, and by which RFC.

A ruling applies to a case, which knows the question, the references' messages and keys by name, and
`followed`, the answer joined over all served zones. It accepts or refuses the key of an answer.
Rulings are tried in order; the first that applies decides. Every one is counted.
"""

from typing import Callable, NamedTuple

from judge import CHAIN_MAX, chain, covered, first_leg
from message import ANY, CNAME, DNAME, NSEC, NSEC3, RRSIG, is_below

SERVFAIL = 2
META = (0, 41, 128, 248, 249, 250, 253, 254)  # types that are no data, or not any more


class Ruling(NamedTuple):
    name: str
    right: str      # who is right
    why: str
    applies: Callable
    accepts: Callable


def any_applies(case):
    return case.question.type == ANY and any(k and k.answer for k in case.keys.values())


def one_set_of(case, template, key):
    """Whether `key` is `template` with one RRset left at the last name of its chain."""
    names, _ = chain(case.question.name, template.answer)
    last = names[-1]
    links = frozenset(r for r in template.answer
                      if r.owner != last and covered(r) in (CNAME, DNAME))
    given = key.answer - links
    if key.rcode != template.rcode or key.aa != template.aa or links - key.answer:
        return False
    if not given:
        return not template.answer - links
    types = {covered(r) for r in given}
    pool = case.whole_sets(last)
    if len(types) != 1 or {r.owner for r in given} != {last}:
        return False
    whole = {r for r in pool if covered(r) in types and (case.question.do or r.type != RRSIG)}
    return given == whole


def any_accepts(case, key):
    templates = [k for k in case.keys.values() if k]
    if case.followed:
        templates.append(case.followed)
    # Any one of the references' authority sections will do, for each has another RRset above it.
    return any(one_set_of(case, t, key) and (key.authority == t.authority) for t in templates)


def longest(case):
    """The answer that follows a chain farthest, and the number of its CNAMEs."""
    keys = [key for key in (case.followed, *case.keys.values()) if key]
    key = max(keys, key=lambda key: len(links_of(key)))
    return key, len(links_of(key))


def links_of(key):
    return [r for r in key.answer if r.type == CNAME]


def long_chain_applies(case):
    links = longest(case)[1]
    return links > CHAIN_MAX or links > 5 and case.agreed is None


def long_chain_accepts(case, key):
    """The whole chain up to CHAIN_MAX links; no more than those of a longer one."""
    full, links = longest(case)
    names, _ = chain(case.question.name, full.answer)
    if full.rcode == SERVFAIL:  # only BIND followed, and gave up
        return key.rcode == 0 and full.answer <= key.answer and links <= len(links_of(key))
    if links < CHAIN_MAX:
        return key == full
    proofs = frozenset(r for r in full.authority if covered(r) in (NSEC, NSEC3))
    start = first_leg(full.answer, names, CHAIN_MAX)
    return key.rcode == 0 and key.aa and key.answer == start and key.authority <= proofs


def growing_applies(case):
    """Whether a DNAME leads below itself."""
    return any(r.type == DNAME and r.rdata != r.owner and is_below(r.rdata, r.owner)
               for m in case.messages.values() if m for r in m.answer)


RULINGS = [
    Ruling('growing', 'BIND',
           'RFC 6672 5.3.1: a DNAME that leads below itself is legal, and followed to the bound '
           'that every server has; NSD stops at the first round, Knot and BIND at theirs.',
           growing_applies,
           lambda case, key: key.rcode == 0 and longest(case)[0].answer <= key.answer and
           longest(case)[1] <= len(links_of(key)) <= CHAIN_MAX),
    Ruling('any', 'anyns',
           'RFC 8482 4.1: one RRset answers ANY. BIND gives all, NSD and Knot one each.',
           any_applies, any_accepts),
    Ruling('meta', 'BIND',
           'RFC 6895 3.1: OPT, TKEY and TSIG are meta-types, not data: FORMERR; MAILA and MAILB '
           'are obsolete (RFC 1035 3.2.3): NOTIMP. NSD and Knot look for such data.',
           lambda case: case.question.type in META,
           lambda case, key: key in (*case.keys.values(), case.followed)),
    Ruling('long-chain', 'NSD',
           'RFC 1034 3.6.2: chains are followed, and need a bound; it may be any. Knot stops after '
           '5 CNAMEs, BIND after 12 with SERVFAIL, NSD not at all, anyns after %d, and the '
           'resolver asks on from the last.' % CHAIN_MAX,
           long_chain_applies, long_chain_accepts),
    Ruling('other-zone', 'NSD',
           'RFC 1034 4.3.2 step 3a: a CNAME goes back to step 1, which looks for the nearest of '
           'all zones. BIND and Knot stay in the first zone; Knot even refers to a zone that it '
           'serves itself.',
           lambda case: case.followed is not None,
           lambda case, key: key == case.followed),
    Ruling('loop', 'BIND, but for SERVFAIL',
           'RFC 1034 3.6.2: a CNAME loop is an error of the data, the answer is what there is of '
           'it with NOERROR. Knot leaves out the proof of a wildcard (RFC 4035 3.1.3.3) in some. '
           'Of NSEC3 as the type, see nsec3-at-cname.',
           lambda case: case.agreed is None and case.keys['bind'] and
           chain(case.question.name, case.keys['bind'].answer)[1],
           lambda case, key: key == case.keys['bind']._replace(rcode=0)),
    Ruling('nsec-at-cname', 'NSD or BIND',
           'RFC 1034 3.6.2 restarts for every type but CNAME; RFC 4035 2.5 lets NSEC and RRSIG '
           'stand beside it. For such a type that is not there, both are sound.',
           lambda case: case.question.type in (NSEC, RRSIG) and
           any(r.type == CNAME for m in case.messages.values() for r in m.answer),
           lambda case, key: key in case.keys.values() or long_chain_accepts(case, key)),
    Ruling('nsec3-at-cname', 'BIND',
           "RFC 5155 3: NSEC3 never stands at a CNAME's own name, so the CNAME is followed; NSD "
           'takes it for NSEC. Knot leaves out the proof of a wildcard (RFC 5155 7.2.6) when the '
           'question itself has an asterisk.',
           lambda case: case.agreed is None and case.question.type == NSEC3 and
           any(r.type == CNAME for m in case.messages.values() for r in m.answer),
           lambda case, key: key == case.keys['bind']),
    Ruling('wildcard-dname', 'BIND',
           'RFC 6672 3.3: to questions below it, the owner *.wdname of a DNAME is a name as any '
           'other. Knot writes the name asked for into the owner, NSD leaves out the proof that '
           'the target does not exist.',
           lambda case: case.agreed is None and case.zone.source == 'odd.zone',
           lambda case, key: key == case.keys['bind']),
    Ruling('wildcard-ns', 'nobody',
           'RFC 4592 4.2 leaves NS at a wildcard undefined; BIND refuses the zone.',
           lambda case: case.agreed is None and case.zone.source == 'loose.zone',
           lambda case, key: key in (case.keys['nsd'], case.keys['knot'])),
]
