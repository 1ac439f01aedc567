"""Bodies that are too large are refused early, whether or not their size was announced."""

import socket
import time
from collections.abc import Iterator

from tests.surfaces.served import Served


def test_an_announced_size_is_refused_before_the_body_is_sent(toyshop: Served) -> None:
    host, port = toyshop.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as raw:
        raw.sendall(
            f"POST /toys/read HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {toyshop.token}\r\n"
            "Content-Length: 99999999999\r\n\r\n".encode()
        )
        assert b" 413 " in raw.recv(4096).splitlines()[0]


def test_a_body_of_unknown_size_is_cut_off_at_the_limit(toyshop: Served) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 1
            yield b'{"text": "' + b"x" * 1000
            time.sleep(0.001)

    answer = toyshop.client.post("/toys/read", content=endless())
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"
    assert answer.json()["limit_bytes"] == 2048


def test_each_operation_has_its_own_limit(toyshop: Served) -> None:
    long = {"text": "x" * 4000}
    assert toyshop.client.post("/toys/read", json=long).status_code == 413
    assert toyshop.client.post("/toys", json={"name": "x" * 4000}).status_code == 201


def test_nobody_can_make_the_server_read_much_without_a_credential(toyshop: Served) -> None:
    assert toyshop.nobody.post("/toys", content=b"x" * 500_000).status_code == 401
