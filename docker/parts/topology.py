# SPDX-License-Identifier: BSD-2-Clause
"""compose.yaml, as far as the lab without Docker needs it: services with their networks, commands and kernel settings."""
import dataclasses
import pathlib
import shlex

from base import Trouble

REGIONS = ("tokyo", "london", "newyork")
INSTANCES = {"tyo1": "tokyo", "lon1": "london", "nyc1": "newyork", "nyc2": "newyork"}
SERVICE = {4: "192.0.2.53", 6: "2001:db8:53::53"}
PREFIX = {4: "192.0.2.0/24", 6: "2001:db8:53::/48"}


@dataclasses.dataclass
class Service:
    name: str
    command: list
    environment: dict
    sysctls: dict
    networks: dict  # name: (IPv4 address with length, IPv6 address with length)
    shares: str  # the service whose network it uses, or ""
    serves: bool  # runs anyns
    mounts: list  # (folder in the repository or "state", path in the container)

    @property
    def is_router(self):
        return "AS" in self.environment


def as_list(words):
    return shlex.split(words) if isinstance(words, str) else [str(word) for word in words or []]


def lengths(networks):
    """By network: the prefix lengths of its subnets."""
    found = {}
    for name, network in networks.items():
        for entry in network["ipam"]["config"]:
            family = 6 if ":" in entry["subnet"] else 4
            found[name, family] = entry["subnet"].split("/")[1]
    return found


def mounts(entry):
    for volume in entry.get("volumes", []):
        source, target = volume.rsplit(":", 2)[:2] if volume.endswith(":ro") else volume.rsplit(":", 1)
        yield ("state/" + source.rsplit("/", 1)[1] if "LAB_STATE" in source else source), target


def read(path):
    """The services of compose.yaml by name."""
    try:
        import yaml
    except ImportError as error:
        raise Trouble("python3-yaml is not installed") from error
    document = yaml.safe_load(pathlib.Path(path).read_text(encoding="utf-8"))
    length = lengths(document["networks"])
    services = {}
    for name, entry in document["services"].items():
        networks = {net: (f"{address['ipv4_address']}/{length[net, 4]}", f"{address['ipv6_address']}/{length[net, 6]}")
                    for net, address in entry.get("networks", {}).items()}
        services[name] = Service(name, as_list(entry.get("command")),
                                 {key: str(value) for key, value in entry.get("environment", {}).items()},
                                 entry.get("sysctls", {}), networks,
                                 entry.get("network_mode", "").removeprefix("service:"),
                                 "ANYNS_IMAGE" in entry["image"], list(mounts(entry)))
    return services
