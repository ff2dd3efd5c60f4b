# SPDX-License-Identifier: BSD-2-Clause
"""The servers under comparison: configurations, start as child processes, end by process id.

All listen on 127.0.0.1, each on a free unprivileged port; all state is below the work directory.
The settings make the answers comparable: no rate limits, no cookies, the same largest UDP answer,
and none of the checks by which a server refuses odd but legal zones.
"""

import json
import pathlib
import signal
import socket
import subprocess
import time

from message import SOA, Malformed, parse, query

REFERENCES = ('nsd', 'knot', 'bind')
UDP_SIZE = 1232
START_LIMIT = 120  # seconds; the root zone under sanitizers is the slowest

NSD = '''server:
    ip-address: 127.0.0.1@{port}
    username: ""
    chroot: ""
    zonesdir: "{dir}"
    database: ""
    pidfile: ""
    logfile: "{dir}/nsd.log"
    zonelistfile: "{dir}/zone.list"
    xfrdfile: "{dir}/xfrd.state"
    xfrdir: "{dir}"
    ipv4-edns-size: {size}
    server-count: 1
    tcp-count: 200
    rrl-ratelimit: 0
    rrl-whitelist-ratelimit: 0
    answer-cookie: no
remote-control:
    control-enable: no
{zones}'''
NSD_ZONE = 'zone:\n    name: "{name}"\n    zonefile: "{path}"\n'

KNOT = '''server:
    rundir: "{dir}"
    listen: 127.0.0.1@{port}
    udp-max-payload: {size}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
    tcp-max-clients: 200
log:
  - target: "{dir}/knot.log"
    any: info
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
    listen-on port {port} {{ 127.0.0.1; }};
    listen-on-v6 {{ none; }};
    pid-file none;
    session-keyfile none;
    lock-file none;
    managed-keys-directory "{dir}";
    dnssec-validation no;
    recursion no;
    allow-transfer {{ none; }};
    notify no;
    max-udp-size {size};
    edns-udp-size {size};
    nocookie-udp-size {size};
    answer-cookie no;
    minimal-responses no;
    minimal-any no;
    zero-no-soa-ttl no;
    empty-zones-enable no;
    check-integrity no;
    check-sibling no;
    check-mx ignore;
    check-mx-cname ignore;
    check-srv-cname ignore;
    check-spf ignore;
    check-names primary ignore;
    check-wildcard no;
    max-records-per-type 0;
    max-types-per-name 0;
    tcp-clients 200;
}};
controls {{ }};
{zones}'''
BIND_ZONE = 'zone "{name}" {{ type primary; file "{path}"; }};\n'


def free_port():
    """A port free for UDP and TCP alike."""
    for _ in range(100):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            tcp.bind(('127.0.0.1', 0))
            port = tcp.getsockname()[1]
            try:
                udp.bind(('127.0.0.1', port))
                return port
            except OSError:
                continue
    raise SystemExit('no free port')


