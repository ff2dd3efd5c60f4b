# SPDX-License-Identifier: BSD-2-Clause
"""What an answer says, apart from how it is said; and what it should have said.

Two answers are the same when their Keys are: rcode, AA, the answer section, and of the authority
section all but the NS RRset of the zone itself, which RFC 2181 6.1 and everybody since leave to
taste. Additional data is judged by itself: glue that must be there is (RFC 9471), addresses of
what was asked for are where there is room, and nothing is there that is not in the zones.

Denials must be equal too, record by record: each server picks the same NSEC and NSEC3, for RFC 4035
3.1.3 and RFC 5155 7.2 leave no choice. NSD alone adds one that is not needed, now and then.

What should be said is what two of the three references say, or what a ruling says (rulings.py).
"""

from typing import NamedTuple

from message import (A, AAAA, CNAME, DNAME, DS, HTTPS, MX, NS, NSEC, NSEC3, RRSIG, SOA, SRV,
                     SVCB, is_below, labels_of, parent)

CHAIN_MAX = 16  # CNAMEs in an answer of anyns


class Key(NamedTuple):
    rcode: int
    aa: bool
    answer: frozenset
    authority: frozenset


def covered(record):
    """The type a record stands for: an RRSIG's is the one it covers."""
    return int.from_bytes(record.rdata[:2], 'big') if record.type == RRSIG else record.type


class World:
    """The zones that the servers serve together."""

    def __init__(self, zones):
        self.zones = {zone.apex: zone for zone in zones}

    def zone_of(self, name, rrtype=0):
        """The closest enclosing zone, or None; of DS at an apex the parent (RFC 4035 3.1.4.1)."""
        name = name.lower()
        if rrtype == DS and name in self.zones and labels_of(name):
            above = self.zone_of(parent(name))
            if above:
                return above
        while name not in self.zones:
            if not labels_of(name):
                return None
            name = parent(name)
        return self.zones[name]

    def key(self, m):
        authority = frozenset(r for r in m.authority
                              if covered(r) != NS or r.owner not in self.zones)
        return Key(m.rcode, m.aa, m.answer, authority)

    def addresses(self, name):
        zone = self.zone_of(name)
        return zone.addresses.get(name, set()) if zone else set()


def chain(name, answer):
    """The names that the CNAMEs of an answer lead through, `name` first, and whether they loop."""
    targets = {r.owner: r.rdata for r in answer if r.type == CNAME}
    names = [name.lower()]
    while names[-1] in targets:
        if targets[names[-1]] in names:
            return names, True
        names.append(targets[names[-1]])
    return names, False


def first_leg(answer, names, count):
    """Of an answer only what belongs to the first `count` CNAMEs of the chain."""
    owners = set(names[:count])
    dnames = {r.owner for r in answer if r.type == DNAME}
    owners |= {d for d in dnames if any(is_below(n, d) and n != d for n in names[:count])}
    return frozenset(r for r in answer if r.owner in owners and covered(r) in (CNAME, DNAME))


def leaves_zone(world, question, m):
    """Where a chain enters another served zone: (place, names of the chain); or None."""
    if question.type == CNAME:
        return None  # the CNAME is the answer, one made from a DNAME too
    names, _ = chain(question.name, m.answer)
    for place in range(1, len(names)):
        there = world.zone_of(names[place], question.type)
        if there is not world.zone_of(names[place - 1], question.type if place == 1 else 0):
            return (place, names) if there else None
    return None


def join_legs(world, first, question, crossing, rest):
    """The answer of one that follows: the first leg, then all that the second question gives."""
    place, names = crossing
    proofs = frozenset(r for r in world.key(first).authority if covered(r) in (NSEC, NSEC3))
    return Key(rest.rcode, first.aa, first_leg(first.answer, names, place) | rest.answer,
               proofs | rest.authority)


def agreed(keys):
    """The key that at least two of three have, or None."""
    for n, key in enumerate(keys):
        if key is not None and keys.count(key) > 1:
            return key
    return None


def targets_of(records):
    """The names that records of types with additional data point to."""
    result = set()
    for r in records:
        skip = {NS: 0, MX: 2, SRV: 6, SVCB: 2, HTTPS: 2}.get(r.type)
        if skip is None:
            continue
        rest = r.rdata[skip:]
        if r.type in (SVCB, HTTPS):
            end = 0
            while rest[end]:
                end += 1 + rest[end]
            rest = rest[:end + 1]
            if rest == b'\0':
                rest = r.owner  # RFC 9460 2.5.2
        result.add(rest)
    return result


def required_glue(world, m):
    """Addresses a referral must carry: of name servers inside the delegated zone, RFC 9471 3.1."""
    if any(r.type == SOA for r in m.authority):
        return frozenset()
    glue = set()
    for r in m.authority:
        if r.type == NS and r.owner not in world.zones and is_below(r.rdata, r.owner):
            glue |= world.addresses(r.rdata)
    return frozenset(glue)


def limit_of(question, size):
    """Bytes that a UDP answer may have."""
    return min(max(question.edns, 512), size) if question.edns else 512


def header_faults(question, m, wire):
    """What is wrong with an answer's header, question or OPT, as text."""
    faults = []
    # RD is copied (RFC 1035 4.1.1), QR is set; RA, Z, AD and CD are clear (RFC 4035 3.1.6).
    expected = 0x8000 | question.flags & 0x0100
    if m.flags & ~0x0600 & ~15 != expected:
        faults.append('flags %04x' % m.flags)
    if m.question != wire[12:12 + len(question.name) + 4]:
        faults.append('question differs, its case counts too')
    if bool(m.edns) != bool(question.edns):
        faults.append('OPT missing' if question.edns else 'OPT uncalled for')
    elif m.edns and (m.edns.version or m.edns.do != question.do):
        faults.append('OPT version or DO')  # RFC 6891 6.1.3, RFC 3225 3
    if m.doubled:
        faults.append('a record twice in a section')
    return faults


def extra_faults(world, known, question, m, whole, refs):
    """What is wrong with the additional section, as (what, records). `whole`: all had room."""
    faults = []
    glue = required_glue(world, m) - m.additional
    if glue:
        faults.append(('glue missing', glue))
    strange = {r for r in m.additional if r not in known and r not in world.addresses(r.owner)}
    strange |= {r for r in m.authority if covered(r) == NS and r not in known}
    if strange:
        faults.append(('records that nobody knows', strange))
    if whole:
        wanted = targets_of(m.answer) | targets_of(r for r in m.authority
                                                   if r.owner not in world.zones)
        counts = {}
        for ref in refs:
            for r in ref.additional:
                # Addresses that a wildcard would make are left to taste.
                if r.owner in wanted and r in world.addresses(r.owner):
                    counts[r] = counts.get(r, 0) + 1
        missing = {r for r, n in counts.items() if n > 1} - m.additional - m.answer
        if missing:
            faults.append(('additional data missing', missing))
    return faults
