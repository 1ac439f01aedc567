"""Listening and serving: addresses that cannot be had, and a start that fails."""

import socket
from typing import Any

import pytest

from hydra_lab.kernel.errors import Conflict, Invalid, NotReady
from hydra_lab.surfaces.http import Path, Streams, Way, create_app
from hydra_lab.surfaces.http.serve import listen, serve


def test_a_free_port_is_taken_at_once() -> None:
    with listen("127.0.0.1", 0) as one, pytest.raises(Conflict, match="in use"):
        listen("127.0.0.1", one.getsockname()[1])


@pytest.mark.parametrize("host", ["198.51.100.7", "no such host", "999.1.1.1"])
def test_an_address_of_another_machine_is_refused(host: str) -> None:
    with pytest.raises(Invalid, match="address"):
        listen(host, 0)


def test_a_name_of_this_machine_will_do() -> None:
    with listen("localhost", 0) as one:
        assert one.family in (socket.AF_INET, socket.AF_INET6)


def test_a_start_that_fails_is_told_as_the_error_it_was() -> None:
    stopped = []

    def start() -> None:
        raise NotReady("The disk is full.")

    services: Any = None
    app = create_app(services, [], streams=Streams(), start=start, stop=lambda: stopped.append(True))
    with pytest.raises(NotReady, match="disk is full"):
        serve(app, listen("127.0.0.1", 0), lambda: pytest.fail("it never was ready"))
    assert stopped == [True]


def test_two_surfaces_cannot_answer_the_same_request() -> None:
    services: Any = None
    way = Way(answer=lambda call: None)  # type: ignore[arg-type, return-value]
    with pytest.raises(ValueError, match="two ways in for GET"):
        create_app(services, [Path("/x", {"GET": way}), Path("/x", {"GET": way})], streams=Streams())