class Server:
    """One running server. Use as a context: it is stopped whatever happens."""

    def __init__(self, name, command, zones, port, directory):
        self.name = name
        self.port = port
        self.zones = zones
        self.unserved = set()
        self.log = directory / 'output'
        self.output = open(self.log, 'wb')
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, cwd=directory,
                                        stdout=self.output, stderr=subprocess.STDOUT)

    def ask_soa(self, apex):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.settimeout(0.3)
            udp.connect(('127.0.0.1', self.port))
            try:
                udp.send(query(1, apex, SOA))
                return parse(udp.recv(65535))
            except (OSError, Malformed, IndexError):
                return None

    def wait(self):
        """Returns when every zone is served, or the server has said that it cannot be."""
        limit = time.monotonic() + START_LIMIT
        for zone in self.zones:
            while True:
                if self.process.poll() is not None:
                    raise SystemExit('%s ended with %d, see %s' % (
                        self.name, self.process.returncode, self.log))
                answer = self.ask_soa(zone.apex)
                if answer and answer.rcode == 0:
                    break
                # A server may answer before it has loaded all; a zone that fails stays unserved.
                if answer and zone.origin in self.unserved_known():
                    self.unserved.add(zone.origin)
                    break
                if time.monotonic() > limit:
                    raise SystemExit('%s does not serve %s, see %s' % (
                        self.name, zone.origin, self.log.parent))
                time.sleep(0.05)

    def unserved_known(self):
        return UNSERVED.get(self.name, ())

    def stop(self):
        """SIGTERM, and SIGKILL to one that does not listen. Returns the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.output.close()
        return self.process.returncode


# Zones that a reference refuses to load, by rules of its own.
UNSERVED = {
    # NS at a wildcard.
    'bind': ('loose.example.',),
}


def write_config(directory, template, zone_template, zones, port):
    entries = ''.join(zone_template.format(name=zone.origin, path=zone.path) for zone in zones)
    path = directory / 'conf'
    path.write_text(template.format(dir=directory, port=port, size=UDP_SIZE, zones=entries))
    return path


def start_reference(name, peers, zones, directory):
    directory.mkdir(parents=True, exist_ok=True)
    port = free_port()
    binaries = pathlib.Path(peers) / 'bin'
    if name == 'nsd':
        config = write_config(directory, NSD, NSD_ZONE, zones, port)
        command = [binaries / 'nsd', '-d', '-c', config]
    elif name == 'knot':
        config = write_config(directory, KNOT, KNOT_ZONE, zones, port)
        command = [binaries / 'knotd', '-c', config]
    else:
        config = write_config(directory, BIND, BIND_ZONE, zones, port)
        command = [binaries / 'named', '-4', '-g', '-n', '1', '-c', config]
    return Server(name, command, zones, port, directory)


# The other ways to the same answers: name, and what the log says when a start went that way.
WAYS = {
    'anyns-image': 'of these zones %d are from the image, 0 from the image cache, 0 compiled',
    'anyns-cache': 'of these zones 0 are from the image, %d from the image cache, 0 compiled',
}


def configure_anyns(zones, directory, **more):
    """Writes the smallest useful configuration and a little; JSON is YAML. Returns path and port."""
    directory.mkdir(parents=True, exist_ok=True)
    port = free_port()
    config = directory / 'anyns.yaml'
    config.write_text(json.dumps({
        'instance': 'differential',
        'listen': ['127.0.0.1@%d' % port],
        'workers': 1,
        'control': 'off',
        'log': {'level': 'info'},
        'zones': [{'name': zone.origin, 'file': str(zone.dump)} for zone in zones],
        **more,
    }, indent=1))
    return config, port


def wait_for_log(server, words):
    limit = time.monotonic() + START_LIMIT
    while words not in server.log.read_text(errors='replace'):
        if time.monotonic() > limit:
            raise SystemExit('%s never says "%s", see %s' % (server.name, words, server.log))
        time.sleep(0.05)


def start_anyns(binary, zones, directory):
    """anyns three times: from text, from an image file, and from the cache that the first one wrote."""
    binary = str(pathlib.Path(binary).resolve())
    cache = directory / 'cache'
    cache.mkdir(parents=True, exist_ok=True)
    for old in cache.iterdir():
        old.unlink()
    config, port = configure_anyns(zones, directory, **{'image-cache': str(cache)})
    started = [Server('anyns', [binary, 'run', '-c', str(config)], zones, port, directory)]
    image = directory / 'zones.image'
    subprocess.run([binary, 'compile', '-q', '-c', str(config), '-o', str(image)], check=True)
    wait_for_log(started[0], 'image cache written: %d zones' % len(zones))
    for name, words in WAYS.items():
        # The cache belongs to the path of the configuration, which its first user has read by now.
        if name == 'anyns-image':
            config, port = configure_anyns(zones, directory / 'image', image=str(image))
        else:
            config, port = configure_anyns(zones, directory, **{'image-cache': str(cache)})
        work = directory / name
        work.mkdir(exist_ok=True)
        started.append(Server(name, [binary, 'run', '-c', str(config)], zones, port, work))
        wait_for_log(started[-1], words % len(zones))
    return started
