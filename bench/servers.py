# SPDX-License-Identifier: BSD-2-Clause
"""The servers: one worker each, the same addresses and zones, no limits, no logs of queries.

A server is started in the server's namespace on the server's core. Its processes are found by descent, so that
what a helper process does is counted too.
"""
import os
import pathlib
import re
import signal
import subprocess
import time

from workloads import put_serial

PORT = 53

NSD = '''server:
    ip-address: {v4}
    ip-address: {v6}
    username: ""
    chroot: ""
    zonesdir: "{dir}"
    {database}
    pidfile: "{dir}/nsd.pid"
    logfile: "{dir}/nsd.log"
    zonelistfile: "{dir}/zone.list"
    xfrdfile: "{dir}/xfrd.state"
    xfrdir: "{dir}"
    ipv4-edns-size: 1232
    ipv6-edns-size: 1232
    server-count: 1
    reuseport: yes
    rrl-ratelimit: 0
    rrl-whitelist-ratelimit: 0
    nsid: "ascii_bench"
remote-control:
    control-enable: no
{zones}'''
NSD_ZONE = 'zone:\n    name: "{name}"\n    zonefile: "{path}"\n'

KNOT = '''server:
    rundir: "{dir}"
    listen: ["{v4}@53", "{v6}@53"]
    udp-max-payload: 1232
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
    nsid: bench
{xdp}log:
  - target: "{dir}/knot.log"
    any: warning
database:
    storage: "{dir}"
template:
  - id: default
    semantic-checks: off
    zonefile-sync: -1
    journal-content: none
zone:
{zones}'''
KNOT_ZONE = '  - domain: "{name}"\n    file: "{path}"\n'

BIND = '''options {{
    directory "{dir}";
    listen-on {{ {v4}; }};
    listen-on-v6 {{ {v6}; }};
    pid-file none;
    session-keyfile none;
    lock-file none;
    managed-keys-directory "{dir}";
    dnssec-validation no;
    recursion no;
    allow-transfer {{ none; }};
    notify no;
    max-udp-size 1232;
    edns-udp-size 1232;
    answer-cookie no;
    minimal-responses yes;
    empty-zones-enable no;
    server-id "bench";
}};
controls {{ }};
{zones}'''
BIND_ZONE = 'zone "{name}" {{ type primary; file "{path}"; }};\n'

GDNSD = '''options => {{
    listen => ["{v4}", "{v6}"]
    udp_threads => 1
    tcp_threads => 1
    max_edns_response => 1232
    max_edns_response_v6 => 1232
    nsid_ascii => bench
    run_dir => {dir}/run
    state_dir => {dir}/state
}}
'''


class Lost(Exception):
    """A server does not do what it should; the others go on."""


def entries(form, zones):
    return "".join(form.format(name=zone.name, path=zone.path) for zone in zones)


def descendants(pid):
    """The process and all below it."""
    found, parents = [pid], {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = pathlib.Path("/proc", entry, "stat").read_text(encoding="ascii", errors="replace")
            except OSError:
                continue
            parents.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry))
    for one in found:
        found += parents.get(one, [])
    return found


class Server:
    """`name` is its column; one at a time runs, started with `with server.serve(zones):`."""

    dnssec = True  # serves signed zones and delegations
    wrapper = ()  # a program that runs the server, as valgrind

    def __init__(self, name, program, place):
        self.name, self.program, self.place = name, program, place
        self.process = None
        self.folder = None

    def version(self):
        done = subprocess.run([self.program, self.version_option], capture_output=True, text=True, check=False)
        found = re.search(r"\d+\.\d+[\w.+-]*", done.stdout + done.stderr)
        return found[0] if found else "?"

    version_option = "-v"

    def configure(self, zones):
        """Writes the configuration into self.folder. Returns the command's arguments."""
        raise NotImplementedError

    def serve(self, zones, folder):
        """Starts; the moment is self.started (CLOCK_MONOTONIC, ns)."""
        self.folder = folder / self.name
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [*self.wrapper, self.program, *self.configure(zones)]
        with open(self.folder / "output", "ab") as output:
            self.started = time.monotonic_ns()
            self.process = self.place.start_server(command, output, self.folder)
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.place.kill_server(self.process)
        self.process.wait()

    def renew(self, zone):
        """Another serial into what it reads. Returns the serial."""
        return put_serial(zone.path)

    def reload(self, zones):
        """Makes it read its zones anew. They have been written since."""
        os.kill(self.main_pid(), signal.SIGHUP)

    def main_pid(self):
        return self.process.pid

    def cpu(self):
        """Nanoseconds on a core so far, of them the share in user space."""
        total = user = kernel = 0
        for pid in descendants(self.process.pid):
            try:
                for task in os.listdir(f"/proc/{pid}/task"):
                    with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as file:
                        total += int(file.read().split()[0])
                with open(f"/proc/{pid}/stat", encoding="ascii") as file:
                    fields = file.read().rpartition(")")[2].split()
                user += int(fields[11])
                kernel += int(fields[12])
            except OSError:
                continue  # just ended
        return total, user, kernel

    def memory(self):
        """Bytes, shared pages counted once."""
        total = 0
        for pid in descendants(self.process.pid):
            try:
                with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
                    total += int(re.search(r"^Pss: +(\d+) kB", file.read(), re.MULTILINE)[1]) << 10
            except OSError:
                continue
        return total


