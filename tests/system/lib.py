# SPDX-License-Identifier: BSD-2-Clause
"""What the system tests share: the server as a child process, questions, namespaces, clean-up.

A test is a script with functions `test_...`; main() runs them in the order of the file, each one with
everything it starts ended afterwards. Nothing sleeps to be right: wait_for() asks until it is so, with
a limit. ANYNS is the binary, WORK a fresh directory.
"""
import ctypes
import json
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import traceback

import dns.exception
import dns.message
import dns.query
import dns.rcode

ANYNS = os.path.abspath(os.environ.get("ANYNS", "build/release/server/anyns"))
WORK = pathlib.Path(os.environ.get("WORK") or tempfile.mkdtemp(prefix="anyns-test-")).absolute()
TEST_LIMIT = 280  # seconds, the whole script; tests/run kills it at 300 without clean-up
PATIENCE = 20  # seconds a condition may take, sanitizers and a busy machine included

LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG = 1
CLONE_NEWNET = 0x40000000


class Failure(Exception):
    """The server does not do what the test says."""


def check(condition, message, *details):
    if not condition:
        raise Failure(message + "".join("\n    " + str(detail) for detail in details))


def check_equal(found, expected, what):
    check(found == expected, what, f"expected: {expected!r}", f"found:    {found!r}")


def skip(reason):
    print(reason, flush=True)
    sys.exit(77)


def wait_for(condition, what, limit=PATIENCE):
    """Asks until the condition returns something true, which is returned."""
    end = time.monotonic() + limit
    while True:
        found = condition()
        if found:
            return found
        check(time.monotonic() < end, f"after {limit} s still not: {what}")
        time.sleep(0.01)


# --- the binary ---------------------------------------------------------------------------------------

def binary_text():
    """The program's bytes; for a wrapper script also those of the program it starts."""
    content = pathlib.Path(ANYNS).read_bytes()
    if content.startswith(b"#!"):
        for word in content.split():
            if word.startswith(b"/") and word.endswith(b"anyns"):
                content += pathlib.Path(word.decode()).read_bytes()
    return content


BYTES = binary_text()
TSAN = b"__tsan_init" in BYTES
SANITIZED = TSAN or b"__asan_init" in BYTES
del BYTES


def run(*command, limit=60, env=None, **options):
    """Runs a command to its end; text in, text out."""
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=limit,
                          env={**os.environ, **(env or {})}, check=False, stdin=subprocess.DEVNULL, **options)


def check_sanitizers(text):
    found = re.search(r"(ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|runtime error: ).*", text)
    check(not found, "a sanitizer found something", found and text[found.start():found.start() + 4000])


# --- ports and namespaces -----------------------------------------------------------------------------

def free_port(families=(socket.AF_INET, socket.AF_INET6)):
    """A port that is free on loopback for UDP and TCP, and so nearly surely a moment later."""
    for _ in range(100):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as first:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
        try:
            for family in families:
                for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                    with socket.socket(family, kind) as probe:
                        probe.bind(("127.0.0.1" if family == socket.AF_INET else "::1", port))
            return port
        except OSError:
            continue
    raise Failure("no free port")


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


def loopback(port):
    return [f"127.0.0.1@{port}"] + ([f"::1@{port}"] if has_ipv6() else [])


class Namespaces:
    """Network namespaces, gone with the test. Names carry the process id."""

    made = []

    @classmethod
    def add(cls, name):
        if os.geteuid() != 0:
            skip("needs root for network namespaces")
        full = f"anyns-{name}-{os.getpid()}"
        done = run("ip", "netns", "add", full)
        if done.returncode != 0:
            skip("network namespaces are not to be had here: " + done.stderr.strip())
        cls.made.append(full)
        run("ip", "-n", full, "link", "set", "lo", "up")
        return full

    @classmethod
    def clear(cls):
        while cls.made:
            run("ip", "netns", "del", cls.made.pop())


def inside(netns):
    """What puts a command into the namespace. Not `ip netns exec`: it also remounts /sys, which a chroot forbids."""
    return ["nsenter", f"--net=/run/netns/{netns}"]


def ip(netns, *words):
    done = run("ip", "-n", netns, *words)
    check(done.returncode == 0, "ip " + " ".join(words), done.stderr)


def socket_in(netns, family, kind):
    """A socket of another namespace: it stays there when this thread comes back."""
    with open("/proc/thread-self/ns/net", "rb") as home, open(f"/run/netns/{netns}", "rb") as away:
        check(LIBC.setns(away.fileno(), CLONE_NEWNET) == 0, "setns")
        try:
            return socket.socket(family, kind)
        finally:
            check(LIBC.setns(home.fileno(), CLONE_NEWNET) == 0, "setns back")


