# SPDX-License-Identifier: BSD-2-Clause
"""The zones of the differential test: texts from zones/, sizes and limits made here, then signed.

A Group is a set of zones that one start of the servers serves together. The root zone is a group of
its own, or no name would ever be out of all zones.
"""

import pathlib
import shutil
import subprocess
from dataclasses import dataclass, field

import dns.name
import dns.rdatatype
import dns.zone

from message import A, AAAA, IN, Record, is_below, parent

HERE = pathlib.Path(__file__).resolve().parent
OUT = 'out.invalid.'


@dataclass
class Zone:
    origin: str
    source: str            # file in zones/, or a path
    signer: str = ''       # '', 'bind' (dnssec-signzone) or 'ldns' (ldns-signzone)
    options: tuple = ()    # of the signer
    algorithm: str = 'ECDSAP256SHA256'
    other: str = ''        # the %OTHER% zone
    parent: str = ''       # the %PARENT% zone
    grow: bool = False     # with names and RRsets at the limits of the protocol
    children: tuple = ()   # signed zones whose DS this zone holds
    path: pathlib.Path = None      # as the references read it
    dump: pathlib.Path = None      # as anyns reads it, when that differs
    apex: bytes = b''
    names: dict = field(default_factory=dict)    # wire owner -> set of types
    empty: set = field(default_factory=set)      # empty non-terminals
    addresses: dict = field(default_factory=dict)  # wire owner -> its A, AAAA and their RRSIGs
    long_names: list = field(default_factory=list)

    @property
    def label(self):
        return self.origin.rstrip('.') or 'root'


@dataclass
class Group:
    name: str
    zones: list


def groups():
    """All groups; zones whose DS a parent holds stand before it."""
    nsec3 = ('-3', '-', '-H', '0')
    zoo = [
        Zone('plain.example.', 'zoo.zone'),
        Zone('nsec.example.', 'zoo.zone', 'bind'),
        Zone('nsec8.example.', 'zoo.zone', 'ldns', algorithm='RSASHA256'),
        Zone('nsec3.example.', 'zoo.zone', 'bind', nsec3),
        Zone('salted3.example.', 'zoo.zone', 'ldns', ('-n', '-t', '5', '-s', 'beef')),
        Zone('optout.example.', 'zoo.zone', 'bind', nsec3 + ('-A',)),
        Zone('optout5.example.', 'zoo.zone', 'bind', ('-3', 'c0ffee', '-H', '5', '-A'),
             algorithm='RSASHA256'),
    ]
    for zone, other in zip(zoo, zoo[1:] + zoo[:1]):
        zone.other = other.origin
        zone.grow = True
    more = [
        Zone('star.example.', 'star.zone'),
        Zone('starsigned.example.', 'star.zone', 'bind'),
        Zone('starsigned3.example.', 'star.zone', 'bind', nsec3),
        Zone('odd.example.', 'odd.zone'),
        Zone('oddsigned.example.', 'odd.zone', 'bind'),
        Zone('loose.example.', 'loose.zone'),
        Zone('dnapex.example.', 'dnapex.zone', other='plain.example.'),
        Zone('dnapexsigned.example.', 'dnapex.zone', 'bind', nsec3, other='nsec.example.'),
        Zone('child.parent.example.', 'child.zone', 'bind', parent='parent.example.'),
        Zone('plainchild.parent.example.', 'child.zone', parent='parent.example.'),
        Zone('parent.example.', 'parent.zone', 'bind',
             children=('child.parent.example.',)),
        Zone('child.parent3.example.', 'child.zone', 'bind', nsec3, parent='parent3.example.'),
        Zone('plainchild.parent3.example.', 'child.zone', parent='parent3.example.'),
        Zone('parent3.example.', 'parent.zone', 'bind', nsec3 + ('-A',),
             children=('child.parent3.example.',)),
        Zone('example.com.', str(HERE.parents[1] / 'zones' / 'example.com.zone')),
    ]
    tree = [
        Zone('test.', 'tldlike.zone', 'bind', ('-3', 'ab', '-H', '1', '-A')),
        Zone('child.test.', 'child.zone', parent='test.'),
        Zone('.', 'rootlike.zone', 'bind', children=('test.',), grow=True),
    ]
    root = str(HERE.parents[1] / 'zones' / 'root.zone')
    return [Group('root', [Zone('.', root)]), Group('signed-root', [Zone('.', root, 'bind')]),
            Group('zoo', zoo + more), Group('tree', tree)]


