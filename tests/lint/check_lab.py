#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""docker/compose.yaml is in itself consistent: each BGP session has two ends that agree, each address one owner."""
import pathlib
import sys

from files import finish, text

sys.path.insert(0, str(pathlib.Path("docker/parts").absolute()))

import topology  # noqa: E402

FRR_AS, FRR = "64700", "customer"  # its configuration is written by parts/start
INSTANCE_AS = "65053"


def addresses(services, name):
    """All addresses of a service, without lengths."""
    service = services[name]
    found = {address.split("/")[0] for pair in service.networks.values() for address in pair}
    return found | {service.environment.get("ID", "")}


def peers(service):
    """(name, AS, address, off) of every session in PEERS."""
    for word in service.environment.get("PEERS", "").split():
        off = word.endswith("/off")
        name, number, address = word.removesuffix("/off").split("/")[:3]
        yield name, number, address, off


def check_peer(services, router, name, number, address):
    """What is wrong with one end of a session, if anything."""
    host = name + "-net" if services.get(name) and services[name].shares else name
    if host not in services:
        return f"{router}: there is no {name}"
    if address not in addresses(services, host):
        return f"{router}: {address} is not an address of {name}"
    wanted = {FRR: FRR_AS}.get(name, services[name].environment.get("AS", INSTANCE_AS))
    if number != wanted:
        return f"{router}: {name} is AS {wanted}, not {number}"
    if services[name].is_router and router not in [peer[0] for peer in peers(services[name])]:
        return f"{router}: {name} does not know of the session"
    return None


def check_instances(services):
    """An instance peers with a router that is in its network."""
    for name, service in services.items():
        if not service.serves or "evil" in name:
            continue
        config = text(f"docker/parts/instances/{name}.yaml")
        net = next(iter(services[service.shares].networks))
        router = next(router for router, other in services.items() if other.is_router and net in other.networks)
        for address in services[router].networks[net]:
            if address.split("/")[0] not in config:
                yield f"instances/{name}.yaml: no peer {address.split('/')[0]}, which is {router}"
        if f"instance: {name}\n" not in config:
            yield f"instances/{name}.yaml: another instance"


def main():
    services = topology.read("docker/compose.yaml")
    problems = list(check_instances(services))
    owners = {}
    for name, service in services.items():
        for pair in service.networks.values():
            for address in pair:
                if address in owners:
                    problems.append(f"{name}: {address} belongs to {owners[address]}")
                owners[address] = name
        for peer, number, address, _ in peers(service):
            problems.append(check_peer(services, name, peer, number, address))
    finish([f"docker/compose.yaml: {problem}" for problem in problems if problem])


if __name__ == "__main__":
    main()
