# SPDX-License-Identifier: BSD-2-Clause
"""Routing daemons beside the announcer, as operators run them: they hold the sessions to the router, and follow it."""
import os
import pathlib
import subprocess
import tempfile

from lib import ANYNS, WORK, Directories, run, wait_for
from routers import OUR_AS, PREFIX4, PREFIX6, ROUTER_AS, Process, peer_programs

LOOK = "show adj-rib out"

LOCAL_BIRD = """log stderr all;
router id 10.0.0.2;
protocol device { scan time 10; }
filter ours {
    if proto ~ "any*_up" then accept;
    if proto ~ "any*_worse" then { bgp_path.prepend(64512); bgp_path.prepend(64512); bgp_path.prepend(64512); accept; }
    if proto ~ "any*_going" then { bgp_community.add((65535, 0)); accept; }
    reject;
}
"""


class LocalBird(Process):
    """BIRD as an operator runs it beside anyns, with three protocols for each prefix."""

    def __init__(self, cable, control=None):
        programs = peer_programs()
        self.directory = Directories.public()
        self.control = control or self.directory / "ctl"
        self.birdc_path = programs / "birdc"
        lines = [LOCAL_BIRD]
        for number, (prefix, family) in enumerate(((PREFIX4, 4), (PREFIX6, 6))):
            for name, options in (("up", ""), ("worse", "disabled;"), ("going", "disabled;")):
                lines.append(f'protocol static any{number}_{name} {{ {options} ipv{family}; '
                             f'route {prefix} via "anyns{number}"; }}')
            ours, theirs = ("10.0.0.2", "10.0.0.1") if family == 4 else ("fd00::2", "fd00::1")
            lines.append(f"""protocol bgp to_router{family} {{
    local {ours} as {OUR_AS}; neighbor {theirs} as {ROUTER_AS}; direct; graceful restart off; hold time 9;
    connect delay time 1; connect retry time 1; error wait time 1, 2;
    ipv{family} {{ import none; export filter ours; }};
}}""")
        config = self.directory / "bird.conf"
        config.write_text("\n".join(lines) + "\n")
        super().__init__("local-bird", [programs / "bird", "-f", "-c", config, "-s", self.control, "-P",
                                        self.directory / "pid"], cable.anyns, stdin=subprocess.DEVNULL,
                         stdout=subprocess.DEVNULL)
        wait_for(self.control.exists, "the local BIRD's control socket")

    def birdc(self, *words):
        return run(self.birdc_path, "-s", self.control, *words).stdout


def follow_bird(bird):
    return {"bird": {"socket": str(bird.control),
                     "protocols": {"up": "any%_up", "degraded": "any%_worse", "draining": "any%_going"}}}


class ExaBgp(Process):
    """ExaBGP in the announcer's namespace: a session per family, our child, and somebody who meddles."""

    def __init__(self, cable, path, named=True):
        self.directory = pathlib.Path(tempfile.mkdtemp(dir=WORK))
        self.meddler = self.directory / "commands"
        self.meddler.touch()
        words = f"{PREFIX4} {PREFIX6}" if named else ""
        lines = [f"process gate {{ run {ANYNS} exabgp {path} {words}; encoder text; }}",
                 f"process meddler {{ run /usr/bin/tail -f {self.meddler}; encoder text; }}"]
        for family, ours, theirs in (("ipv4", "10.0.0.2", "10.0.0.1"), ("ipv6", "fd00::2", "fd00::1")):
            lines.append(f"""neighbor {theirs} {{
    router-id 10.0.0.2; local-address {ours}; local-as {OUR_AS}; peer-as {ROUTER_AS}; hold-time 9;
    family {{ {family} unicast; }}
    api {{ processes [ gate, meddler ]; }}
}}""")
        config = self.directory / "exabgp.conf"
        config.write_text("\n".join(lines) + "\n")
        settings = {"daemon.user": "root", "daemon.drop": "false", "api.cli": "false", "log.destination": "stdout",
                    "log.level": "DEBUG", "log.processes": "true", "log.packets": "false", "log.rib": "false",
                    "log.timers": "false", "log.message": "false"}
        # Its log on standard output is the one that is not buffered.
        super().__init__("exabgp", ["sh", "-c", 'exec "$@" >&2', "sh", peer_programs() / "exabgp", config],
                         cable.anyns, stdin=subprocess.DEVNULL,
                         env={**os.environ, **{f"exabgp_{key}".replace(".", "_"): value for key, value in settings.items()}})

    def child(self):
        """The process that is `anyns exabgp` now, or None."""
        done = run("pgrep", "-f", "-P", str(self.process.pid), " exabgp /")
        return int(done.stdout) if done.stdout.strip() else None

    def meddle(self, command):
        with open(self.meddler, "a", encoding="ascii") as commands:
            commands.write(command + "\n")

    def looks(self):
        return self.log().count(LOOK)
