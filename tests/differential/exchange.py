# SPDX-License-Identifier: BSD-2-Clause
"""Many questions to one server, quickly: windows of datagrams, pipelined TCP."""

import select
import socket
import struct

WINDOW = 48
PATIENCE = 2.0  # seconds without any answer before what is missing is asked again
ATTEMPTS = 3


def numbered(number, wire):
    return struct.pack('!H', number) + wire[2:]


def ask_udp(port, queries, patience=PATIENCE, attempts=ATTEMPTS):
    """The answers in the order of the queries; None for one that never came."""
    answers = [None] * len(queries)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        udp.connect(('127.0.0.1', port))
        udp.settimeout(patience)
        for _ in range(attempts):
            missing = [n for n, answer in enumerate(answers) if answer is None]
            for start in range(0, len(missing), WINDOW):
                window = missing[start:start + WINDOW]
                for n in window:
                    udp.send(numbered(n, queries[n]))
                collect_udp(udp, answers, set(window))
    return answers


def collect_udp(udp, answers, waiting):
    while waiting:
        try:
            wire = udp.recv(65535)
        except (TimeoutError, ConnectionError):
            return
        number = struct.unpack_from('!H', wire)[0]
        if number in waiting:
            waiting.discard(number)
            answers[number] = wire


def ask_tcp(port, queries, patience=PATIENCE, attempts=ATTEMPTS):
    """As ask_udp, over connections that carry a window of pipelined queries each."""
    answers = [None] * len(queries)
    for _ in range(attempts):
        missing = [n for n, answer in enumerate(answers) if answer is None]
        if not missing:
            break
        connection = None
        try:
            connection = socket.create_connection(('127.0.0.1', port), patience)
            for start in range(0, len(missing), WINDOW):
                window = missing[start:start + WINDOW]
                data = b''.join(struct.pack('!H', len(queries[n])) + numbered(n, queries[n])
                                for n in window)
                connection.sendall(data)
                collect_tcp(connection, answers, set(window), patience)
        except OSError:
            pass
        finally:
            if connection:
                connection.close()
    return answers


def collect_tcp(connection, answers, waiting, patience):
    data = b''
    while waiting:
        if not select.select([connection], [], [], patience)[0]:
            raise OSError('timeout')
        more = connection.recv(1 << 17)
        if not more:
            raise OSError('closed')
        data += more
        while len(data) >= 2:
            size = struct.unpack_from('!H', data)[0]
            if len(data) < 2 + size:
                break
            number = struct.unpack_from('!H', data, 2)[0]
            if number in waiting:
                waiting.discard(number)
                answers[number] = data[2:2 + size]
            data = data[2 + size:]
