"""Watching work: its log as it is written, its progress as a bar, until it is over."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from hydra_lab.kernel.errors import TABLE, HydraError, Unavailable
from hydra_lab.surfaces.cli.calls.connection import Event, Server
from hydra_lab.surfaces.cli.say import aside

OVER = ("done", "failed", "cancelled")
# A person can change these while we watch; a script would wait for ever.
FOR_A_PERSON = ("approval", "requirement", "plan")
TRIES = 30
AGAIN_LATER = 75


@dataclass(kw_only=True)
class Watch:
    """One item being watched. ``interactive`` is false where nobody looks: then a wait for a person ends the watch."""

    server: Server
    item_id: str
    interactive: bool
    item: dict[str, Any] = field(default_factory=dict)
    last_line: int = 0

    def until_over(self) -> dict[str, Any]:
        """Show what happens until the item is over, through restarts of the server; returns the item."""
        failures = 0
        with self.screen() as screen:
            while self.item.get("state") not in OVER:
                try:
                    for event in self.server.stream(f"/queue/{self.item_id}/follow", query={"after": self.last_line}):
                        failures = 0
                        self.take(event, screen)
                        if self.stuck():
                            return self.item
                except Unavailable:
                    failures += 1
                    if failures > TRIES:
                        raise
                    time.sleep(1.0)
        return self.item

    def take(self, event: Event, screen: "Screen") -> None:
        """Take up one event."""
        if event.event not in ("log", "item"):
            if event.event == "error":
                told = json.loads(event.data)
                raise HydraError(str(told.get("detail")), fix=told.get("fix"))
            return
        data = json.loads(event.data)
        if event.event == "log":
            self.last_line = max(self.last_line, int(data["id"]))
            screen.line(str(data.get("text", "")))
            return
        before, self.item = self.item, data
        if data["state"] == "held":
            said = [hold["detail"] for hold in before.get("holds", [])]
            for hold in data["holds"]:
                if hold["detail"] not in said:
                    screen.line(f"waits: {hold['detail']} {hold['unblock']}")
        progress = data.get("progress") or {}
        screen.progress(progress.get("fraction"), str(progress.get("message") or data["state"]))

    def stuck(self) -> bool:
        """Whether only a person could move it on, and none is here."""
        kinds = {hold["kind"] for hold in self.item.get("holds", [])}
        return not self.interactive and self.item.get("state") == "held" and bool(kinds & set(FOR_A_PERSON))

    @contextmanager
    def screen(self) -> Iterator["Screen"]:
        """Where lines and progress go."""
        if not self.interactive:
            yield Screen()
            return
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = SpinnerColumn(), BarColumn(bar_width=24), TextColumn("{task.description}"), TimeElapsedColumn()
        with Progress(*columns, transient=True) as bar:
            yield Bar(bar)


class Screen:
    """Plain lines on the error stream, so that the output stays the answer."""

    def __init__(self) -> None:
        self._said = ""

    def line(self, text: str) -> None:
        """One line of the log."""
        aside(text)

    def progress(self, fraction: float | None, message: str) -> None:
        """How far it is."""
        part = "" if fraction is None else f"{fraction:4.0%} "
        if f"{part}{message}" != self._said:
            self._said = f"{part}{message}"
            self.line(self._said)


class Bar(Screen):
    """A progress bar below the log."""

    def __init__(self, bar: Any) -> None:
        super().__init__()
        self._bar = bar
        self._task = bar.add_task("", total=None)

    def line(self, text: str) -> None:
        """One line of the log."""
        self._bar.console.print(text, markup=False, highlight=False)

    def progress(self, fraction: float | None, message: str) -> None:
        """How far it is."""
        self._bar.update(self._task, total=None if fraction is None else 1.0, completed=fraction or 0.0,
                         description=message[:60])  # fmt: skip


def exit_code(item: dict[str, Any]) -> int:
    """0 for work that is done, the error's code for what failed, 75 for what still waits."""
    state = item.get("state")
    if state == "done":
        return 0
    if state not in OVER:
        return AGAIN_LATER
    code = "cancelled" if state == "cancelled" else (item.get("error") or {}).get("code")
    return next((row.exit for cls, row in TABLE.items() if cls.code == code), TABLE[HydraError].exit)
