"""Connections to nodes that stay open between two looks, and what was seen at the look before."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from paramiko import Transport

IDLE_S = 300.0


@dataclass
class Kept:
    """What is kept of one node; ``turn`` lets one caller at a time sign in."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    transport: Transport | None = None
    used_at: float = 0.0
    cpu: tuple[float, float] | None = None  # seconds busy and all seconds, since it started


class Connections:
    """Open connections by node. They end with it."""

    def __init__(self) -> None:
        self._nodes: dict[str, Kept] = {}
        self._lock = threading.Lock()
        weakref.finalize(self, close_all, self._nodes)

    def __eq__(self, other: object) -> bool:
        """Settings are the same whatever is open."""
        return isinstance(other, Connections)

    __hash__ = None  # type: ignore[assignment]

    def of(self, node: str) -> Kept:
        """What is kept of a node."""
        with self._lock:
            return self._nodes.setdefault(node, Kept())

    def open(self, node: str, connect: Callable[[], Transport]) -> Transport:
        """The node's connection: the one that is open, or a new one."""
        kept = self.of(node)
        with kept.turn:
            idle_s = time.monotonic() - kept.used_at
            if kept.transport is None or not kept.transport.is_active() or idle_s > IDLE_S:
                self.drop(node)
                kept.transport = connect()
            kept.used_at = time.monotonic()
            return kept.transport

    def drop(self, node: str) -> None:
        """Close a node's connection, in case it hangs; the next call makes another."""
        kept = self.of(node)
        transport, kept.transport = kept.transport, None
        if transport:
            transport.close()


def close_all(nodes: dict[str, Kept]) -> None:
    """Close what is open."""
    for kept in nodes.values():
        if kept.transport:
            kept.transport.close()