class Echo(Server):
    """The ceiling: no server."""

    def version(self):
        return ""

    def configure(self, zones):
        return [str(PORT), self.place.v4, self.place.v6]


class Anyns(Server):
    version_option = "--version"
    image = None  # a file of compiled zones to serve instead of text
    versions = ()  # of it, and their serials: reloads take turns

    def compile(self, zones, folder, name="image"):
        """Writes the image. Returns the seconds it took, on all cores."""
        image = folder / name
        begun = time.monotonic()
        subprocess.run([self.program, "compile", "-q", "-o", image, *(f"{zone.name}={zone.path}" for zone in zones)], check=True)
        self.image = image
        return time.monotonic() - begun

    def compile_versions(self, zone, folder):
        """Two images, whose renaming is all that a reload has to wait for."""
        self.versions = []
        for name in ("image-a", "image-b"):
            serial = put_serial(zone.path)
            self.compile([zone], folder, name)
            self.versions.append((serial, self.image))
        self.image = folder / "image"
        self.renew(zone)

    def renew(self, zone):
        if not self.image:
            return super().renew(zone)
        self.versions = self.versions[::-1]
        serial, version = self.versions[0]
        beside = self.image.with_suffix(".part")
        beside.unlink(missing_ok=True)
        os.link(version, beside)
        beside.rename(self.image)
        return serial

    def configure(self, zones):
        lines = "".join(f"  - {{name: {zone.name}, file: {zone.path}}}\n" for zone in zones)
        what = f"image: {self.image}\n" if self.image else f"zones:\n{lines}"
        config = self.folder / "anyns.yaml"
        config.write_text(f"instance: bench\nlisten: [{self.place.v4}, \"{self.place.v6}\"]\nworkers: 1\n"
                          f"control: off\n{what}", encoding="ascii")
        return ["run", "-c", config]


class Nsd(Server):
    def configure(self, zones):
        # Before 4.8 NSD had a database file, which "" turns off.
        database = 'database: ""' if self.version() < "4.8" else ""
        config = self.folder / "conf"
        config.write_text(NSD.format(dir=self.folder, v4=self.place.v4, v6=self.place.v6, database=database,
                                     zones=entries(NSD_ZONE, zones)), encoding="ascii")
        return ["-d", "-c", config]


class Knot(Server):
    version_option = "-V"
    xdp = ""

    def configure(self, zones):
        config = self.folder / "conf"
        config.write_text(KNOT.format(dir=self.folder, v4=self.place.v4, v6=self.place.v6, xdp=self.xdp,
                                      zones=entries(KNOT_ZONE, zones)), encoding="ascii")
        return ["-c", config]


class KnotXdp(Knot):
    """AF_XDP: the kernel's sockets are passed by."""

    def configure(self, zones):
        self.xdp = f"xdp:\n    listen: {self.place.server_link}\n"
        return super().configure(zones)


class Bind(Server):
    version_option = "-V"

    def configure(self, zones):
        config = self.folder / "conf"
        config.write_text(BIND.format(dir=self.folder, v4=self.place.v4, v6=self.place.v6,
                                      zones=entries(BIND_ZONE, zones)), encoding="ascii")
        return ["-g", "-n", "1", "-c", config]


class Gdnsd(Server):
    dnssec = False
    version_option = "-h"

    def __init__(self, name, program, place, control):
        super().__init__(name, program, place)
        self.control = control

    def configure(self, zones):
        folder = self.folder / "zones"
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for zone in zones:
            (folder / zone.name).symlink_to(zone.path)
        (self.folder / "config").write_text(GDNSD.format(dir=self.folder, v4=self.place.v4, v6=self.place.v6),
                                            encoding="ascii")
        return ["-c", self.folder, "start"]

    def reload(self, zones):
        subprocess.run([self.control, "-c", self.folder, "reload-zones"], capture_output=True, check=False)


def make(programs, place):
    """In the order of the table."""
    return [
        Anyns("anyns", programs["anyns"], place),
        Nsd("nsd", programs["nsd"], place),
        Knot("knot", programs["knot"], place),
        KnotXdp("knot-xdp", programs["knot"], place),
        Bind("bind", programs["bind"], place),
        Gdnsd("gdnsd", programs["gdnsd"], place, programs["gdnsdctl"]),
        Echo("echo", programs["echo"], place),
    ]
