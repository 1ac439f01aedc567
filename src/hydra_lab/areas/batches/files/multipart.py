"""Forms with files, as browsers and OpenAI's clients send them (RFC 7578)."""

from dataclasses import dataclass
from email.message import Message

from hydra_lab.kernel.errors import Invalid


@dataclass(frozen=True, kw_only=True)
class Part:
    """One field of a form; ``content`` is a view of the body."""

    filename: str | None
    content: memoryview


def fields_of(content_type: str, body: bytes) -> dict[str, Part]:
    """A form's fields by their names. Raises ``Invalid`` where the body is no such form."""
    boundary = header("content-type", content_type).get_param("boundary")
    if not content_type.lower().startswith("multipart/form-data") or not isinstance(boundary, str):
        raise Invalid("The body is no form with a file.", fix="Send multipart/form-data with the fields file, purpose.")
    mark = b"--" + boundary.encode()
    found: dict[str, Part] = {}
    at = 0 if body.startswith(mark) else body.find(b"\r\n" + mark) + 2
    if at == 1:
        raise Invalid("The form cannot be read: its boundary is not in it.", fix="Send it as your client made it.")
    while True:
        at += len(mark)
        if body[at : at + 2] == b"--":
            return found
        begins = body.find(b"\r\n\r\n", at)
        ends = body.find(b"\r\n" + mark, at)
        if begins < 0 or ends < 0:
            raise Invalid("The form ends in the middle.", fix="Send it again.")
        named = disposition_of(body[at:begins])
        if named is not None:
            name, filename = named
            found[name] = Part(filename=filename, content=memoryview(body)[begins + 4 : max(begins + 4, ends)])
        at = ends + 2


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
