"""What containers wrote, out of the Engine's one stream for both of their outputs."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from hydra_lab.kernel.capabilities import LogLine

HEADER = 8
STREAMS = {1: "stdout", 2: "stderr"}
TIME: TypeAdapter[datetime] = TypeAdapter(datetime)


def frames(body: bytes, tty: bool) -> Iterator[tuple[str, bytes]]:
    """The pieces of a log, each with its stream.

    Without a terminal each piece has a header of eight bytes: the stream, three zeros and the length, big-endian
    (https://docs.docker.com/reference/api/engine/, “Stream format”). A piece that was cut off is given as far as it is.
    """
    if tty:
        yield "stdout", body
        return
    place = 0
    while place + HEADER <= len(body):
        length = int.from_bytes(body[place + 4 : place + HEADER])
        stream = STREAMS.get(body[place], "stdout")
        yield stream, body[place + HEADER : place + HEADER + length]
        place += HEADER + length


def lines(pieces: Iterable[tuple[str, bytes]]) -> list[LogLine]:
    """Pieces as lines, in the order in which they were begun; each starts with its time."""
    open_: dict[str, bytes] = {}
    found: list[LogLine] = []
    for stream, piece in pieces:
        *whole, rest = (open_.pop(stream, b"") + piece).split(b"\n")
        found += [line_of(stream, one) for one in whole]
        if rest:
            open_[stream] = rest
    return found + [line_of(stream, rest) for stream, rest in open_.items()]


def line_of(stream: str, line: bytes) -> LogLine:
    """One line; where it does not begin with a time, that is unknown."""
    text = line.rstrip(b"\r").decode("utf-8", "replace")
    stamp, _, rest = text.partition(" ")
    try:
        return LogLine(at=TIME.validate_strings(stamp), stream=stream, text=rest)
    except ValidationError:
        return LogLine(at=None, stream=stream, text=text)