# --- directories --------------------------------------------------------------------------------------

class Directories:
    made = []

    @classmethod
    def public(cls):
        """A directory that every user can reach, which WORK need not be."""
        path = pathlib.Path(tempfile.mkdtemp(prefix="anyns-test-", dir="/tmp"))
        path.chmod(0o755)
        cls.made.append(path)
        return path

    @classmethod
    def clear(cls):
        while cls.made:
            shutil.rmtree(cls.made.pop(), ignore_errors=True)


def replace(path, text):
    """As editors and deployments should: the file is the old one or the new one, never half."""
    path = pathlib.Path(path)
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text)
    os.replace(fresh, path)


TICK = 0.025  # a zone that is read in the tick in which it was written is read once more by the next reload

SMALL_ZONE = """$TTL 300
@ SOA ns hostmaster {serial} 7200 3600 1209600 300
@ NS ns
ns A 192.0.2.1
ns AAAA 2001:db8::1
www A 192.0.2.80
* TXT "wildcard"
"""


def write_zone(directory, name="example.com", text=None, serial=1):
    path = pathlib.Path(directory) / f"{name}.zone"
    replace(path, SMALL_ZONE.format(serial=serial) if text is None else text)
    return path


# --- the server ---------------------------------------------------------------------------------------

class Server:
    """A running server, as a context. `config` is a dict (JSON is YAML) or text; `errors` a descriptor for its log."""

    made = []

    def __init__(self, config, directory=None, netns=None, limit=PATIENCE, wait=True, errors=None):
        self.directory = pathlib.Path(directory or tempfile.mkdtemp(dir=WORK))
        self.config = self.directory / "anyns.yaml"
        self.log_path = self.directory / "log"
        self.netns = netns
        self.ask_at = None
        self.process = None
        self.stopped = False
        self.configure(config)
        command = inside(netns) if netns else []
        time.sleep(TICK)
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen([*command, ANYNS, "run", "-c", str(self.config)],
                                            stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log if errors is None else errors,
                                            preexec_fn=lambda: LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))
        Server.made.append(self)
        if wait:
            wait_for(self.answers, "the server answers", limit)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None:
            self.kill()
        elif not self.stopped:
            self.stop()

    def configure(self, config):
        replace(self.config, config if isinstance(config, str) else json.dumps(config, indent=1) + "\n")
        if isinstance(config, dict) and not self.ask_at and not self.netns:
            address, port = config["listen"][0].split("@")
            self.ask_at = (address, int(port))

    def log(self):
        return self.log_path.read_text(errors="replace")

    def answers(self):
        check(self.process.poll() is None, f"the server ended with {self.process.returncode}", self.log())
        # In a namespace: nothing is received before all is loaded, so the line says the same.
        if self.netns:
            return "serving " in self.log()
        try:
            query = dns.message.make_query("id.server.", "TXT", "CH")
            dns.query.udp(query, self.ask_at[0], 0.3, self.ask_at[1])
            return True
        except (OSError, dns.exception.DNSException):
            return False

    def send_signal(self, number):
        self.process.send_signal(number)

    def reloads(self):
        """Reloads that are over, well or not."""
        return len(re.findall(r"reloaded: |reload refused", self.log()))

    def reload(self, config=None, limit=PATIENCE):
        """Reloads and waits until it is done. Returns what the log says about it."""
        time.sleep(TICK)
        if config is not None:
            self.configure(config)
        seen = len(self.log())
        before = self.reloads()
        self.send_signal(signal.SIGHUP)
        wait_for(lambda: self.process.poll() is not None or self.reloads() > before, "the reload is over",
                 limit)
        check(self.process.poll() is None, f"the server ended with {self.process.returncode}", self.log())
        return self.log()[seen:]

    def stop(self, number=signal.SIGTERM, limit=PATIENCE):
        """Ends it cleanly. Returns the seconds that it took."""
        start = time.monotonic()
        self.send_signal(number)
        try:
            status = self.process.wait(limit)
        except subprocess.TimeoutExpired as error:
            raise Failure(f"still runs {limit} s after signal {number}") from error
        took = time.monotonic() - start
        self.stopped = True
        check_sanitizers(self.log())
        check_equal(status, 0, "exit status\n" + self.log())
        return took

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    @classmethod
    def clear(cls):
        while cls.made:
            cls.made.pop().kill()


