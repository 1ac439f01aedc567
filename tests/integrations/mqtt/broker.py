"""A stand-in for an MQTT broker, as far as version 5 of the protocol has it: who comes in, and answers in turn."""

import contextlib
import socketserver
import struct
import threading
from typing import Any

from tests.integrations.faults import Fault

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK = 1, 2, 3, 4, 8, 9, 10, 11
BAD_CREDENTIALS, UNAVAILABLE, BUSY = 0x86, 0x88, 0x89
NO_SUBSCRIPTION = 0x11


class Broker(socketserver.ThreadingTCPServer):
    """Lets in who knows the password, and takes what is published; ``published`` keeps it."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, password: str, fault: Fault | None = None) -> None:
        self.password = password
        self.fault = fault
        self.published: dict[str, str] = {}
        self.done = threading.Event()
        super().__init__(("127.0.0.1", 0), Talk)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def __enter__(self) -> "Broker":
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.shutdown()
        self.server_close()


class Talk(socketserver.StreamRequestHandler):
    """One connection."""

    server: Broker

    def handle(self) -> None:
        """Fail as the fault has it, or answer until it is over."""
        match self.server.fault:
            case Fault.SLOW:
                self.server.done.wait(10)
            case Fault.CUT:
                self.wfile.write(bytes([CONNACK << 4, 20, 0]))
            case Fault.GARBAGE:
                self.rfile.read1(4096)
                self.wfile.write(b"\x00\x04what")
                self.server.done.wait(1)
            case _:
                with contextlib.suppress(ConnectionError, struct.error):
                    while self.answered():
                        """Until nothing more comes."""

    def answered(self) -> bool:
        """Read one packet and answer it; whether there was one that is to be followed by more."""
        head = self.rfile.read(1)
        if not head:
            return False
        kind, body = head[0] >> 4, self.rfile.read(self.length())
        match kind:
            case 1:
                code = self.code_of(body)
                self.say(CONNACK, bytes([0, code, 0]))
                return code == 0
            case 8:
                self.say(SUBACK, body[:2] + bytes([0, 1]))
            case 10:
                self.say(UNSUBACK, body[:2] + bytes([0, NO_SUBSCRIPTION]))
            case 3:
                topic, rest = text_of(body)
                self.server.published[topic] = rest[3:].decode()
                self.say(PUBACK, rest[:2])
            case 14:
                return False
        return True

    def code_of(self, body: bytes) -> int:
        """The reason code that a CONNECT is answered with."""
        match self.server.fault:
            case Fault.BROKEN:
                return UNAVAILABLE
            case Fault.BUSY:
                return BUSY
        name, rest = text_of(body)
        assert (name, rest[0]) == ("MQTT", 5)
        assert rest[1] & 0xC0 == 0xC0, "it comes with a user name and a password"
        _, rest = text_of(rest[5:])  # flags, keep alive and no properties; then the client's id
        if body[7] & 0x04:  # a will: no properties, its topic and its text
            _, rest = text_of(rest[1:])
            _, rest = text_of(rest)
        _, rest = text_of(rest)
        password, _ = text_of(rest)
        return 0 if password == self.server.password else BAD_CREDENTIALS

    def length(self) -> int:
        """How long the rest of a packet is."""
        found, shift = 0, 0
        while True:
            byte = self.rfile.read(1)[0]
            found |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return found

    def say(self, kind: int, body: bytes) -> None:
        """Send a short packet."""
        self.wfile.write(bytes([kind << 4, len(body)]) + body)


def text_of(data: bytes) -> tuple[str, bytes]:
    """A text with its length before it, and what comes after it."""
    (size,) = struct.unpack(">H", data[:2])
    return data[2 : 2 + size].decode(), data[2 + size :]


def settings(port: int, password: str, **more: Any) -> dict[str, Any]:
    """Settings that lead to a broker."""
    return {"host": "127.0.0.1", "port": port, "username": "hydra", "password": password, **more}
