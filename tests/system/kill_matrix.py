# SPDX-License-Identifier: BSD-2-Clause
"""The kill matrix: ways to lose a server, each from the fault until the router's kernel has no route any more.

Shared by tests/system/kill-matrix/test (a few runs, lenient bounds) and bench/kill (many runs of a release
build, the table). Every run has a fresh server, BIRD and cable; those of one batch come up together, since
warming takes a second, and are then broken one after the other.

Deletions are read from a netlink socket of the router's namespace and timed here, so a figure includes waking
this process. UPDATEs are timed by the kernel as they leave the announcer's end of the cable.
"""
import concurrent.futures
import contextlib
import ctypes
import math
import os
import pathlib
import re
import select
import signal
import socket
import struct
import subprocess
import tempfile
import time

from daemons import ExaBgp, LocalBird, follow_bird
from lib import (ANYNS, LIBC, PATIENCE, WORK, Directories, Failure, Namespaces, Server, check, inside, ip, question,
                 run, skip, socket_in, wait_for, write_zone)
from routers import OUR_AS, PREFIX4, PREFIX6, ROUTER_AS, Bird, Cable, Process, die_with_parent

PREFIXES = (PREFIX4, PREFIX6)
SERVICE4, SERVICE6 = "192.0.2.53", "2001:db8::53"
HOLD = 3  # seconds, the shortest there is
DRAIN = 1  # seconds of GRACEFUL_SHUTDOWN
STAY = 1.5  # seconds in which nothing must happen: three times what makes a worker stuck

# In the SOA record, which is every zone's canary, and nowhere else in the server's memory.
MARK = b"\x0bkill-matrix"
ZONE = """$TTL 300
@ SOA ns kill-matrix 1 7200 3600 1209600 300
@ NS ns
ns A 192.0.2.1
www A 192.0.2.80
"""

# linux/rtnetlink.h
RTM_NEWROUTE, RTM_DELROUTE, RTA_DST = 24, 25, 1
RTMGRP_IPV4_ROUTE, RTMGRP_IPV6_ROUTE = 0x40, 0x400

# linux/socket.h, linux/if_ether.h, linux/if_packet.h; RFC 4271 4.1
SO_TIMESTAMPNS, ETH_P_ALL, PACKET_OUTGOING = 35, 3, 4
BGP_MARKER, BGP_UPDATE = b"\xff" * 16, 2

# linux/ptrace.h
PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_DETACH = 0x4206, 0x4207, 17
WAIT_ALL = 0x40000000  # __WALL: threads, too
LIBC.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
LIBC.ptrace.restype = ctypes.c_long

# include/anyns/lease.h
LEASE_GATES_AT, LEASE_GATE_SIZE, LEASE_SIZE = 64, 16, 148544
GATE_DOWN = 4


class Routes:
    """What happens to the prefixes in a router's kernel, from now on."""

    def __init__(self, netns):
        self.socket = socket_in(netns, socket.AF_NETLINK, socket.SOCK_RAW)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.bind((0, RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE))

    def close(self):
        self.socket.close()

    @staticmethod
    def parse(data):
        """(message type, prefix) of every route message."""
        at = 0
        while at + 28 <= len(data):
            size, kind = struct.unpack_from("=IH", data, at)
            family, bits = data[at + 16], data[at + 17]
            inner, end = at + 28, at + size
            while kind in (RTM_NEWROUTE, RTM_DELROUTE) and inner + 4 <= end:
                length, attribute = struct.unpack_from("=HH", data, inner)
                if attribute == RTA_DST:
                    yield kind, f"{socket.inet_ntop(family, data[inner + 4:inner + length])}/{bits}"
                inner += max(4, (length + 3) & ~3)
            at += max(16, (size + 3) & ~3)

    def events(self, seconds):
        """(clock, type, prefix) as they come; ends after so long without any."""
        while select.select([self.socket], [], [], seconds)[0]:
            data = self.socket.recv(65536)
            now = time.monotonic()
            for kind, prefix in self.parse(data):
                yield now, kind, prefix

    def gone(self, since, limit):
        """Milliseconds until the last of the prefixes was deleted."""
        missing = set(PREFIXES)
        while missing:
            left = since + limit - time.monotonic()
            check(left > 0, f"after {limit} s still in the router's kernel: {' '.join(sorted(missing))}")
            for now, kind, prefix in self.events(left):
                if kind == RTM_DELROUTE:
                    missing.discard(prefix)
                elif prefix in PREFIXES:
                    missing.add(prefix)  # a change, which IPv6 sees as deletion and addition
                if not missing:
                    return 1000 * (now - since)
        return None

    def deleted(self):
        """The prefixes that were deleted at some time until now."""
        return [prefix for _, kind, prefix in self.events(0) if kind == RTM_DELROUTE and prefix in PREFIXES]


