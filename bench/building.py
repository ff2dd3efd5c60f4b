# SPDX-License-Identifier: BSD-2-Clause
"""Builds and finds what is measured: our release build below build/bench, the peers below build/peers."""
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "bench"
WORK = pathlib.Path(os.environ.get("BENCH_WORK", BUILD / "work"))
OPTIONS = ("--buildtype=release", "-Db_lto=true", "-Dtests=disabled", "-Dbench=true")

# Peer: the variable that names another build of it, its program's name.
PEERS = {
    "nsd": ("NSD", "nsd"),
    "knot": ("KNOTD", "knotd"),
    "bind": ("BIND", "named"),
    "gdnsd": ("GDNSD", "gdnsd"),
}


def shown(*command):
    """A command whose output concerns nobody unless it fails."""
    done = subprocess.run([str(word) for word in command], cwd=ROOT, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        sys.exit(f"{done.stdout}\nbench: {' '.join(map(str, command))} failed")
    return done.stdout


def build():
    """The programs by name. ANYNS names another build of the server, BENCH_PROGRAMS a folder with the others."""
    folder = os.environ.get("BENCH_PROGRAMS")
    if not folder:
        make()
    programs = {name: pathlib.Path(folder or BUILD / "bench") / name for name in ("echo", "load", "answer_loop")}
    programs["anyns"] = pathlib.Path(os.environ.get("ANYNS", BUILD / "server" / "anyns")).absolute()
    return programs


def make():
    shown("server/run", "--build", "--also", "bench/needs.txt")
    if not (BUILD / "build.ninja").exists():
        shown("meson", "setup", BUILD, ROOT)
    shown("meson", "configure", BUILD, *OPTIONS)
    shown("ninja", "-C", BUILD)


def fetch_peers():
    """The peers and kxdpgun by name: Debian's, unpacked, but for those that the environment names."""
    folder = pathlib.Path(os.environ.get("PEERS", ROOT / "build" / "peers"))
    if subprocess.run(["tests/peers", folder], cwd=ROOT, capture_output=True, check=False).returncode:
        shown("apt-get", "-q", "update")
        shown("tests/peers", folder)
    programs = {name: folder / "bin" / name for name in ("kxdpgun", "gdnsdctl")}
    for peer, (variable, program) in PEERS.items():
        programs[peer] = pathlib.Path(os.environ.get(variable) or folder / "bin" / program).absolute()
    return programs