def txt(size):
    """TXT rdata of `size` wire bytes, as text."""
    strings = []
    while size > 0:
        take = min(size, 256)
        if size - take == 1:  # would leave one byte: a string of no characters is '""'
            strings.append('""')
            size -= 1
            continue
        strings.append('"%s"' % ('x' * (take - 1)))
        size -= take
    return ' '.join(strings)


# Sizes around which an answer stops fitting: 512 without EDNS, 512, 1232 and 4096 with the 11 bytes
# of an OPT.
EDGES = sorted({edge + step for edge in (501, 512, 1221, 1232, 4085, 4096) for step in (-1, 0, 1)})


def limits(zone):
    """Names and RRsets at the limits of the protocol, as master file lines."""
    origin = dns.name.from_text(zone.origin)
    # With NSEC3, dnssec-signzone and NSD hash the wildcard below every name, too long or not: one
    # refuses, the other crashes. Two bytes must be left.
    most = 253 if zone.options else 255
    room = most - len(origin.to_wire())
    lines = []
    longest = []
    while room > 0:
        take = min(room - 1, 63)
        if room - 1 - take == 1:
            take -= 1
        longest.append('l' * take)
        room -= take + 1
    lines.append('%s A 192.0.2.200' % '.'.join(longest))
    # One label less leaves room for a wildcard whose expansion reaches exactly 255 bytes.
    lines.append('*.w%s A 192.0.2.201' % '.'.join(longest[1:])[1:])
    count = (most - len(origin.to_wire())) // 2
    lines.append('%s A 192.0.2.202' % '.'.join('b' * count))
    lines.append('%s A 192.0.2.203' % ('m' * 63))
    # DNAMEs whose substitution fits or overflows by one byte, RFC 6672 2.2.
    lines.append('dnlong DNAME %s' % '.'.join(longest[1:]))
    target = dns.name.from_text('.'.join(longest[1:]), origin)
    for size in (254, 255, 256, 257):
        prefix = 'y' * 20 + '.' + 'z' * (size - len(target.to_wire()) - 22)
        zone.long_names.append(dns.name.from_text(prefix + '.dnlong', origin).to_wire())
    for edge in EDGES:
        owner = 't%d' % edge
        size = edge - 28 - len(dns.name.from_text(owner, origin).to_wire())
        lines.append('%s TXT %s' % (owner, txt(size)))
    lines += ['many100 A 10.0.0.%d' % n for n in range(1, 101)]
    lines += ['many1000 A 10.1.%d.%d' % divmod(n, 250) for n in range(1000)]
    lines += ['mx700 MX %d mail-exchanger-with-a-long-name-%d.in.a.common.suffix' % (n, n)
              for n in range(700)]
    lines += ['huge TXT %s' % txt(n + 1000) for n in range(60)]
    lines += ['*.wbig TXT %s' % txt(n + 300) for n in range(4)]
    lines += ['bigcut NS ns%d.a-long-label-to-fill-the-message.bigcut' % n for n in range(60)]
    lines += ['ns%d.a-long-label-to-fill-the-message.bigcut A 10.2.0.%d' % (n, n)
              for n in range(60)]
    return lines


def chain():
    return ['k%d CNAME k%d' % (n, n + 1) for n in range(1, 41)]


