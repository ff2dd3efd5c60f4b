# SPDX-License-Identifier: BSD-2-Clause
"""Right answers only: before a server is measured, it is asked a sample of each workload's questions."""
import random
import struct

import dns.exception
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype

from servers import Lost
from workloads import NOERROR, NXDOMAIN, message

SAMPLE = 40
TRIES = 3
NSID = 3
TOLERANCE = 0.02  # of a share of an rcode: the questions are drawn at random


def address_of(name):
    """What a name of a zone of addresses has; None: any."""
    label = name.split(".")[0]
    if not label.startswith("n") or not label[1:].isdigit():
        return None
    number = int(label[1:])
    return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"


def types(section):
    return {rrset.rdtype for rrset in section}


def fault(workload, question, reply):
    """What is wrong with the reply, or None."""
    name, kind, flags = question
    rcode = reply.rcode()
    if rcode not in workload.rcodes:
        return f"rcode {dns.rcode.to_text(rcode)}"
    for records, wanted, section in zip((reply.answer, reply.authority), workload.sections[rcode], ("answer", "authority")):
        if wanted is not None and bool(records) != wanted:
            return f"{'no' if wanted else 'a'} record in the {section} section"
    if reply.answer and address_of(name) not in (None, reply.answer[0][0].to_text()):
        return f"{reply.answer[0]} instead of {address_of(name)}"
    signed = types(reply.authority) & {dns.rdatatype.NSEC, dns.rdatatype.NSEC3}
    if flags == "D" and rcode == NXDOMAIN and not (signed and dns.rdatatype.RRSIG in types(reply.authority)):
        return "no proof"
    if flags and not any(option.otype == NSID for option in reply.options):
        return "no NSID"
    return None


def ask(query, address):
    """The reply, or None. UDP may lose one, as when the queue is still full of what a generator left behind."""
    for _ in range(TRIES):
        try:
            return dns.query.udp(query, address, timeout=2, ignore_trailing=True, ignore_unexpected=True)
        except dns.exception.Timeout:
            continue
    return None


def check_answers(place, server, workload):
    """Raises Lost when a sample of answers is not right."""
    address = place.v6 if workload.family == 6 else place.v4
    sample = random.Random(7).sample(workload.questions, SAMPLE)
    with place.inside_client():
        for number, question in enumerate(sample):
            query = dns.message.from_wire(struct.pack(">H", number + 1) + message(*question)[2:])
            reply = ask(query, address)
            wrong = fault(workload, question, reply) if reply else "no answer"
            if wrong:
                raise Lost(f"{server.name}, {workload.title}: {question}: {wrong}")


def check_rcodes(server, workload, counts):
    """The rcodes of all replies of a measurement; `counts` by number."""
    total = sum(counts.values())
    for rcode, share in workload.rcodes.items():
        if not total or abs(counts.get(rcode, 0) / total - share) > TOLERANCE:
            raise Lost(f"{server.name}, {workload.title}: of {total} replies {counts}, expected {workload.rcodes}")


# As kxdpgun prints them.
NAMES = {"NOERROR": NOERROR, "NXDOMAIN": NXDOMAIN, "FORMERR": 1, "SERVFAIL": 2, "NOTIMPL": 4, "NOTIMP": 4, "REFUSED": 5}
