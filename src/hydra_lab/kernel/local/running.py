"""Running a program on the machine that Hydra runs on: no shell is between, and it never outlives its time."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable
from typing import IO

from hydra_lab.kernel.capabilities.commands import HostCommand
from hydra_lab.kernel.capabilities.hosts import Ran
from hydra_lab.kernel.errors import Unavailable

NOT_FOUND = 127
MOST_BYTES = 4 << 20


def run(
    command: HostCommand, timeout_s: float, stdin: bytes | None = None, told: Callable[[str], None] | None = None
) -> Ran:
    """Run a program to its end. Raises ``Unavailable`` when it takes too long; it is ended then, with its children."""
    try:
        process = subprocess.Popen(  # noqa: S603 - a typed command, and no shell
            command.argv, stdin=subprocess.PIPE if stdin else subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        return Ran(exit_code=NOT_FOUND, stdout="", stderr=f"{command.argv[0]}: {error.strerror}")
    outputs = [Kept(told), Kept(told)]
    streams = [one for one in (process.stdout, process.stderr) if one]
    readers = [
        threading.Thread(target=output.read, args=(stream,), daemon=True)
        for output, stream in zip(outputs, streams, strict=True)
    ]
    if stdin and process.stdin:
        readers.append(threading.Thread(target=feed, args=(process.stdin, stdin), daemon=True))
    for one in readers:
        one.start()
    try:
        process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise Unavailable(
            f"{command.program} did not end within {timeout_s:g} seconds.",
            fix="See what it waits for, by running it yourself.",
        ) from None
    for one in readers:
        one.join(1.0)  # a child that it left behind may hold them open
    stdout, stderr = outputs
    return Ran(
        exit_code=process.returncode, stdout=stdout.text, stderr=stderr.text,
        truncated=stdout.truncated or stderr.truncated,
    )  # fmt: skip


class Kept:
    """What a program wrote on one of its outputs, the end of it where that is very long; each line is told."""

    def __init__(self, told: Callable[[str], None] | None, most: int = MOST_BYTES) -> None:
        self.truncated = False
        self._told, self._most = told, most
        self._bytes, self._line = bytearray(), b""

    def add(self, piece: bytes) -> None:
        """Take up what was written next."""
        self._bytes += piece
        if len(self._bytes) > self._most:
            self.truncated = True
            del self._bytes[: len(self._bytes) - self._most]
        if self._told:
            *lines, self._line = (self._line + piece).split(b"\n")
            for line in lines:
                self._told(line.decode("utf-8", "replace").rstrip("\r"))

    def read(self, stream: IO[bytes]) -> None:
        """Take up everything until the end."""
        while piece := os.read(stream.fileno(), 1 << 16):
            self.add(piece)
        self.end()

    def end(self) -> None:
        """Nothing more comes: a last line without a line break is told."""
        if self._told and self._line:
            self._told(self._line.decode("utf-8", "replace"))
            self._line = b""

    @property
    def text(self) -> str:
        """All of it, or its end."""
        return bytes(self._bytes).decode("utf-8", "replace")


def feed(stream: IO[bytes], given: bytes) -> None:
    """Give a program what it reads; one that does not want all of it is fine."""
    try:
        stream.write(given)
        stream.close()
    except (BrokenPipeError, OSError):
        return
