# SPDX-License-Identifier: BSD-2-Clause
"""Messages that are no plain questions: odd classes and opcodes, transfers, broken parts.

Only what becomes of them counts here: the rcode, or silence (None). It must be that of two
references, or the one that the table says, with the reason.
"""

import struct

from exchange import ask_tcp, ask_udp
from message import SOA, Malformed, parse, query

REFUSED, FORMERR, NOTIMP = 5, 1, 4


def cases(name):
    """(label, wire, the rcode of a ruling or -1, its reason), about an existing name."""
    plain = query(1, name, SOA)
    edns = query(1, name, SOA, edns_size=1232)
    opt = edns[-11:]

    def counts(wire, **new):
        numbers = dict(zip(('qd', 'an', 'ns', 'ar'), struct.unpack_from('!4H', wire, 4)))
        numbers.update(new)
        return wire[:4] + struct.pack('!4H', *numbers.values()) + wire[12:]

    def opt_ttl(ttl):
        return edns[:-6] + struct.pack('!IH', ttl, 0)

    def opt_with(options):
        return edns[:-2] + struct.pack('!H', len(options)) + options

    found = [('class %d' % klass, query(1, name, SOA, klass=klass), -1, '')
             for klass in (3, 4, 254)]
    found += [
        ('class 77', query(1, name, SOA, klass=77), REFUSED, 'RFC 1035 4.1.1: a class not served'),
        ('class 0', query(1, name, SOA, klass=0), REFUSED, 'RFC 6895 3.2: reserved, not served'),
        ('class ANY', query(1, name, SOA, klass=255), REFUSED,
         'RFC 1035 3.2.5: for all classes; NSD answers without AA, Knot with, BIND FORMERR'),
        ('IXFR', query(1, name, 251), -1, ''),
        ('AXFR', query(1, name, 252), REFUSED, 'RFC 5936 2.2.1: a policy, not a missing feature'),
    ]
    found += [('opcode %d' % code, query(1, name, SOA, flags=code << 11), -1, '')
              for code in (1, 2, 3, 6, 7, 15)]
    found += [
        ('NOTIFY', query(1, name, SOA, flags=4 << 11), REFUSED, 'RFC 1996 3.10: no master to hear'),
        ('UPDATE', query(1, name, SOA, flags=5 << 11), REFUSED, 'RFC 2136 3.3: not permitted here'),
        ('a response', query(1, name, SOA, flags=0x8000), -1, ''),
        ('AA, TC, RA and Z set', query(1, name, SOA, flags=0x06C0), -1, ''),
        ('no question', counts(plain, qd=0)[:12], FORMERR, 'RFC 1035 4.1.2, RFC 7873 5.4'),
        ('two questions', counts(plain, qd=2) + plain[12:], FORMERR, 'RFC 9619 4'),
        ('a question announced only', plain[:12], FORMERR, 'RFC 1035 4.1.1'),
        ('an answer announced only', counts(plain, an=1), -1, ''),
        ('a header cut short', plain[:5], -1, ''),
        ('a name that points to itself', plain[:12] + b'\xc0\x0c\0\1\0\1', FORMERR,
         'RFC 1035 4.1.4'),
        ('EDNS version 1', opt_ttl(0x10000), -1, ''),
        ('EDNS version 255', opt_ttl(0xFF0000), -1, ''),
        ('all EDNS flags', opt_ttl(0x7FFF), -1, ''),
        ('two OPTs', counts(edns, ar=2) + opt, -1, ''),
        ('OPT with an owner', edns[:-11] + b'\1a' + opt, -1, ''),
        ('OPT as an answer', counts(edns, an=1, ar=0), -1, ''),
        ('OPT with a torn option', opt_with(b'\0\x0a\0'), -1, ''),
        ('OPT with a too long option', opt_with(b'\0\x0a\0\x09abcd'), -1, ''),
        ('OPT with an unknown option', opt_with(b'\xfd\xe9\0\2ab'), -1, ''),
        ('OPT that announces 1 byte', query(1, name, SOA, edns_size=1), -1, ''),
    ]
    return found


def outcome(port, wire, tcp):
    answer = (ask_tcp if tcp else ask_udp)(port, [wire], patience=0.3, attempts=1)[0]
    try:
        return None if answer is None else parse(answer).rcode
    except (Malformed, IndexError, struct.error):
        return 'unreadable'


def compare(name, ports):
    """Yields (label, the outcomes by server, agreed, ruled or difference, the reason)."""
    for label, wire, ruled, why in cases(name):
        for tcp in (False, True):
            # A server may end the connection instead of answering; which, is not judged.
            if tcp and ruled == FORMERR:
                continue
            seen = {server: outcome(port, wire, tcp) for server, port in ports.items()}
            references = [seen[server] for server in seen if server != 'anyns']
            said = [o for o in references if references.count(o) > 1]
            verdict = 'agreed'
            if 'anyns' in seen and seen['anyns'] not in said:
                verdict = 'ruled' if ruled == seen['anyns'] else 'difference'
            elif 'anyns' not in seen and not said:
                verdict = 'ruled' if ruled >= 0 else 'difference'
            yield '%s over %s' % (label, 'TCP' if tcp else 'UDP'), seen, verdict, why
