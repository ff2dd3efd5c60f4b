# SPDX-License-Identifier: BSD-2-Clause
"""A real router in a namespace of its own, a cable to the one of the announcer, and the announcer behind a driver.

    anyns (10.0.0.2, fd00::2) --- veth --- router (10.0.0.1, fd00::1)

The router is BIRD as Debian has it, unpacked by tests/peers. Its kernel routes are what counts.
"""
import json
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time

from lib import (ANYNS, LIBC, Directories, PATIENCE, PR_SET_PDEATHSIG, WORK, Failure, Namespaces, check, ip, run, skip, socket_in,
                 wait_for, write_zone)

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DRIVER = pathlib.Path(os.environ.get("LEASE_DRIVER") or
                      pathlib.Path(ANYNS).parent.parent / "tests" / "support" / "lease_driver")
PREFIX4, PREFIX6 = "192.0.2.0/24", "2001:db8::/48"
ROUTER_AS, OUR_AS = 64496, 64512
SO_TIMESTAMPNS = 35
PACKET_OUTGOING = 4
BGP_MARKER = b"\xff" * 16
BGP_UPDATE = 2


def peer_programs():
    """Where tests/peers keeps its programs; fetched when they are not there yet."""
    directory = pathlib.Path(os.environ.get("PEERS") or ROOT / "build" / "peers")
    done = run(ROOT / "tests" / "peers", directory, limit=200)
    if done.returncode != 0:
        skip("no reference routers: " + done.stderr.strip().splitlines()[-1])
    return directory / "bin"


def die_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Cable:
    """Two namespaces, `anyns` and `router`, and the addresses on the veth pair between them."""

    def __init__(self, name=""):
        self.anyns = Namespaces.add("speaker" + name)
        self.router = Namespaces.add("router" + name)
        ip(self.anyns, "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", self.router)
        for netns, last in ((self.anyns, 2), (self.router, 1)):
            # Duplicate address detection would take two seconds.
            run("ip", "netns", "exec", netns, "sysctl", "-qw", "net.ipv6.conf.eth0.accept_dad=0")
            ip(netns, "link", "set", "eth0", "up")
            ip(netns, "addr", "add", f"10.0.0.{last}/24", "dev", "eth0")
            ip(netns, "addr", "add", f"fd00::{last}/64", "dev", "eth0", "nodad")


class Process:
    """A child that dies with the test, and its log."""

    made = []

    def __init__(self, name, command, netns, **options):
        self.log_path = WORK / f"{name}-{len(Process.made)}.log"
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(["ip", "netns", "exec", netns, *map(str, command)], stderr=log,
                                            preexec_fn=die_with_parent, **options)
        Process.made.append(self)

    def log(self):
        return self.log_path.read_text(errors="replace")

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    @classmethod
    def clear(cls):
        for one in cls.made:
            one.kill()
        cls.made = []


class Bird(Process):
    """BIRD with a session per family. `options` go into both; `families` are those it speaks."""

    def __init__(self, cable, options="hold time 3;", passive=False, families=(4, 6), asn=ROUTER_AS):
        programs = peer_programs()
        self.cable = cable
        self.directory = Directories.public()  # short: a socket's path has 107 bytes
        self.control = self.directory / "ctl"
        self.birdc_path = programs / "birdc"
        lines = ['log stderr all;', "router id 10.0.0.1;", "protocol device { scan time 1; }"]
        for family in (4, 6):
            lines.append(f"protocol kernel {{ ipv{family} {{ export all; }}; }}")
        for family in families:
            ours, theirs = ("10.0.0.1", "10.0.0.2") if family == 4 else ("fd00::1", "fd00::2")
            lines.append(f"""protocol bgp v{family} {{
    local {ours} as {asn}; neighbor {theirs} as {OUR_AS}; direct;
    {"passive;" if not passive else ""} connect delay time 1; connect retry time 1; error wait time 1, 2; {options}
    ipv{family} {{ import all; export none; }};
}}""")
        config = self.directory / "bird.conf"
        config.write_text("\n".join(lines) + "\n")
        super().__init__("bird", [programs / "bird", "-f", "-c", config, "-s", self.control, "-P",
                                  self.directory / "pid"], cable.router, stdin=subprocess.DEVNULL,
                         stdout=subprocess.DEVNULL)
        wait_for(self.control.exists, "BIRD's control socket")

    def birdc(self, *words):
        done = run(self.birdc_path, "-s", self.control, *words)
        return done.stdout

    def is_up(self, family):
        return "Established" in self.birdc("show", "protocols", f"v{family}")

    def wait_up(self, *families):
        for family in families or (4, 6):
            wait_for(lambda family=family: self.is_up(family), f"the IPv{family} session is up")

    def route(self, prefix):
        """The route's lines in BIRD: a dict of its attributes; None without a route."""
        text = self.birdc("show", "route", prefix, "all")
        if "Type: BGP" not in text:
            return None
        return dict(re.findall(r"BGP\.(\w+): (.*)", text))

    def kernel(self, prefix):
        """Whether the router's kernel has the route."""
        family = "-6" if ":" in prefix else "-4"
        return bool(run("ip", "-n", self.cable.router, family, "route", "show", prefix).stdout.strip())

    def kill(self):
        super().kill()
        self.process.wait()