class Wire:
    """The UPDATEs that leave a namespace, from now on."""

    def __init__(self, netns):
        self.socket = socket_in(netns, socket.AF_PACKET, socket.SOCK_RAW)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.bind(("eth0", ETH_P_ALL))
        self.socket.settimeout(0)

    def close(self):
        self.socket.close()

    def packets(self):
        """(seconds of the wall clock, bytes) of all that came until now."""
        try:
            while True:
                packet, controls, _, address = self.socket.recvmsg(65535, 64)
                if address[2] == PACKET_OUTGOING:
                    seconds, nanoseconds = struct.unpack("qq", controls[0][2])
                    yield seconds + nanoseconds / 1e9, packet
        except BlockingIOError:
            return

    def withdrawn(self):
        """By prefix: the clock (as time.monotonic()) when the UPDATE that withdraws it left."""
        wall = time.time() - time.monotonic()
        result = {}
        for at, packet in self.packets():
            begin = packet.find(BGP_MARKER)
            # The TCP time stamp before it may end in 0xff, too; a message's length never begins so.
            while begin >= 0 and packet[begin + 16:begin + 17] == b"\xff":
                begin += 1
            while begin >= 0 and begin + 21 <= len(packet):
                size, kind, withdrawn = struct.unpack_from("!HBH", packet, begin + 16)
                if kind == BGP_UPDATE:
                    # Withdrawn routes of RFC 4271; none, so it is MP_UNREACH of the other family.
                    result.setdefault(PREFIX4 if withdrawn else PREFIX6, at - wall)
                begin = packet.find(BGP_MARKER, begin + size)
        return result