def text_of(zone):
    source = pathlib.Path(zone.source)
    text = (source if source.is_absolute() else HERE / 'zones' / source).read_text()
    delegations = []
    for n in range(300):
        delegations.append('domain%d NS ns1.first' % n)
        if n % 25 == 0:
            delegations.append('domain%d DS 1 13 2 %s' % (n, '%064x' % n))
    for mark, value in (('%OTHER%', zone.other), ('%OUT%', OUT), ('%PARENT%', zone.parent),
                        ('%CHAIN%', '\n'.join(chain())),
                        ('%DELEGATIONS%', '\n'.join(delegations))):
        text = text.replace(mark, value)
    if zone.signer and zone.source.endswith('root.zone'):
        # The chain and keys of the day, without signatures any more; ours take their place.
        text = '\n'.join(line for line in text.split('\n')
                         if line.split()[3:4] not in (['NSEC'], ['DNSKEY']))
    if zone.grow and zone.origin != '.':
        text += '\n' + '\n'.join(limits(zone)) + '\n'
    elif zone.grow:
        text += '%s. TXT "127 labels"\n' % '.'.join('a' * 127)
    return text


def keys(zone, directory):
    """A key-signing and a zone-signing key; the paths without suffix."""
    made = []
    for flag in (['-f', 'KSK'], []):
        command = ['dnssec-keygen', '-q', '-K', str(directory), '-a', zone.algorithm]
        if zone.algorithm.startswith('RSA'):
            command += ['-b', '2048']
        if flag and zone.signer == 'bind':
            command += ['-P', 'sync', 'now']  # a CDS and a CDNSKEY at the apex
        done = subprocess.run(command + flag + [zone.origin], check=True, capture_output=True,
                              text=True)
        made.append(str(directory / done.stdout.strip()))
    return made


def sign(zone, plain, signed, directory):
    key_files = keys(zone, directory)
    if zone.signer == 'bind':
        command = ['dnssec-signzone', '-q', '-S', '-n', '1', '-P', '-K', str(directory),
                   '-d', str(directory), '-o', zone.origin, '-f', str(signed), *zone.options]
        command.append(str(plain))
    else:
        command = ['ldns-signzone', '-z', '1:1', '-o', zone.origin, '-f', str(signed),
                   *zone.options, str(plain), *reversed(key_files)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=directory)
    if done.returncode:
        raise SystemExit('%s: %s' % (' '.join(command), done.stderr))


def build(zone, directory):
    """Writes the zone's file, signed if it is to be."""
    directory = directory / zone.label
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    plain = directory / 'plain.zone'
    text = text_of(zone)
    for child in zone.children:
        dsset = directory.parent / child.rstrip('.') / ('dsset-' + child)
        text += dsset.read_text()
    plain.write_text(text)
    zone.path = zone.dump = plain
    if zone.signer:
        zone.path = zone.dump = directory / 'signed.zone'
        sign(zone, plain, zone.path, directory)
    elif zone.source.endswith('root.zone'):
        # A zone-transfer dump ends with the SOA again, which NSD takes for an error.
        zone.path = directory / 'once.zone'
        body = text.rstrip('\n')
        zone.path.write_text(body[:body.rindex('\n') + 1])


def learn(zone):
    """Reads the finished file back: what names and types there are, for questions and judgement."""
    zone.apex = dns.name.from_text(zone.origin).canonicalize().to_wire()
    content = dns.zone.from_file(str(zone.path), origin=zone.origin, relativize=False,
                                 check_origin=False)
    for name, node in content.nodes.items():
        wire = name.canonicalize().to_wire()
        for rdataset in node.rdatasets:
            if rdataset.rdtype in (A, AAAA) or rdataset.covers in (A, AAAA):
                zone.addresses.setdefault(wire, set()).update(
                    Record(wire, int(rdataset.rdtype), IN, rdataset.ttl, rdata.to_wire())
                    for rdata in rdataset)
        types = {int(rdataset.rdtype) for rdataset in node.rdatasets}
        if types - {int(dns.rdatatype.NSEC3), int(dns.rdatatype.RRSIG)}:
            zone.names[wire] = types
        else:
            zone.long_names.append(wire)
    for wire in list(zone.names):
        while wire != zone.apex and is_below(wire, zone.apex):
            wire = parent(wire)
            if wire not in zone.names:
                zone.empty.add(wire)
