# SPDX-License-Identifier: BSD-2-Clause
"""The workloads: zones and questions, the same bytes in every run (fixed seeds).

A question is (name, type, flags): flags "" without EDNS, "E" with it, "D" with DO as well. They are written
twice: as text for kxdpgun, and as a stream of messages for our own generators, where EDNS also asks for NSID.
"""
import pathlib
import random
import struct
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
TYPES = {"A": 1, "NS": 2, "AAAA": 28, "DS": 43}
NOERROR, NXDOMAIN = 0, 3
UDP_SIZE = 1232
SMALL, LARGE = 10_000, 1_000_000
SERIAL = 1_000_000_000  # of fixed width: it is written over in place


class Zone:
    def __init__(self, name, path, records=0):
        self.name = name
        self.path = path
        self.records = records  # 0: nobody counts them


class Workload:
    """`rcodes`: the share of each rcode in right answers. `sections`: of each rcode, whether records must be in
    the answer section and in the authority section (True, False, or None for either)."""

    def __init__(self, name, title, zone, questions, rcodes, sections, family=4, plain=True):
        self.name, self.title, self.zone, self.family = name, title, zone, family
        self.questions, self.rcodes, self.sections = questions, rcodes, sections
        self.plain = plain  # no DNSSEC, no delegations: every server can serve it
        self.text = zone.path.parent / f"{name}.txt"
        self.stream = zone.path.parent / f"{name}.bin"

    def write(self):
        with open(self.text, "w", encoding="ascii") as file:
            file.writelines(f"{name} {kind} {flags}\n" for name, kind, flags in self.questions)
        with open(self.stream, "wb") as file:
            for question in self.questions:
                bytes_ = message(*question)
                file.write(struct.pack(">H", len(bytes_)) + bytes_)


