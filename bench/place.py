# SPDX-License-Identifier: BSD-2-Clause
"""Where it happens: two network namespaces joined by a veth pair, a core for the server, another for the generator.

Fresh namespaces have no connection tracking and no firewall. Neighbours are fixed, so that no ARP is ever under way.
Whatever ends the program, the namespaces go, and what still runs in them is killed first.
"""
import atexit
import ctypes
import os
import pathlib
import signal
import subprocess
import sys
from contextlib import contextmanager

SERVER_CORE, CLIENT_CORE = 0, 1
PR_SET_PDEATHSIG = 1
CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


def ip(*words):
    subprocess.run(["ip", *map(str, words)], check=True, capture_output=True, text=True)


def dies_with_us():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Place:
    v4, v6 = "10.77.0.1", "fd77::1"
    client_v4, client_v6 = "10.77.0.2", "fd77::2"

    def __init__(self):
        if os.geteuid() != 0:
            sys.exit("bench: needs root for network namespaces")
        if os.cpu_count() < 2:
            sys.exit("bench: needs two cores, one for the server and one for the generator")
        self.server = f"anyns-bench-s{os.getpid()}"
        self.client = f"anyns-bench-c{os.getpid()}"
        self.server_link, self.client_link = "bench-s", "bench-c"
        atexit.register(self.remove)
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, lambda number, _: sys.exit(128 + number))
        try:
            self.build()
        except subprocess.CalledProcessError as error:
            sys.exit(f"bench: cannot make network namespaces here: {error.stderr.strip()}")

    def build(self):
        for name in (self.server, self.client):
            ip("netns", "add", name)
            ip("-n", name, "link", "set", "lo", "up")
        ip("link", "add", self.server_link, "netns", self.server, "type", "veth", "peer", "name", self.client_link, "netns",
           self.client)
        ends = ((self.server, self.server_link, self.v4, self.v6), (self.client, self.client_link, self.client_v4, self.client_v6))
        for name, link, v4, v6 in ends:
            ip("-n", name, "link", "set", link, "up")
            ip("-n", name, "address", "add", f"{v4}/24", "dev", link)
            ip("-n", name, "address", "add", f"{v6}/64", "dev", link, "nodad")
        for (name, link, _, _), (other, other_link, v4, v6) in (ends, ends[::-1]):
            address = self.run(other, "cat", f"/sys/class/net/{other_link}/address").stdout.strip()
            for neighbour in (v4, v6):
                ip("-n", name, "neighbour", "replace", neighbour, "lladdr", address, "nud", "permanent", "dev", link)

    @staticmethod
    def run(name, *command, core=None, **options):
        pin = () if core is None else ("taskset", "-c", str(core))
        return subprocess.run(["ip", "netns", "exec", name, *pin, *map(str, command)], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, check=False, **options)

    def ask(self, *command, limit=120):
        """Runs a generator on its core."""
        return self.run(self.client, *command, core=CLIENT_CORE, timeout=limit)

    @contextmanager
    def inside_client(self):
        """This thread's sockets are made in the generator's namespace meanwhile."""
        with open("/proc/thread-self/ns/net", "rb") as home, open(f"/run/netns/{self.client}", "rb") as away:
            LIBC.setns(away.fileno(), CLONE_NEWNET)
            try:
                yield
            finally:
                LIBC.setns(home.fileno(), CLONE_NEWNET)

    def start_client(self, *command):
        command = ["ip", "netns", "exec", self.client, "taskset", "-c", str(CLIENT_CORE), *map(str, command)]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, preexec_fn=dies_with_us)

    def start_server(self, command, output, folder):
        command = ["ip", "netns", "exec", self.server, "taskset", "-c", str(SERVER_CORE), *map(str, command)]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=folder,
                                preexec_fn=dies_with_us)

    def kill_server(self, process):
        process.kill()
        self.clear(self.server)

    @staticmethod
    def clear(name):
        """Kills what runs in a namespace of ours."""
        pids = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True, check=False).stdout.split()
        for pid in pids:
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                pass

    def remove(self):
        for name in (self.server, self.client):
            if pathlib.Path("/run/netns", name).exists():
                self.clear(name)
                subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)
