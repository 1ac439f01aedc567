"""A real llama.cpp server as a router, with small models of random weights."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.peers.starting import peer


@contextmanager
def running() -> Iterator[str]:
    """Its address, where ``LLAMA_VENV`` says where it is installed; it is too heavy for every run."""
    if not os.environ.get("LLAMA_VENV"):
        pytest.skip("LLAMA_VENV names no llama.cpp; tests/peers/llama_server.sh installs one")
    with peer("llama_server.sh") as values:
        yield values["URL"]