def wire(name):
    labels = [label.encode() for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def message(name, kind, flags):
    opt = b""
    if flags:
        nsid = struct.pack(">HH", 3, 0)
        opt = struct.pack(">BHHIH", 0, 41, UDP_SIZE, 0x8000 if flags == "D" else 0, len(nsid)) + nsid
    return struct.pack(">6H", 0, 0, 1, 0, 0, 1 if opt else 0) + wire(name) + struct.pack(">HH", TYPES[kind], 1) + opt


def word(source, shortest=7, longest=15):
    return "".join(source.choices("abcdefghijklmnopqrstuvwxyz", k=source.randint(shortest, longest)))


def write_zone(path, count, extra=""):
    """`count` names with an address each; kept from an earlier run."""
    if path.exists():
        return
    part = path.with_suffix(".part")
    with open(part, "w", encoding="ascii") as file:
        file.write(f"$TTL 300\n@ SOA ns hostmaster {SERIAL} 7200 3600 1209600 300\n@ NS ns\nns A 192.0.2.1\n" + extra)
        for number in range(count):
            file.write(f"n{number} A 10.{number >> 16}.{number >> 8 & 255}.{number & 255}\n")
    part.rename(path)


def put_serial(path):
    """Writes the next serial into a zone of write_zone(). Returns it."""
    with open(path, "r+b") as file:
        head = file.read(200)
        at = head.index(b"hostmaster ") + len(b"hostmaster ")
        serial = int(head[at:].split()[0]) + 1
        file.seek(at)
        file.write(b"%d" % serial)
    return serial


def sign_zone(path, name, plain, algorithm, *options):
    """One key; signatures that are valid as long as this program lives."""
    if path.exists():
        return
    made = subprocess.run(["ldns-keygen", "-k", "-a", *algorithm, "-r", "/dev/urandom", name], cwd=path.parent,
                          check=True, capture_output=True, text=True)
    subprocess.run(["ldns-signzone", *options, "-i", "20200101000000", "-e", "20380101000000", "-o", name, "-f",
                    path.with_suffix(".part"), plain, made.stdout.strip()], cwd=path.parent, check=True)
    path.with_suffix(".part").rename(path)


def names(folder, name, title, count, asked, seed):
    # SOA, NS and its address beside the names.
    zone = Zone(f"{name}.example", folder / f"{name}.example.zone", count + 3)
    write_zone(zone.path, count)
    source = random.Random(seed)
    questions = [(f"n{source.randrange(count)}.{zone.name}", "A", "E") for _ in range(asked)]
    return Workload(name, title, zone, questions, {NOERROR: 1}, {NOERROR: (True, None)})


def root(folder):
    """What a root server sees: six in ten for names that do not exist, most of the others for delegations."""
    zone = Zone(".", folder / "root.zone")
    lines = [line.split() for line in (ROOT / "zones" / "root.zone").read_text(encoding="ascii").splitlines()]
    plain = folder / "root.plain"
    plain.write_text("".join(" ".join(line) + "\n" for line in lines if line[3] not in ("DNSKEY", "NSEC", "RRSIG", "ZONEMD")),
                     encoding="ascii")
    # As the real one: NSEC, RSA with 2,048 bits. Its own keys are not ours to sign with.
    sign_zone(zone.path, zone.name, plain, ("RSASHA256", "-b", "2048"))
    delegations = sorted({line[0] for line in lines if line[3] == "NS" and line[0] != "."})
    source = random.Random(3)
    questions = []
    for _ in range(50_000):
        flags = "D" if source.random() < 0.7 else source.choice(("", "E"))
        kind = source.choices(("A", "AAAA", "NS"), (60, 30, 10))[0]
        if source.random() < 0.6:
            questions.append((word(source) + ".", kind, flags))
        else:
            questions.append((f"{word(source)}.{source.choice(delegations)}", kind, flags))
    return Workload("root", "root zone, 60 % NXDOMAIN, DO on 70 %, IPv6", zone, questions, {NOERROR: 0.4, NXDOMAIN: 0.6},
                    {NOERROR: (False, True), NXDOMAIN: (False, True)}, family=6, plain=False)


def nsec3(folder, plain):
    zone = Zone("nsec3.example", folder / "nsec3.example.zone")
    # No salt, no further iterations: RFC 9276.
    sign_zone(zone.path, zone.name, plain, ("ECDSAP256SHA256",), "-n", "-t", "0")
    source = random.Random(4)
    questions = [(f"{word(source)}.{zone.name}", "A", "D") for _ in range(50_000)]
    return Workload("nsec3", "NSEC3, NXDOMAIN with DO", zone, questions, {NXDOMAIN: 1}, {NXDOMAIN: (False, True)},
                    plain=False)


def attack(small):
    source = random.Random(5)
    questions = [(f"{word(source)}.n{source.randrange(SMALL)}.{small.zone.name}", "A", "E") for _ in range(100_000)]
    return Workload("attack", "random subdomains, NXDOMAIN", small.zone, questions, {NXDOMAIN: 1},
                    {NXDOMAIN: (False, True)})


def wildcard(folder):
    zone = Zone("wild.example", folder / "wild.example.zone")
    write_zone(zone.path, 0, "* A 192.0.2.80\n")
    source = random.Random(6)
    questions = [(f"{word(source)}.{zone.name}", "A", "E") for _ in range(100_000)]
    return Workload("wildcard", "wildcard", zone, questions, {NOERROR: 1}, {NOERROR: (True, None)})


def make(folder, large=LARGE):
    """All workloads by name; files that an earlier run left are used again."""
    folder = folder / f"zones-{large}"
    folder.mkdir(parents=True, exist_ok=True)
    small = names(folder, "names10k", "10,000 names", SMALL, 100_000, 1)
    made = [
        small,
        names(folder, "names1m", "1 million names" if large == LARGE else f"{large:,} names", large, 500_000, 2),
        root(folder),
        nsec3(folder, small.zone.path),
        attack(small),
        wildcard(folder),
    ]
    for workload in made:
        workload.write()
    return {workload.name: workload for workload in made}
