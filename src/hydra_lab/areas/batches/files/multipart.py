"""Forms with files, as browsers and OpenAI's clients send them (RFC 7578)."""

from dataclasses import dataclass
from email.message import Message
from io import BytesIO
from typing import BinaryIO, Self

from hydra_lab.kernel.errors import Invalid

WINDOW = 1 << 20
LONGEST_HEAD = 16 << 10


@dataclass(frozen=True, kw_only=True)
class Part:
    """One field of a form: ``size`` bytes of the body, from ``begins`` on."""

    filename: str | None
    body: BinaryIO
    begins: int
    size: int

    @classmethod
    def of(cls, content: bytes) -> Self:
        """What is in memory already, as if it had been sent."""
        return cls(filename=None, body=BytesIO(content), begins=0, size=len(content))

    def read(self, at: int, most: int) -> bytes:
        """So many bytes of it, or those there are, from a place in it on."""
        return slice_of(self.body, self.begins + at, self.begins + min(self.size, at + most))


def fields_of(content_type: str, body: BinaryIO) -> dict[str, Part]:
    """A form's fields by their names. Raises ``Invalid`` where the body is no such form."""
    boundary = header("content-type", content_type).get_param("boundary")
    if not content_type.lower().startswith("multipart/form-data") or not isinstance(boundary, str):
        raise Invalid("The body is no form with a file.", fix="Send multipart/form-data with the fields file, purpose.")
    mark = b"--" + boundary.encode()
    found: dict[str, Part] = {}
    at = 0 if slice_of(body, 0, len(mark)) == mark else find(body, b"\r\n" + mark, 0) + 2
    if at == 1:
        raise Invalid("The form cannot be read: its boundary is not in it.", fix="Send it as your client made it.")
    while True:
        at += len(mark)
        if slice_of(body, at, at + 2) == b"--":
            return found
        begins = slice_of(body, at, at + LONGEST_HEAD).find(b"\r\n\r\n") + at
        ends = find(body, b"\r\n" + mark, at)
        if begins < at or ends < 0:
            raise Invalid("The form ends in the middle.", fix="Send it again.")
        named = disposition_of(slice_of(body, at, begins))
        if named is not None:
            name, filename = named
            size = max(0, ends - begins - 4)
            found[name] = Part(filename=filename, body=body, begins=begins + 4, size=size)
        at = ends + 2


def slice_of(body: BinaryIO, begins: int, ends: int) -> bytes:
    """What is in a body between two places."""
    body.seek(begins)
    return body.read(max(0, ends - begins))


def find(body: BinaryIO, what: bytes, at: int) -> int:
    """The first place from ``at`` on where something is, -1 where it is not; a window of the body is read at a time."""
    while window := slice_of(body, at, at + WINDOW + len(what) - 1):
        if (place := window.find(what)) >= 0:
            return at + place
        at += WINDOW
    return -1


def disposition_of(head: bytes) -> tuple[str, str | None] | None:
    """The name of a field, and of its file, from the head of its part."""
    for line in head.decode("utf-8", "replace").split("\r\n"):
        title, _, value = line.partition(":")
        if title.strip().lower() == "content-disposition":
            parsed = header("content-disposition", value.strip())
            name = parsed.get_param("name", header="content-disposition")
            filename = parsed.get_filename()
            return (name, filename) if isinstance(name, str) else None
    return None


def header(name: str, value: str) -> Message:
    """A header that can be asked for its parameters."""
    message = Message()
    message[name] = value.replace("\r", " ").replace("\n", " ")
    return message
