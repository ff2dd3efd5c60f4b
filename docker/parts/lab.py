# SPDX-License-Identifier: BSD-2-Clause
"""The running lab as scenarios see it: instances to stop, routers to reconfigure, regions to ask from."""
import ipaddress
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

import topology
import zones
from base import Trouble, run, say, table, wait_for
from containers import Containers
from netns import Namespaces
from topology import INSTANCES, PREFIX, REGIONS, SERVICE

NOTHING = "function tune_in(int peer_as) { }\nfunction tune_out(int peer_as) { }\n"


def open_lab(here, netns):
    services = topology.read(here / "compose.yaml")
    state = pathlib.Path(os.environ.get("LAB_STATE") or here.parent / "build" / "lab").absolute()
    return Lab((Namespaces if netns else Containers)(here, state, services), here, state)


class Probe:
    """anyns probe in one region, for a while."""

    def __init__(self, lab, region, *options, family=4, target=None):
        words = ["anyns", "probe", "-j", "-q", "--vantage", region, *options, target or SERVICE[family]]
        self.process = subprocess.Popen(lab.place.inside("client-" + region, words), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **lab.place.options())

    def end(self, limit=60):
        """The summary's series."""
        try:
            out, errors = self.process.communicate(timeout=limit)
            return json.loads(out.splitlines()[-1])["series"][0]
        except subprocess.TimeoutExpired as error:
            self.process.kill()
            raise Trouble("anyns probe does not end") from error
        except (IndexError, KeyError, ValueError) as error:
            raise Trouble(f"anyns probe: {errors.strip() or out.strip()}") from error


