# SPDX-License-Identifier: BSD-2-Clause
"""The lab without Docker. What a container is there is a network namespace and, for its processes, a PID and a mount
namespace here; what a Docker network is there is a bridge here, all of them in a namespace of their own.

Every process of the lab is in one of its network namespaces or below a process that is, so `down` finds them all by
themselves, and ends nothing else.
"""
import os
import pathlib
import shutil
import signal
import subprocess
import time

from base import PATIENCE, Trouble, run, wait_for

PREFIX = "anyns-lab-"
SWITCH = PREFIX + "switch"

# In the new mount namespace: /run is empty and has what the volumes of compose.yaml give.
PRELUDE = r"""
mount -t tmpfs tmpfs /run
while [ "$1" != -- ]; do mkdir -p "$2"; mount --bind "$1" "$2"; shift 2; done
shift
mkdir -p /run/anyns
exec "$@"
"""


class Namespaces:
    kind = "network namespaces"

    def __init__(self, here, state, services):
        self.here, self.state, self.services = here, state, services
        self.peers = pathlib.Path(os.environ.get("PEERS") or here.parent / "build" / "peers").absolute()
        self.binary = pathlib.Path(os.environ.get("ANYNS") or here.parent / "build/release/server/anyns").absolute()
        self.environment = {"PATH": f"{self.peers}/bin:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
        self.ports = 0

    # --- up and down -----------------------------------------------------------------------------------

    def prepare(self):
        if os.geteuid() != 0:
            raise Trouble("network namespaces need root")
        if not self.binary.exists():
            raise Trouble(f"there is no {self.binary}; run server/run --build, or set ANYNS")
        for program in ("bird", "birdc", "bgpd", "zebra", "vtysh", "stayrtr", "unshare", "nsenter"):
            if not shutil.which(program, path=self.environment["PATH"]):
                raise Trouble(f"there is no {program}; run tests/peers {self.peers}")

    def is_up(self):
        return pathlib.Path("/run/netns", SWITCH).exists()

    def up(self):
        run("ip", "netns", "add", SWITCH)
        networks = sorted({net for service in self.services.values() for net in service.networks})
        for net in networks:
            run("ip", "-n", SWITCH, "link", "add", net, "type", "bridge")
            run("ip", "-n", SWITCH, "link", "set", net, "up")
        for name, service in self.services.items():
            if not service.shares:
                self.start(name)
        for name, service in self.services.items():
            if service.shares:
                self.start(name)

    def down(self):
        listed = run("ip", "netns", "list").stdout.split("\n")
        ours = [line.split()[0] for line in listed if line.startswith(PREFIX)]
        for netns in ours:
            for pid in run("ip", "netns", "pids", netns, check=False).stdout.split():
                try:
                    os.kill(int(pid), signal.SIGKILL)
                except ProcessLookupError:
                    pass
        for netns in ours:
            run("ip", "netns", "del", netns, check=False)

    # --- one service -----------------------------------------------------------------------------------

    def netns(self, name):
        return PREFIX + (self.services[name].shares or name)

    def make_network(self, service):
        netns = self.netns(service.name)
        run("ip", "netns", "add", netns)
        settings = [f"{key}={value}" for key, value in service.sysctls.items()]
        run("ip", "netns", "exec", netns, "sysctl", "-qw", *settings)
        run("ip", "-n", netns, "link", "set", "lo", "up")
        for number, (net, addresses) in enumerate(service.networks.items()):
            self.ports += 1
            port = f"p{self.ports}-{os.getpid()}"[:15]
            run("ip", "-n", netns, "link", "add", f"eth{number}", "type", "veth", "peer", "name", port, "netns", SWITCH)
            run("ip", "-n", SWITCH, "link", "set", port, "master", net, "up")
            # As Docker does: a router that comes back is the same one to its neighbors' ARP.
            mac = "02:42:" + ":".join(f"{int(byte):02x}" for byte in addresses[0].split("/")[0].split("."))
            run("ip", "-n", netns, "link", "set", f"eth{number}", "address", mac, "up")
            for address in addresses:
                run("ip", "-n", netns, "addr", "add", address, "dev", f"eth{number}",
                    *(["nodad"] if ":" in address else []))

    def pid_file(self, name):
        return self.state / "pid" / name

    def command(self, service):
        mounts = []
        for source, target in service.mounts:
            mounts += [self.state / source[6:] if source.startswith("state/") else (self.here / source).resolve(), target]
        program = [self.binary] if service.serves else []
        return ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", PRELUDE, "sh", *mounts,
                "--", *program, *service.command]

    def start(self, name):
        service = self.services[name]
        if not service.shares:
            self.make_network(service)
        (self.state / "pid").mkdir(parents=True, exist_ok=True)
        (self.state / "log").mkdir(parents=True, exist_ok=True)
        with open(self.state / "log" / name, "ab") as log:
            process = subprocess.Popen(["nsenter", f"--net=/run/netns/{self.netns(name)}",
                                        *map(str, self.command(service))], stdin=subprocess.DEVNULL, stdout=log,
                                       stderr=log, start_new_session=True,
                                       env={**self.environment, **service.environment})
        self.pid_file(name).write_text(str(process.pid), encoding="ascii")

    def inner(self, name):
        """The first process of the service's own PID namespace."""
        def find():
            try:
                pid = self.pid_file(name).read_text(encoding="ascii")
                # A number may long be that of another process.
                if os.stat(f"/proc/{pid}/ns/net").st_ino != os.stat(f"/run/netns/{self.netns(name)}").st_ino:
                    return None
                return pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
            except (FileNotFoundError, ProcessLookupError):
                return None
        return wait_for(find, f"{name} runs", 5)[0]

    def kill(self, name):
        """As `docker kill`: all of its processes at once; its network goes with them if it is its own."""
        os.kill(int(self.inner(name)), signal.SIGKILL)
        self.wait_gone(name)
        if not self.services[name].shares:
            run("ip", "netns", "del", self.netns(name))

    def stop(self, name):
        """As `docker stop`, with all the time it wants."""
        os.kill(int(self.inner(name)), signal.SIGTERM)
        self.wait_gone(name)

    def wait_gone(self, name):
        pid = int(self.pid_file(name).read_text(encoding="ascii"))
        end = time.monotonic() + PATIENCE
        while pathlib.Path(f"/proc/{pid}").exists() and not self.is_zombie(pid):
            if time.monotonic() > end:
                raise Trouble(f"{name} does not end")
            time.sleep(0.002)

    @staticmethod
    def is_zombie(pid):
        try:
            return pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] == "Z"
        except (FileNotFoundError, ProcessLookupError):
            return True

    @staticmethod
    def tool(folder, *words):
        run(*words, cwd=folder)

    # --- inside ----------------------------------------------------------------------------------------

    def inside(self, name, words):
        program = [self.binary, *words[1:]] if words[0] == "anyns" else words
        return ["nsenter", "--target", self.inner(name), "--net", "--mount", *map(str, program)]

    def log(self, name):
        return (self.state / "log" / name).read_text(encoding="utf-8", errors="replace")

    def options(self):
        return {"env": {**os.environ, **self.environment}}
