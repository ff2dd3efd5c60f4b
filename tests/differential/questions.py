# SPDX-License-Identifier: BSD-2-Clause
"""What is asked: every name of every zone and its surroundings, by type, DO, EDNS and transport.

The choice is random but repeatable: the same seed asks the same questions. Names and types that
exist are all asked; of the mutated ones a share that fills the zone's budget.
"""

import random
from typing import NamedTuple

from message import (A, AAAA, ANY, CNAME, DNAME, DNSKEY, DS, HTTPS, IN, MX, NS, NSEC, NSEC3,
                     NSEC3PARAM, RRSIG, SOA, SRV, TXT, join, labels_of, parent, query)

RD, CD, AD = 0x0100, 0x0010, 0x0020
# Types asked of every name, and those asked now and then.
COMMON = (A, NS, DS, TXT)
RARE = (AAAA, MX, SOA, CNAME, DNAME, DNSKEY, RRSIG, NSEC, NSEC3, NSEC3PARAM, SRV, HTTPS, ANY,
        59, 60, 63, 99, 65280, 65534)
META = (0, 41, 128, 248, 249, 250, 253, 254)
# Groups that serve the real root zone, and about how many questions: all of one, half of the other.
ROOTS = {'root': 1 << 20, 'signed-root': 16000}
ROOT_TYPES = (NS, A, AAAA, DS, SOA, DNSKEY, RRSIG, NSEC, TXT, ANY)


class Question(NamedTuple):
    group: str
    zone: str
    name: bytes
    type: int
    do: bool
    edns: int    # UDP size the client announces; 0: no OPT
    tcp: bool
    flags: int = 0
    klass: int = IN

    def wire(self):
        return query(0, self.name, self.type, self.klass, self.flags, self.edns, self.do)


def mixed_case(rng, name):
    """The name in random case, as resolvers with 0x20 send it."""
    labels = [bytes(rng.choice((c, c ^ 0x20)) if chr(c).isascii() and chr(c).isalpha() else c
                    for c in label) for label in labels_of(name)]
    return join(labels)


def around(rng, name):
    """Names near `name`: above, below, before and after it in canonical order, at random."""
    labels = labels_of(name)
    near = [
        [b'x'] + labels,
        [b'*'] + labels,
        [b'y', b'x'] + labels,
        [b'\0'] + labels,
        [b'r%d' % rng.randrange(1000)] + labels,
    ]
    if labels:
        head, tail = labels[0], labels[1:]
        near += [tail, [head + b'0'], [b'*'] + tail, [b'x'] + tail, [head[:-1]] + tail,
                 [head[:-1] + bytes([max(head[-1] - 1, 0)])] + tail, [head, b'*'] + tail,
                 [head + b'\0'] + tail, [b'\xff'] + tail, [head] + labels]
        near[6] = [head + b'0'] + tail
    result = []
    for candidate in near:
        if all(0 < len(label) < 64 for label in candidate):
            wire = join(candidate)
            if len(wire) <= 255:
                result.append(wire)
    return result


def variants(rng, question, rate):
    """The question with DO, EDNS size, transport, flags and case drawn; `rate`: share over TCP."""
    do = rng.random() < 0.6
    edns = rng.choice((1232, 1232, 1232, 4096, 512)) if do else rng.choice((0, 0, 1232, 4096))
    flags = rng.choice((0, 0, 0, RD, CD, AD, RD | CD | AD)) if rng.random() < 0.3 else 0
    name = mixed_case(rng, question.name) if rng.random() < 0.3 else question.name
    return question._replace(name=name, do=do, edns=edns, flags=flags, tcp=rng.random() < rate)


def both(question):
    """With DO and without, plain."""
    return [question, question._replace(do=True, edns=1232)]