# --- questions ----------------------------------------------------------------------------------------

def ask(server, name, kind="A", tcp=False, rdclass="IN", raw=None, limit=5, **options):
    """One question; the parsed answer."""
    query = raw or dns.message.make_query(name, kind, rdclass, **options)
    exchange = dns.query.tcp if tcp else dns.query.udp
    return exchange(query, server.ask_at[0], limit, server.ask_at[1])


def serial_of(server, zone="example.com."):
    answer = ask(server, zone, "SOA")
    check_equal(answer.rcode(), dns.rcode.NOERROR, f"{zone} SOA")
    return answer.answer[0][0].serial


def text_of(answer):
    """The only string of the only TXT record."""
    return answer.answer[0][0].strings[0].decode()


def option_of(answer, code):
    """The data of an EDNS option, or None."""
    for option in answer.options:
        if int(option.otype) == code:
            return option.to_wire()
    return None


def dig(server, *words, tool="dig", limit=20):
    """The tool's whole output."""
    command = [tool, f"@{server.ask_at[0]}", "-p", str(server.ask_at[1]), *words]
    if tool == "dig":
        command[1:1] = ["-r", "+tries=1", "+time=5"]
    done = run(*command, limit=limit)
    check(done.returncode == 0, " ".join(command), done.stdout, done.stderr)
    return done.stdout


def short(server, *words):
    return dig(server, "+short", *words).strip()


def exchange_raw(server, message, limit=5, tcp=False):
    """Bytes to bytes; None when nothing comes back in time."""
    address = server.ask_at
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM) as channel:
        channel.settimeout(limit)
        channel.connect(address)
        try:
            if tcp:
                channel.sendall(frame(message))
                return receive(channel)
            channel.send(message)
            return channel.recv(65535)
        except socket.timeout:
            return None


# --- TCP ----------------------------------------------------------------------------------------------

def frame(message):
    return struct.pack("!H", len(message)) + message


def receive_exactly(channel, size):
    parts = []
    while size:
        part = channel.recv(size)
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def receive(channel):
    """One message, or None at the end of the connection."""
    head = receive_exactly(channel, 2)
    return head and receive_exactly(channel, struct.unpack("!H", head)[0])


def connect(server, limit=PATIENCE):
    return socket.create_connection(server.ask_at, limit)


def question(name, kind="A", ident=None, **options):
    message = dns.message.make_query(name, kind, **options)
    if ident is not None:
        message.id = ident
    return message.to_wire()


def is_closed(channel, limit=PATIENCE):
    """Whether the other side ends the connection within the limit without sending anything."""
    ready, _, _ = select.select([channel], [], [], limit)
    if not ready:
        return False
    try:
        return channel.recv(1) == b""
    except ConnectionResetError:
        return True


# --- the script ---------------------------------------------------------------------------------------

def clear():
    Server.clear()
    Namespaces.clear()
    Directories.clear()


def on_alarm(_number, _frame):
    raise Failure(f"not finished after {TEST_LIMIT} s")


def on_terminate(_number, _frame):
    sys.exit(1)


def run_one(function):
    """Runs one test; true when it passed. A skip of one test must not hide the result of the others."""
    start = time.monotonic()
    word = "ok"
    try:
        function()
    except (Failure, AssertionError) as failure:
        word = "FAIL"
        print(failure, flush=True)
    except Exception:  # a broken test is a failed one
        word = "FAIL"
        traceback.print_exc(file=sys.stdout)
    for server in Server.made:
        if word == "FAIL" and server.log_path.exists():
            print(f"--- log {server.log_path}:\n{server.log()[-3000:]}", flush=True)
    clear()
    print(f"{word} {function.__name__} ({time.monotonic() - start:.1f} s)", flush=True)
    return word == "ok"


def main(scope):
    """Runs the tests of a script's globals()."""
    names = sys.argv[1:] or [name for name in scope if name.startswith("test_")]
    signal.signal(signal.SIGALRM, on_alarm)
    signal.signal(signal.SIGTERM, on_terminate)
    signal.alarm(TEST_LIMIT)
    WORK.mkdir(parents=True, exist_ok=True)
    failed = skipped = 0
    try:
        for name in names:
            try:
                failed += not run_one(scope[name])
            except SystemExit as end:
                if end.code != 77:
                    raise
                skipped += 1
                clear()
    finally:
        clear()
    if skipped and not failed and skipped == len(names):
        sys.exit(77)
    sys.exit(1 if failed else 0)