class Watch:
    """Tells when a prefix leaves the router's kernel, by `ip monitor`."""

    def __init__(self, cable):
        self.process = subprocess.Popen(["ip", "-n", cable.router, "monitor", "route"],
                                        stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent)
        self.seen = []
        threading.Thread(target=self.read, daemon=True).start()
        wait_for(lambda: self.shows_a_change(cable), "ip monitor is awake")

    def shows_a_change(self, cable):
        for verb in ("add", "del"):
            ip(cable.router, "route", verb, "blackhole", "203.0.113.0/24")
        return bool(self.seen)

    def read(self):
        for line in self.process.stdout:
            self.seen.append((time.monotonic(), line))

    def gone_at(self, prefix, since):
        for when, line in self.seen:
            if when >= since and line.startswith("Deleted") and prefix in line:
                return when
        return None

    def gone_after(self, prefix, since, limit=PATIENCE):
        """Milliseconds from `since` to the deletion."""
        when = wait_for(lambda: self.gone_at(prefix, since), f"{prefix} leaves the kernel", limit)
        return 1000 * (when - since)

    def close(self):
        self.process.kill()
        self.process.wait()


class Driver(Process):
    """lease_driver with a configuration; `peers` are added to what names the two routers."""

    def __init__(self, cable, *families, announce=None, **peer):
        if not DRIVER.exists():
            skip(f"no {DRIVER}")
        directory = pathlib.Path(tempfile.mkdtemp(dir=WORK))
        families = families or (4, 6)
        prefixes = [PREFIX4 if family == 4 else PREFIX6 for family in families]
        peers = [{"address": "10.0.0.1" if family == 4 else "fd00::1", "as": ROUTER_AS, "hold": 3, **peer}
                 for family in families]
        config = {"listen": ["192.0.2.53", "2001:db8::53"], "zones": [{"name": "example.com",
                                                                       "file": str(write_zone(directory))}],
                  "announce": {"prefixes": prefixes, **(announce or {}),
                               "bgp": {"local-as": OUR_AS, "router-id": "10.0.0.2", "peers": peers}}}
        path = directory / "anyns.yaml"
        path.touch(mode=0o600)
        path.write_text(json.dumps(config))
        super().__init__("driver", [DRIVER, path], cable.anyns, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                         text=True, bufsize=1)
        self.lines = []
        threading.Thread(target=self.read, daemon=True).start()
        wait_for(lambda: self.lines or self.process.poll() is not None, "the announcer is started")
        check(self.lines, "the announcer starts", self.log())
        self.announcer = int(self.told(r"pid (\d+)").group(1))

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def find(self, pattern, skip_lines):
        for line in self.lines[skip_lines:]:
            match = re.fullmatch(pattern, line)
            if match:
                return match
        return None

    def told(self, pattern, skip_lines=0):
        try:
            return wait_for(lambda: self.find(pattern, skip_lines), f"the driver says {pattern}")
        except Failure as failure:
            raise Failure("\n".join([str(failure), *self.lines, self.log()])) from failure

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def put(self, state, *gates):
        """Puts the gates; the wall clock in nanoseconds before the first."""
        seen = len(self.lines)
        for gate in gates or (0, 1):
            self.say(f"gate {gate} {state}")
        return int(self.told(r"put (\d+)", seen).group(1))

    def stop(self, reason):
        self.say(f"stop {reason}")
        check(self.process.wait(PATIENCE) == 0, "the driver ends", self.log())


class Wire:
    """UPDATEs as they leave the announcer's namespace, with the time of the wall clock in nanoseconds."""

    def __init__(self, cable):
        self.socket = socket_in(cable.anyns, socket.AF_PACKET, socket.SOCK_RAW)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.bind(("eth0", 3))  # ETH_P_ALL
        self.socket.settimeout(PATIENCE)

    def next_update(self, limit=PATIENCE):
        """The wall clock when the next one left. A packet may hold a KEEPALIVE before it."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            packet, controls, _, address = self.socket.recvmsg(65535, 64)
            at = packet.find(BGP_MARKER) if address[2] == PACKET_OUTGOING else -1
            # The TCP time stamp before it may end in 0xff, too; a message's length never begins so.
            while at >= 0 and packet[at + 16] == 0xff:
                at += 1
            while at >= 0 and packet[at:at + 16] == BGP_MARKER:
                size, kind = struct.unpack_from("!HB", packet, at + 16)
                if kind == BGP_UPDATE:
                    seconds, nanoseconds = struct.unpack("qq", controls[0][2])
                    return seconds * 10**9 + nanoseconds
                at += size
        raise Failure("no UPDATE on the wire")

    def close(self):
        self.socket.close()


__all__ = ["Bird", "Cable", "Driver", "Failure", "PREFIX4", "PREFIX6", "Process", "Watch", "Wire"]