def covered_names(zone):
    """Names that exist by a rule only: below wildcards, DNAMEs and cuts; with the ruler's types."""
    for owner, types in sorted(zone.names.items()):
        labels = labels_of(owner)
        near = []
        if labels[:1] == [b'*']:
            near = [prefix + labels[1:] for prefix in
                    ([b'foo'], [b'b', b'foo'], [b'*', b'foo'], [b'foo', b'*'], [b'x'])]
        if DNAME in types or NS in types and owner != zone.apex:
            near += [prefix + labels for prefix in
                     ([b'foo'], [b'www'], [b'b', b'foo'], [b'*'], [b'x', b'w'])]
        for name in map(join, near):
            if len(name) <= 255:
                yield name, types


def of_zone(rng, group, zone, budget):
    """Questions about one zone of the zoo."""
    base = Question(group.name, zone.origin, zone.apex, A, False, 0, False)
    names = sorted(set(zone.names) | zone.empty)
    questions = []
    for name in names + zone.long_names:
        types = sorted(set(COMMON) | zone.names.get(name, set())) + rng.sample(RARE, 2)
        for rrtype in types:
            for q in both(base._replace(name=name, type=rrtype)):
                questions.append(q._replace(tcp=rng.random() < 0.1))
    for name, own in covered_names(zone):
        types = {A, DS, CNAME, ANY, *own} - {NSEC}
        for rrtype in sorted(types | {rng.choice(RARE)}):
            if len(zone.names) < 300 or rng.random() < 0.5:
                questions += both(base._replace(name=name, type=rrtype))
    for rrtype in RARE + META + COMMON:
        questions += both(base._replace(type=rrtype))
        # The apex's parent side: another served zone, or nobody's name.
        questions += both(base._replace(name=parent(zone.apex) if labels_of(zone.apex)
                                        else zone.apex, type=rrtype))
    # Big answers: each size edge without EDNS and with every size, then over TCP.
    for name in names:
        if zone.grow and labels_of(name) and labels_of(name)[0][:1] in (b't', b'm', b'h', b'b'):
            for edns in (0, 512, 1232, 4096):
                for rrtype in sorted(zone.names.get(name, ()))[:2]:
                    questions.append(base._replace(name=name, type=rrtype, edns=edns))
                    questions.append(base._replace(name=name, type=rrtype, edns=edns or 1400,
                                                   do=True))
            questions.append(base._replace(name=name, type=ANY, tcp=True))
    while len(questions) < budget:
        name = rng.choice(rng.choice((names, sorted(zone.empty) or names)))
        for _ in range(rng.choice((1, 1, 2))):
            name = rng.choice(around(rng, name) or [name])
        rrtype = rng.choice(COMMON + COMMON + (AAAA, MX, CNAME) + RARE + META[:1])
        questions.append(variants(rng, base._replace(name=name, type=rrtype), 0.15))
    return questions


def of_root(rng, group, zone, budget):
    """All names with NS, every type, DO on and off; then names above, below and between."""
    base = Question(group.name, zone.origin, zone.apex, A, False, 0, False)
    owners = sorted(name for name, types in zone.names.items() if NS in types)
    questions = []
    for name in owners[::len(owners) * 2 * len(ROOT_TYPES) // budget + 1]:
        for rrtype in ROOT_TYPES:
            questions += both(base._replace(name=name, type=rrtype))
    names = sorted(set(zone.names) | zone.empty)
    for _ in range(min(budget, 20000) // 8):
        name = rng.choice(names)
        if rng.random() < 0.7:
            name = rng.choice(around(rng, name))
        rrtype = rng.choice(ROOT_TYPES + (CNAME, DNAME))
        questions.append(variants(rng, base._replace(name=name, type=rrtype), 0.2))
    return questions


def ask_all(groups, seed, quick):
    """All questions by group name."""
    rng = random.Random(seed)
    result = {}
    for group in groups:
        questions = []
        for zone in group.zones:
            if group.name in ROOTS:
                budget = 2000 if quick else ROOTS[group.name]
                questions += of_root(rng, group, zone, budget)
            else:
                budget = (3500 if zone.grow else 700) // (10 if quick else 1)
                found = of_zone(rng, group, zone, budget)
                questions += rng.sample(found, budget) if quick and len(found) > budget else found
        result[group.name] = questions
    return result
