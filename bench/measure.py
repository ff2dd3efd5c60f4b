# SPDX-License-Identifier: BSD-2-Clause
"""The measurements. Each takes a running or a startable server and returns figures."""
import json
import re
import shutil
import socket
import statistics
import struct
import subprocess
import time

import dns.message

from servers import PORT, Echo, Lost
from verify import NAMES, check_rcodes

OFFERED = 400_000  # questions a second for saturation: more than any server here answers
BATCH = 32
SLOPE = (2000, 12000)
RELOAD_EVERY = 3.0  # seconds
RELOAD_SHARE = 0.8  # of saturation
SETTLE = 0.5  # seconds in which no reload begins, at both ends
WATCH_EVERY = 0.1  # seconds: what looks more often delays the generator, whose core it shares


class Bench:
    def __init__(self, place, programs, folder, patience):
        self.place, self.programs, self.folder = place, programs, folder
        self.patience = patience  # seconds until the first right answer

    def address(self, workload):
        return self.place.v6 if workload.family == 6 else self.place.v4

    def load(self, workload, *options, limit=120):
        done = self.place.ask(self.programs["load"], "-s", self.address(workload), "-q", workload.stream, *options,
                              limit=limit)
        if done.returncode or not done.stdout:
            raise Lost(f"no answer within the limit: {workload.title} {done.stderr.strip()}")
        return json.loads(done.stdout)

    def start(self, server, zones, workload):
        """Starts the server. Returns milliseconds from exec to the first right answer."""
        asking = self.place.start_client(self.programs["load"], "-s", self.address(workload), "-q", workload.stream, "-f", "-t",
                                         self.patience)
        try:
            time.sleep(0.05)  # it reads its questions first
            server.serve(zones, self.folder)
            if isinstance(server, Echo):
                time.sleep(0.2)
                return 0.0
            said = asking.communicate(timeout=self.patience + 5)[0]
        except subprocess.TimeoutExpired:
            said = ""
        finally:
            asking.kill()
            asking.wait()
        if not said:
            server.stop()
            raise Lost(f"{server.name} (status {server.process.returncode}): no right answer within {self.patience} s, see {server.folder}")
        return (json.loads(said)["first_ns"] - server.started) / 1e6

    def saturation(self, server, workload, seconds):
        """Replies a second when more is asked than can be answered, and CPU-ns per reply: user, kernel."""
        before = server.cpu()
        done = self.place.ask(self.programs["kxdpgun"], "-t", seconds, "-Q", OFFERED, "-b", BATCH, "-F", "1s1", "-i",
                              workload.text, self.address(workload))
        after = server.cpu()
        output = done.stdout + done.stderr
        replies = re.search(r"total replies: +(\d+)", output)
        if not replies or int(replies[1]) == 0:
            raise Lost(f"{server.name}, {workload.title}: kxdpgun got no reply: {output.strip()[-200:]}")
        if not isinstance(server, Echo):
            counts = {NAMES.get(name, name): int(count) for name, count in re.findall(r"responded (\w+): +(\d+)", output)}
            check_rcodes(server, workload, counts)
        total, user, kernel = (late - early for late, early in zip(after, before))
        each = total / int(replies[1])
        share = user / (user + kernel) if user + kernel else 0
        return {"per_second": int(replies[1]) / float(seconds), "user_ns": each * share, "kernel_ns": each * (1 - share)}

    def latency(self, server, workload, rate, seconds):
        result = self.load(workload, "-r", rate, "-t", seconds)
        if not isinstance(server, Echo):
            check_rcodes(server, workload, dict(enumerate(result["rcodes"])))
        return result

    def instructions(self, server, zones, workload):
        """User-space instructions of one question, asked one at a time: the slope between two numbers of them."""
        totals = []
        for count in SLOPE:
            out = self.folder / "callgrind"
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir(parents=True)
            server.wrapper = ("valgrind", "--tool=callgrind", "--trace-children=yes", "--quiet",
                              f"--callgrind-out-file={out}/%p")
            try:
                self.start(server, zones, workload)
                with server:
                    result = self.load(workload, "-n", count, "-w", "3000")
            finally:
                server.wrapper = ()
            if result["lost"] > count / 100:
                raise Lost(f"{server.name}: {result['lost']} questions lost under valgrind")
            found = [re.search(r"^totals: (\d+)", path.read_text(errors="replace"), re.MULTILINE) for path in out.iterdir()]
            totals.append(sum(int(one[1]) for one in found if one))
        return (totals[1] - totals[0]) / (SLOPE[1] - SLOPE[0])

    def reload(self, server, zones, workload, seconds):
        """Loss and latency at RELOAD_SHARE of saturation, left alone and with one reload after the other.

        This generator's answers pass the kernel's sockets, partly on the server's core; what is saturation with
        kxdpgun is more than that with it.
        """
        most = [self.load(workload, "-r", OFFERED, "-t", 0.5)["per_second"] for _ in range(3)]
        rate = RELOAD_SHARE * statistics.median(most)
        steady = self.latency(server, workload, rate, seconds)
        watch = Watch(self.place, server, zones)
        asking = self.place.start_client(self.programs["load"], "-s", self.address(workload), "-q", workload.stream, "-r",
                                         rate, "-t", seconds)
        begin = time.monotonic()
        while asking.poll() is None:
            time.sleep(WATCH_EVERY)
            passed = time.monotonic() - begin
            watch.look(may_begin=SETTLE < passed < seconds - SETTLE)
        result = json.loads(asking.stdout.read())
        check_rcodes(server, workload, dict(enumerate(result["rcodes"])))
        end = time.monotonic() + self.patience
        while watch.waits:
            if time.monotonic() > end:
                raise Lost(f"{server.name}: the zone of the last reload is not served after {self.patience} s")
            time.sleep(WATCH_EVERY)
            watch.look(may_begin=False)
        return {"rate": rate, "reloads": watch.taken, "steady": steady, "reloading": result}


class Watch:
    """Reloads a server and sees when the new zone is served, without taking much from the generator's core."""

    def __init__(self, place, server, zones):
        self.server, self.zones = server, zones
        self.query = dns.message.make_query(zones[0].name, "SOA").to_wire()
        with place.inside_client():
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.socket.connect((place.v4, PORT))
        self.begun, self.waits, self.serial = 0, False, 0
        self.taken = []  # seconds from the signal to the new serial

    def look(self, may_begin):
        now = time.monotonic()
        if self.waits and self.is_served():
            self.taken.append(now - self.begun)
            self.waits = False
        if self.waits:
            self.socket.send(self.query)
        elif may_begin and now - self.begun >= RELOAD_EVERY:
            self.is_served()  # reads what is left
            self.serial = self.server.renew(self.zones[0])
            self.server.reload(self.zones)
            self.begun, self.waits = now, True

    def is_served(self):
        """Whether an answer that has come has the new serial. The zone has no other bytes like it."""
        try:
            while struct.pack(">I", self.serial) not in self.socket.recv(4096):
                pass
        except OSError:
            return False
        return True