class Lab:
    def __init__(self, place, here, state):
        self.place, self.here, self.state = place, here, state
        self.services = place.services

    # --- up and down -----------------------------------------------------------------------------------

    def up(self):
        if self.place.is_up():
            raise Trouble("the lab is up already; docker/lab down ends it")
        self.place.prepare()
        shutil.rmtree(self.state, ignore_errors=True)
        self.state.mkdir(parents=True)
        start = time.monotonic()
        zones.make(self.place, self.here, self.state)
        try:
            say(f"starting {len(self.services)} {self.place.kind}")
            self.place.up()
            self.settle()
        except BaseException:
            self.place.down()
            raise
        say(f"up after {time.monotonic() - start:.0f} s")
        return self.status()

    def down(self):
        self.place.down()
        shutil.rmtree(self.state, ignore_errors=True)
        say("all of it is gone")

    def must_run(self):
        if not self.place.is_up():
            raise Trouble("the lab is not up; start it with docker/lab up")

    def settle(self, limit=60):
        """Waits until every region has its own PoP again, in both families."""
        wait_for(lambda: all(instance in INSTANCES and INSTANCES[instance] == region
                             for family in (4, 6) for region, instance in self.catchment(family).items()),
                 "every region is answered by its own PoP", limit, 0.2)
        wait_for(lambda: len(self.next_hops("newyork")) == len(self.next_hops("newyork", 6)) == 2,
                 "New York has two equal routes", limit, 0.2)
        for router in self.routers():
            wait_for(lambda router=router: not self.sessions(router)[1], f"the sessions of {router} are up", limit, 0.2)

    # --- commands inside -------------------------------------------------------------------------------

    def inside(self, name, *words, **options):
        return run(*self.place.inside(name, words), **options, **self.place.options())

    def birdc(self, router, *words):
        return self.inside(router, "birdc", "-s", "/run/bird/bird.ctl", *words).stdout

    def vtysh(self, *lines):
        words = [word for line in lines for word in ("-c", line)]
        return self.inside("customer", "vtysh", "--vty_socket", "/run/vtys", "--config_dir", "/run/vtys", *words).stdout

    def write(self, router, path, text):
        self.inside(router, "sh", "-c", f"cat >{path}", given=text)

    def configure(self, router):
        answer = self.birdc(router, "configure")
        if "Reconfigured" not in answer and "in progress" not in answer:
            raise Trouble(f"birdc configure on {router}: {answer}")

    def tune(self, router, tune_in="", tune_out="", more=""):
        """Gives a router another policy, as an operator would: the bodies of two BIRD functions, and what they need."""
        text = f"{more}\nfunction tune_in(int peer_as) {{ {tune_in} }}\nfunction tune_out(int peer_as) {{ {tune_out} }}\n"
        for way, body in (("import", tune_in), ("export", tune_out)):
            if body:
                say(f"  bird.conf of {router}, {way}: {' '.join(body.split())}")
        self.write(router, "/run/bird/policy.conf", text)
        self.configure(router)

    def untune(self, *routers):
        for router in routers:
            self.write(router, "/run/bird/policy.conf", NOTHING)
            self.configure(router)

    def anyns(self, instance, *words, **options):
        return self.inside(instance, "anyns", *words, "-s", "/run/anyns/control.sock", **options)

    def session(self, router, peer, line=""):
        """A line inside a router's sessions with a peer, such as `bfd on;`; "" takes it away."""
        if line:
            say(f"  bird.conf of {router}, sessions with {peer}: {line}")
        self.write(router, f"/run/bird/{peer}.session", line + "\n")
        self.configure(router)

    def cut_power(self, router):
        """The cables go dead first, so that nobody is told."""
        self.inside(router, "sh", "-c", "for i in /sys/class/net/eth*; do ip link set ${i##*/} down; done")
        self.place.kill(router)

    # --- what is so ------------------------------------------------------------------------------------

    def routers(self):
        return [name for name, service in self.services.items() if service.is_router]

    def sessions(self, router):
        """The names of a router's BGP sessions: those that are up, and those that should be."""
        protocols = [line.split() for line in self.birdc(router, "show", "protocols").splitlines() if " BGP " in line]
        up = [words[0] for words in protocols if "Established" in words]
        # One that is switched off is down and has nothing to say about it.
        return up, [words[0] for words in protocols if words[0] not in up and (words[3] != "down" or len(words) > 5)]

    def best(self, router, family=4):
        """The AS path of a router's best route, as BIRD says it; "" without one."""
        text = self.birdc(router, "show", "route", "primary", "all", "for", SERVICE[family])
        path = re.search(r"BGP\.as_path: *(.*)", text)
        return path.group(1).strip() if path else ""

    def paths(self, router, family=4):
        """The AS paths of all routes a router has, the best one first."""
        text = self.birdc(router, "show", "route", "all", "for", SERVICE[family])
        return [path.strip() for path in re.findall(r"BGP\.as_path: *(.*)", text)]

    def imported(self, router, protocol):
        """(routes that a session delivered, routes that the filter let in)."""
        text = self.birdc(router, "show", "protocols", "all", protocol)
        updates = re.search(r"Import updates: +(\d+) +\d+ +(\d+) +\d+ +(\d+)", text)
        return tuple(int(number) for number in updates.groups()[::2]) if updates else (0, 0)

    def next_hops(self, router, family=4):
        """The next hops of the kernel's route."""
        text = self.inside(router, "ip", f"-{family}", "route", "show", PREFIX[family]).stdout
        return re.findall(r"via (\S+)", text)

    def measure(self, region, *options, **more):
        """A probe from begin to end."""
        return Probe(self, region, *options, **more).end()

    def ask(self, region, family=4):
        """Who answers a region: the instance, or "-"."""
        series = Probe(self, region, "-n", "1", "-w", "500ms", family=family).end()
        return next((entry["instance"] for entry in series["instances"]), "-")

    def catchment(self, family=4):
        """By region: who answers. All ask at the same time."""
        probes = {region: Probe(self, region, "-n", "1", "-w", "500ms", family=family) for region in REGIONS}
        return {region: next((entry["instance"] for entry in probe.end()["instances"]), "-")
                for region, probe in probes.items()}

    def wait_region(self, region, *instances, limit=30, family=4):
        """Waits until one of the instances answers a region."""
        return wait_for(lambda: next((name for name in [self.ask(region, family)] if name in instances), None),
                        f"{' or '.join(instances)} answers {region}", limit)

    def wait_best(self, router, pattern, what, limit=30, family=4):
        wait_for(lambda: re.search(pattern, self.best(router, family)), what, limit)

    def prefixes(self, instance):
        """What an instance says of its prefixes; nothing while it starts."""
        done = self.anyns(instance, "status", "--json", check=False)
        return json.loads(done.stdout).get("prefixes", []) if done.returncode == 0 else []

    def wait_state(self, instance, state, limit=60):
        """Waits until both prefixes of an instance are in a state, such as "up" or "drained"."""
        wait_for(lambda: [prefix["state"] for prefix in self.prefixes(instance)] == [state] * 2,
                 f"{instance} is {state}", limit, 0.1)

    def wait_bfd(self, router, count):
        wait_for(lambda: len(re.findall(r" Up ", self.birdc(router, "show", "bfd", "sessions"))) == count,
                 f"{router} has {count} BFD sessions up")

    def wait_session(self, router, session):
        wait_for(lambda: session in self.sessions(router)[0], f"{session} of {router} is up")

    # --- commands of docker/lab ------------------------------------------------------------------------

    def status(self):
        rows = [("region", "IPv4", "IPv6")]
        four, six = self.catchment(4), self.catchment(6)
        rows += [(region, four[region], six[region]) for region in REGIONS]
        say("who answers:\n" + table(rows))
        rows = [("router", "AS", "sessions", "best AS path to " + PREFIX[4])]
        for router in self.routers():
            up, missing = self.sessions(router)
            rows.append((router, self.services[router].environment["AS"], f"{len(up)} of {len(up) + len(missing)}",
                         self.best(router)))
        say("what the routers think:\n" + table(rows))

    @staticmethod
    def contents(file):
        with file:
            file.seek(0)
            return file.read()

    def probe_everywhere(self, options):
        """anyns probe in every region at the same time, and what it makes of all three together."""
        svg = ""
        if "--svg" in options[:-1]:
            at = options.index("--svg")
            svg, options = options[at + 1], options[:at] + options[at + 2:]
        targets = [] if any(map(is_address, options)) else [SERVICE[4]]
        # Into files: who writes into a pipe that is read later stops asking when it is full.
        files = [tempfile.TemporaryFile("w+") for _ in REGIONS]
        probes = [subprocess.Popen(self.place.inside("client-" + region, ["anyns", "probe", "-j", "--vantage", region, *options,
                                                                          *targets]), stdin=subprocess.DEVNULL,
                                   stdout=file, **self.place.options()) for region, file in zip(REGIONS, files)]
        for probe in probes:
            probe.wait()
        heard = "".join(self.contents(file) for file in files)
        if max(probe.returncode for probe in probes) > 1:
            return 2
        # The picture has no other way out of a container than standard output.
        words = ["sh", "-c", 'anyns=$1; shift; cat >/run/heard; "$anyns" probe --read /run/heard "$@"', "sh",
                 self.place.inside("client-tokyo", ["anyns"])[-1]]
        say(self.inside("client-tokyo", *words, check=False, given=heard).stdout, end="")
        if svg:
            self.inside("client-tokyo", *words, "-q", "--svg", "/run/picture", check=False, given=heard)
            pathlib.Path(svg).write_text(self.inside("client-tokyo", "cat", "/run/picture").stdout, encoding="utf-8")
        return max(probe.returncode for probe in probes)


def is_address(word):
    try:
        return bool(ipaddress.ip_address(word.split("@")[0]))
    except ValueError:
        return False
