# SPDX-License-Identifier: BSD-2-Clause
"""DNS messages as comparable values.

dnspython is exact but takes most of a second for a thousand root referrals, and a run reads a
quarter of a million messages. This reader makes of a message only what comparing needs: every
record is a tuple (owner, type, class, ttl, rdata) of plain bytes and numbers, names lower-case,
without compression.

Names inside rdata may be compressed only in the types of RFC 1035 (RFC 3597 section 4). A pointer
anywhere else is kept as it is, so a server that compresses there shows up as a difference.
"""

import struct
from typing import NamedTuple

A, NS, CNAME, SOA, PTR, MX, TXT, AAAA, SRV = 1, 2, 5, 6, 12, 15, 16, 28, 33
DNAME, OPT, DS, RRSIG, NSEC, DNSKEY, NSEC3, NSEC3PARAM = 39, 41, 43, 46, 47, 48, 50, 51
SVCB, HTTPS, ANY = 64, 65, 255
IN = 1

# Rdata layouts with names in them: N is a name, a number that many bytes; the rest is kept.
LAYOUTS = {
    NS: 'N', 3: 'N', 4: 'N', CNAME: 'N', SOA: 'NN', 7: 'N', 8: 'N', 9: 'N', PTR: 'N',
    14: 'NN', MX: '2N',
}
# Names that must not be compressed, yet compare without case (RFC 4034 6.2, RFC 6840 5.1).
PLAIN_LAYOUTS = {
    17: 'NN', 18: '2N', 21: '2N', SRV: '222N', 36: '2N', 26: '2NN', DNAME: 'N',
    RRSIG: '288N', NSEC: 'N', SVCB: '2N', HTTPS: '2N',
}


class Record(NamedTuple):
    owner: bytes
    type: int
    klass: int
    ttl: int
    rdata: bytes


class Edns(NamedTuple):
    version: int
    do: bool
    size: int
    options: bytes


class Message:
    __slots__ = ('id', 'flags', 'rcode', 'question', 'answer', 'authority', 'additional',
                 'edns', 'size', 'extra_sizes', 'doubled')

    aa = property(lambda self: bool(self.flags & 0x0400))
    tc = property(lambda self: bool(self.flags & 0x0200))


class Malformed(Exception):
    pass


def read_name(wire, at, memo):
    """The lower-case wire name at `at` and the offset behind it."""
    known = memo.get(at)
    if known:
        return known
    labels = []
    starts = []
    here = at
    while True:
        length = wire[here]
        if length == 0:
            here += 1
            tail = b'\0'
            break
        if length >= 0xC0:
            target = (length & 0x3F) << 8 | wire[here + 1]
            if target >= here:
                raise Malformed('pointer forward')
            here += 2
            tail = read_name(wire, target, memo)[0]
            break
        if length > 63:
            raise Malformed('label type')
        starts.append(here)
        labels.append(wire[here:here + 1 + length])
        here += 1 + length
    for start, label in zip(reversed(starts), reversed(labels)):
        tail = label.lower() + tail
        memo[start] = (tail, here)
    if len(tail) > 255:
        raise Malformed('name too long')
    memo[at] = (tail, here)
    return memo[at]


def lower_rdata(wire, at, size, layout, memo):
    """Rdata with its names decompressed and lower-case."""
    end = at + size
    parts = []
    for step in layout:
        if step == 'N':
            name, at = read_name(wire, at, memo)
            parts.append(name)
        else:
            parts.append(wire[at:at + int(step)])
            at += int(step)
    parts.append(wire[at:end])
    return b''.join(parts)


def normal_rdata(rrtype, wire, at, size, memo):
    layout = LAYOUTS.get(rrtype)
    if layout:
        return lower_rdata(wire, at, size, layout, memo)
    layout = PLAIN_LAYOUTS.get(rrtype)
    rdata = wire[at:at + size]
    if layout:
        try:
            return lower_rdata(rdata, 0, size, layout, {})
        except (Malformed, IndexError):
            return rdata
    return rdata


def parse(wire):
    """A Message; raises Malformed, IndexError or struct.error for anything that is none."""
    m = Message()
    m.id, m.flags, qd, an, ns, ar = struct.unpack_from('!6H', wire)
    m.size = len(wire)
    m.rcode = m.flags & 15
    m.edns = None
    memo = {}
    at = 12
    m.question = None
    if qd > 1:
        raise Malformed('several questions')
    if qd:
        end = read_name(wire, at, memo)[1] + 4
        m.question = wire[at:end]  # as sent: its case must come back (0x20)
        at = end
    sections = []
    m.extra_sizes = {}  # bytes that each record of the additional section takes
    for count in (an, ns, ar):
        records = []
        for _ in range(count):
            start = at
            owner, at = read_name(wire, at, memo)
            rrtype, klass, ttl, size = struct.unpack_from('!HHIH', wire, at)
            at += 10
            if at + size > len(wire):
                raise Malformed('rdata past the end')
            if rrtype == OPT:
                if m.edns or len(sections) < 2 or owner != b'\0':
                    raise Malformed('OPT')
                m.rcode |= ttl >> 24 << 4
                m.edns = Edns(ttl >> 16 & 255, bool(ttl & 0x8000), klass, wire[at:at + size])
            else:
                record = Record(owner, rrtype, klass, ttl,
                                normal_rdata(rrtype, wire, at, size, memo))
                records.append(record)
                if len(sections) == 2:
                    m.extra_sizes[record] = at + size - start
            at += size
        sections.append(records)
    if at != len(wire):
        raise Malformed('bytes behind the last record')
    m.answer, m.authority, m.additional = (frozenset(s) for s in sections)
    m.doubled = any(len(records) != len(set(records)) for records in sections)
    return m


def query(number, name, rrtype, klass=IN, flags=0, edns_size=0, do=False):
    """A query as wire bytes. edns_size 0: no OPT."""
    wire = struct.pack('!6H', number, flags, 1, 0, 0, 1 if edns_size else 0)
    wire += name + struct.pack('!HH', rrtype, klass)
    if edns_size:
        wire += struct.pack('!BHHIH', 0, OPT, edns_size, 0x8000 if do else 0, 0)
    return wire


def labels_of(name):
    """The labels of a wire name, without the root."""
    labels = []
    at = 0
    while name[at]:
        labels.append(name[at + 1:at + 1 + name[at]])
        at += 1 + name[at]
    return labels


def join(labels):
    return b''.join(bytes([len(label)]) + label for label in labels) + b'\0'


def parent(name):
    return name[1 + name[0]:]


def is_below(name, ancestor):
    """Whether `name` is `ancestor` or below it; both lower-case wire."""
    while len(name) > len(ancestor):
        name = parent(name)
    return name == ancestor