class Stage:
    """A server that announces, and the router that believes it."""

    def __init__(self, number, router_options="", workers=2, service="lo", own_queries=True, **more):
        self.cable = Cable(str(number))
        self.bird = Bird(self.cable, f"hold time {HOLD}; {router_options}")
        self.more = more  # for the configuration
        if service != "lo":
            # A pair rather than a dummy, which not every kernel has.
            ip(self.cable.anyns, "link", "add", service, "type", "veth", "peer", "name", "peer0")
            for end in (service, "peer0"):
                ip(self.cable.anyns, "link", "set", end, "up")
        if not own_queries:
            # They go over lo, others over the cable.
            ip(self.cable.anyns, "link", "set", "lo", "down")
        ip(self.cable.anyns, "addr", "add", f"{SERVICE4}/32", "dev", service)
        ip(self.cable.anyns, "addr", "add", f"{SERVICE6}/128", "dev", service, "nodad")
        self.directory = pathlib.Path(tempfile.mkdtemp(dir=WORK))
        self.control = self.directory / "control"
        self.halted = []
        self.begin()
        self.server = Server(self.config(workers), self.directory, self.cable.anyns)
        self.pid = self.server.process.pid
        children = pathlib.Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text(encoding="ascii").split()
        check(len(children) == 1, "one child, the announcer", children)
        # A descriptor rather than a number: it never becomes another process.
        self.announcer_pid = int(children[0])
        self.announcer = os.pidfd_open(self.announcer_pid)
        self.routes = self.wire = None

    def begin(self):
        """What runs beside the server."""

    def announce(self):
        peers = [{"address": address, "as": ROUTER_AS, "hold": HOLD} for address in ("10.0.0.1", "fd00::1")]
        return {"bgp": {"local-as": OUR_AS, "router-id": "10.0.0.2", "peers": peers}}

    def config(self, workers):
        if self.more.pop("saved", False):
            (self.directory / "state").mkdir()
            self.more["state-directory"] = str(self.directory / "state")
        return {"listen": [f"{SERVICE4}@53", f"{SERVICE6}@53"], "workers": workers, "control": str(self.control),
                "zones": [{"name": "example.com", "file": str(write_zone(self.directory, text=ZONE))}],
                "health": {"drain-time": f"{DRAIN}s", "linger-time": "1s", **self.more.pop("health", {})},
                "announce": {"prefixes": list(PREFIXES), **self.announce()}, **self.more}

    def wait_announced(self):
        wait_for(lambda: all(self.bird.kernel(prefix) for prefix in PREFIXES), "both routes are in the kernel")

    def watch(self):
        self.routes = Routes(self.cable.router)
        self.wire = Wire(self.cable.anyns)

    def signal_announcer(self, number):
        signal.pidfd_send_signal(self.announcer, number)

    def announcer_resident(self):
        status = pathlib.Path(f"/proc/{self.announcer_pid}/status").read_text(encoding="ascii")
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1))

    def thread(self, name):
        """The id of the first thread of this name."""
        for task in sorted(pathlib.Path(f"/proc/{self.pid}/task").iterdir(), key=lambda path: int(path.name)):
            if (task / "comm").read_text(encoding="utf-8").strip() == name:
                return int(task.name)
        raise Failure(f"no thread {name}")

    def halt(self, tid):
        """Stops one thread as a debugger does: the others do not notice."""
        for request in (PTRACE_SEIZE, PTRACE_INTERRUPT):
            if LIBC.ptrace(request, tid, None, None) != 0:
                error = os.strerror(ctypes.get_errno())
                skip(f"ptrace is not to be had here: {error}")
        os.waitpid(tid, WAIT_ALL)
        self.halted.append(tid)

    def resume(self):
        for tid in self.halted:
            LIBC.ptrace(PTRACE_DETACH, tid, None, None)
        self.halted = []

    def known(self):
        """By prefix: the clock (seconds) when the gate went down, as the lease has it."""
        with open(f"/proc/{self.pid}/maps", encoding="utf-8") as maps:
            lines = [line for line in maps if "rw-s" in line and "/dev/zero" in line]
        result = {}
        for line in lines:
            low, high = (int(word, 16) for word in line.split()[0].split("-"))
            if high - low < LEASE_SIZE:
                continue
            with open(f"/proc/{self.pid}/mem", "rb", buffering=0) as memory:
                memory.seek(low + LEASE_GATES_AT)
                for prefix in PREFIXES:
                    word, since = struct.unpack("=Qq", memory.read(LEASE_GATE_SIZE))
                    if word & 0xff == GATE_DOWN:
                        result[prefix] = since / 1e9
        return result

    def to_the_wire(self):
        """Milliseconds from the knowledge of a hard fault to the UPDATE, one figure per prefix."""
        known, sent = self.known(), self.wire.withdrawn()
        check(len(known) == len(PREFIXES), "both gates are down", known, self.server.log())
        return [1000 * (sent[prefix] - known[prefix]) for prefix in PREFIXES if prefix in sent]

    def announced(self):
        return [prefix for prefix in PREFIXES if self.bird.route(prefix)]

    def states(self):
        """Every move of a gate: (prefix, from, to)."""
        return re.findall(r"prefix (\S+): (\S+) -> (\S+) ", self.server.log())

    def answers(self, tcp=False, limit=2):
        """Whether the router gets an answer over the announced route."""
        return answered(self.cable.router, tcp, limit)

    def end(self):
        self.resume()
        self.server.kill()
        try:
            self.signal_announcer(signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.close(self.announcer)
        for watcher in (self.routes, self.wire):
            if watcher:
                watcher.close()


class BirdStage(Stage):
    """BIRD beside the server holds the sessions and follows TUN devices."""

    def begin(self):
        if not os.path.exists("/dev/net/tun"):
            skip("no /dev/net/tun")
        self.local = LocalBird(self.cable)

    def announce(self):
        return follow_bird(self.local)

    def has_link(self, number):
        return ",UP" in run("ip", "-n", self.cable.anyns, "-o", "link", "show", f"anyns{number}").stdout


class ExaBgpStage(Stage):
    """ExaBGP beside the server holds the sessions, and `anyns exabgp` is its child."""

    def begin(self):
        self.socket = self.directory / "exabgp.sock"
        self.exabgp = ExaBgp(self.cable, self.socket)

    def announce(self):
        return {"exabgp": {"socket": str(self.socket), "local-as": OUR_AS}}


@contextlib.contextmanager
def stages_of(count, kind=Stage, **options):
    stages = []
    try:
        for number in range(count):
            stages.append(kind(number, **options))
        yield stages
    finally:
        for stage in stages:
            stage.end()
        clear()


def clear():
    Server.clear()
    Process.clear()
    Namespaces.clear()
    Directories.clear()


def ask_from(netns, address=SERVICE4, tcp=False, limit=2):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    channel = socket_in(netns, family, socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM)
    channel.settimeout(limit)
    channel.connect((address, 53))
    message = question("www.example.com.")
    channel.sendall(struct.pack("!H", len(message)) + message if tcp else message)
    return channel


def answered(netns, tcp=False, limit=2):
    try:
        with ask_from(netns, SERVICE4, tcp, limit) as channel:
            return len(channel.recv(4096)) > 0
    except OSError:
        return False


# --- faults: each breaks the stage and may return something to be called after the route is gone --------------

def kill_server(stage):
    stage.server.process.send_signal(signal.SIGKILL)


def kill_announcer(stage):
    stage.signal_announcer(signal.SIGKILL)


def stop_server(stage):
    stage.server.process.send_signal(signal.SIGSTOP)


def stop_both(stage):
    stage.signal_announcer(signal.SIGSTOP)
    stage.server.process.send_signal(signal.SIGSTOP)


def halt(name):
    def fault(stage):
        stage.halt(stage.thread(name))
    return fault


def stick_worker(stage):
    """The others go on: of questions from many ports some are answered."""
    stage.halt(stage.thread("anyns-udp"))
    asked = [ask_from(stage.cable.router, address) for address in (SERVICE4, SERVICE6) for _ in range(16)]

    def look():
        count = len(select.select(asked, [], [], 1)[0])
        for channel in asked:
            channel.close()
        check(0 < count, "the other workers answer", count)
    return look


def change_image(stage):
    """A bit of the SOA record falls over, wherever it is."""
    found = 0
    with open(f"/proc/{stage.pid}/maps", encoding="utf-8") as maps:
        lines = [line.split() for line in maps]
    with open(f"/proc/{stage.pid}/mem", "r+b", buffering=0) as memory:
        for words in lines:
            low, high = (int(word, 16) for word in words[0].split("-"))
            # Memory of its own, not of files; sanitizers reserve terabytes.
            if not re.match(r"r..p", words[1]) or high - low > 1 << 28 or words[4] != "0":
                continue
            try:
                memory.seek(low)
                content = memory.read(high - low)
            except OSError:
                continue
            for match in re.finditer(re.escape(MARK), content):
                memory.seek(low + match.start() + 1)
                memory.write(b"K")
                found += 1
    check(found, "the canary's record is somewhere in memory")


def remove_address(stage):
    for address in (f"{SERVICE4}/32", f"{SERVICE6}/128"):
        ip(stage.cable.anyns, "addr", "del", address, "dev", "lo")


def drain(stage):
    done = run(ANYNS, "drain", "-s", stage.control)
    check(done.returncode == 0, "anyns drain", done.stdout, done.stderr)


def kill_child(stage):
    """ExaBGP keeps what a dead child announced, and starts another one, which withdraws first."""
    os.kill(wait_for(stage.exabgp.child, "the child"), signal.SIGKILL)

    def look():
        stage.wait_announced()  # by the next child
    return look


def meddle_while_down(stage):
    """Down already; then everything that somebody could do by mistake. The switch itself is what is timed."""
    remove_address(stage)
    wait_for(lambda: not any(stage.bird.kernel(prefix) for prefix in PREFIXES), "withdrawn after a fault")
    for words in (["configure"], ["enable", '"any*"'], ["restart", '"any*"']):
        stage.local.birdc(*words)
        end = time.monotonic() + 0.3
        wait_for(lambda end=end: time.monotonic() > end or stage.announced(), "nothing happens")
        check(not stage.announced(), f"birdc {words[0]} brings nothing back")
    since = time.monotonic()
    for number in range(len(PREFIXES)):
        ip(stage.cable.anyns, "link", "set", f"anyns{number}", "up")
    wait_for(lambda: not any(stage.has_link(number) for number in range(len(PREFIXES))) and
             not any(stage.bird.kernel(prefix) for prefix in PREFIXES), "withdrawn again")
    return 1000 * (time.monotonic() - since)


# --- cases ----------------------------------------------------------------------------------------------------

class Case:
    """`limit`: milliseconds to show, None: the route must stay. `hard`: the server knows and says so."""

    def __init__(self, name, limit, fault, hard=False, together=False, **stage):
        self.name, self.limit, self.fault, self.hard = name, limit, fault, hard
        self.together, self.stage = together, stage


GRACEFUL = "graceful restart on; long lived graceful restart on;"
CASES = [
    Case("SIGKILL server", 20, kill_server),
    Case("SIGKILL announcer", 10, kill_announcer),
    Case("SIGSTOP server", 250, stop_server),
    Case("health thread halted", 250, halt("anyns-health")),
    Case("one worker of four stuck, the others serving", 750, stick_worker, hard=True, workers=4),
    Case("TCP thread halted", 750, halt("anyns-tcp"), hard=True),
    Case("main thread halted", None, halt("anyns")),
    Case("scrub thread halted", None, halt("anyns-scrub")),
    Case("state thread halted", None, halt("anyns-state"), saved=True),
    Case("command thread halted", None, halt("anyns-command"), health={"command": {"run": ["/bin/true"]}}),
    Case("zone changed in memory", 1000, change_image, hard=True),
    Case("service address removed", 250, remove_address, hard=True),
    Case(f"drain, drain-time {DRAIN} s", 1000 * DRAIN + 250, drain),
    Case("birdc configure and link set up while down", 250, meddle_while_down, kind=BirdStage),
    Case("ExaBGP's child killed", 250, kill_child, kind=ExaBgpStage),
    Case(f"everything stopped, hold {HOLD} s", 1000 * (HOLD + 2), stop_both, together=True),
    Case("router with graceful restart, SIGKILL server", 20, kill_server, router_options=GRACEFUL),
    Case("router with graceful restart, SIGKILL announcer", 10, kill_announcer, router_options=GRACEFUL),
]
WIRE_LIMIT = 2  # milliseconds from a hard fault known to the UPDATE


class Result:
    """Figures of a case in milliseconds; `wire`: from known to the UPDATE; `resident`: kB of the announcer."""

    def __init__(self):
        self.times, self.wire, self.failures = [], [], []
        self.stayed = self.resident = 0


def attempt(case, stage, result):
    """Breaks the stage and waits for the routes to go."""
    try:
        stage.watch()
        since = time.monotonic()
        look = case.fault(stage)
        # A fault that takes its own time tells how long; others return what is to be looked at, or nothing.
        took = look if isinstance(look, float) else stage.routes.gone(since, case.limit / 1000 + PATIENCE)
        if callable(look):
            look()
        result.wire += stage.to_the_wire() if case.hard else []
        result.times.append(took)
    except Failure as failure:
        result.failures.append(f"{case.name}: {failure}\n{stage.server.log()[-1500:]}")


def attempt_to_stay(case, stages, result):
    """Breaks all of them; nothing must come of it."""
    for stage in stages:
        stage.watch()
        case.fault(stage)
    time.sleep(STAY)  # nothing can be waited for: the case is that nothing happens
    for stage in stages:
        if stage.routes.deleted():
            result.failures.append(f"{case.name}: the route went away\n{stage.server.log()[-1500:]}")
        elif not stage.answers() or not stage.answers(tcp=True):
            result.failures.append(f"{case.name}: questions are not answered any more")
        else:
            result.stayed += 1


def run_batch(case, count, result):
    with stages_of(count, **case.stage) as stages:
        for stage in stages:
            stage.wait_announced()
        result.resident = max([result.resident, *(stage.announcer_resident() for stage in stages)])
        if case.limit is None:
            attempt_to_stay(case, stages, result)
        elif case.together:
            with concurrent.futures.ThreadPoolExecutor(count) as pool:
                list(pool.map(lambda stage: attempt(case, stage, result), stages))
        else:
            for stage in stages:
                attempt(case, stage, result)


def run_case(case, runs, batch=4):
    result = Result()
    while runs > 0:
        run_batch(case, min(runs, batch), result)
        runs -= batch
    return result


def percentile(values, share):
    """By the nearest rank: of 20 values the 99th percentile is the largest."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


def figures(values):
    """Median, 99th percentile and maximum."""
    return percentile(values, 0.5), percentile(values, 0.99), max(values)


# --- overload -------------------------------------------------------------------------------------------------

def cpu_times():
    with open("/proc/stat", encoding="ascii") as stat:
        words = [int(word) for word in stat.readline().split()[1:9]]
    return sum(words), words[3] + words[4]


def send_load(stage, seconds):
    queries = stage.directory / "queries"
    queries.write_text("www.example.com A\nexample.com SOA\nno.example.com A\n")
    return subprocess.Popen([*inside(stage.cable.router), "dnsperf", "-s", SERVICE4, "-d", queries, "-l", str(seconds),
                             "-c", "8", "-q", "2000", "-t", "1"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            text=True, preexec_fn=die_with_parent)


def overload(seconds, senders=2):
    """Asks as fast as some dnsperf can: (withdraws, queries per second, share of all CPUs used)."""
    load = []
    try:
        with stages_of(1) as (stage,):
            stage.wait_announced()
            stage.watch()
            all_before, idle_before = cpu_times()
            load = [send_load(stage, seconds) for _ in range(senders)]
            texts = [process.communicate(timeout=seconds + PATIENCE)[0] for process in load]
            all_after, idle_after = cpu_times()
            rates = [re.search(r"Queries per second:\s+([\d.]+)", text) for text in texts]
            check(all(rates), "dnsperf", *texts)
            return (len(stage.routes.deleted()), sum(float(rate.group(1)) for rate in rates),
                    1 - (idle_after - idle_before) / (all_after - all_before))
    finally:
        for process in load:
            if process.poll() is None:
                process.kill()
            process.wait()


# --- boot -----------------------------------------------------------------------------------------------------

def boot(seconds=STAY):
    """Answers from the first moment on; announced not before own queries were answered, nor before it was warm.

    Returns how many questions were answered while it booted.
    """
    with stages_of(1, service="service", own_queries=False) as (stage,):
        for family, prefix, hop in (("-4", PREFIX4, "10.0.0.2"), ("-6", PREFIX6, "fd00::2")):
            # A way to the server that does not depend on BGP.
            ip(stage.cable.router, family, "route", "add", prefix, "via", hop, "metric", "4242")
        stage.bird.wait_up()
        asked = 0
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            check(stage.answers(), "answers while booting", stage.server.log())
            check(stage.answers(tcp=True), "answers over TCP while booting", stage.server.log())
            asked += 2
        check(not stage.announced(), "announced before a full round", stage.server.log())
        check(not stage.states(), "is still booting", stage.server.log())
        ip(stage.cable.anyns, "link", "set", "lo", "up")
        wait_for(lambda: len(stage.states()) >= len(PREFIXES), "warming")
        check(stage.answers(), "answers while warming", stage.server.log())
        check(not stage.announced(), "announced while warming", stage.server.log())
        wait_for(lambda: len(stage.announced()) == len(PREFIXES), "announced at last")
        moves = [(old, new) for _, old, new in stage.states()]
        check(set(moves) == {("boot", "warming"), ("warming", "up")}, "the way up", moves)
        return asked
