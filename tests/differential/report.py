# SPDX-License-Identifier: BSD-2-Clause
"""Questions, answers and differences as text, in the words of dig."""

import dns.name
import dns.rdata
import dns.rdatatype

LINES = 8  # records shown of each kind


def name(wire):
    return dns.name.from_wire(wire, 0)[0].to_text()


def type_name(rrtype):
    return dns.rdatatype.to_text(rrtype)


def question(q):
    words = ['dig', '+tcp' if q.tcp else '+notcp +ignore', name(q.name), type_name(q.type)]
    words.append('+bufsize=%d' % q.edns if q.edns else '+noedns')
    words.append('+dnssec' if q.do else '+nodnssec')
    words += ['+' + word for word, bit in (('rd', 0x100), ('cd', 16), ('ad', 32)) if q.flags & bit]
    return ' '.join(words)


def records(found):
    lines = []
    for r in sorted(found, key=lambda r: (r.owner, r.type, r.rdata)):
        try:
            rdata = dns.rdata.from_wire(r.klass, r.type, r.rdata, 0, len(r.rdata)).to_text()
        except Exception:
            rdata = '\\# ' + r.rdata.hex()
        lines.append('%s %d %s %s' % (name(r.owner), r.ttl, type_name(r.type), rdata[:110]))
    return lines


def difference(key, other):
    """What `other` lacks of `key` with -, what it has too much with +."""
    if key is None:
        return '    no agreement among the references, no ruling applies'
    lines = []
    for word in ('rcode', 'aa'):
        if getattr(key, word) != getattr(other, word):
            lines.append('    %s: expected %d, got %d' % (word, getattr(key, word),
                                                          getattr(other, word)))
    for section in ('answer', 'authority'):
        here, there = getattr(key, section), getattr(other, section)
        lines += ['    - %s: %s' % (section, line) for line in records(here - there)[:LINES]]
        lines += ['    + %s: %s' % (section, line) for line in records(there - here)[:LINES]]
    return '\n'.join(lines)


def expected(case, key, ruling):
    """Why `key` is a difference: ruling, what was agreed, what each server said."""
    lines = []
    if ruling:
        lines.append('    %s is right. %s' % (ruling.right, ruling.why))
    target = case.followed or case.agreed
    if target or not ruling:
        lines.append(difference(target, key))
    for server, other in case.keys.items():
        same = 'agrees' if other == key else 'differs'
        said = 'rcode %d aa %d, %d+%d records' % (
            other.rcode, other.aa, len(other.answer), len(other.authority)) if other else 'nothing'
        lines.append('    %s %s: %s' % (server, same, said))
    return '\n'.join(lines)
