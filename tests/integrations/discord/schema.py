"""What Discord takes as a message: the request of “execute webhook” as JSON Schema, and the limits beside it.

The facts are those of Discord's published OpenAPI document for version 10 of its API (its schema is called
IncomingWebhookRequestPartial; https://github.com/discord/discord-api-spec, MIT), written down anew. It is stricter in
two ways: a field that is not known is wrong, and so is an address that is not one of the web.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator, FormatChecker

Schema = dict[str, Any]
LONGEST_ADDRESS, ALL_EMBEDS = 2048, 6000  # the second: all texts of all embeds together, as the documentation has it


def text(longest: int, shortest: int = 0) -> Schema:
    """A text that may be left out."""
    return {"type": ["string", "null"], "minLength": shortest, "maxLength": longest}


def some(items: Schema, most: int, **more: Any) -> Schema:
    """A list that may be left out."""
    return {"type": ["array", "null"], "items": items, "maxItems": most, **more}


def made_of(needed: tuple[str, ...] = (), **fields: Schema) -> Schema:
    """An object of these fields and no others."""
    return {"type": "object", "properties": fields, "required": list(needed), "additionalProperties": False}


def or_none(schema: Schema) -> Schema:
    """What may be left out."""
    return {"oneOf": [{"type": "null"}, schema]}


ADDRESS = {**text(LONGEST_ADDRESS), "format": "uri"}
FLAG: Schema = {"type": ["boolean", "null"]}
NUMBER: Schema = {"type": ["integer", "null"]}
ID: Schema = {"type": "string", "pattern": "^(0|[1-9][0-9]*)$"}
PICTURE = or_none(made_of(
    url=ADDRESS, width=NUMBER, height=NUMBER, placeholder=text(64), placeholder_version=NUMBER,
))  # fmt: skip
EMBED = made_of(
    type=text(152133),
    url=ADDRESS,
    title=text(256),
    color={**NUMBER, "minimum": 0, "maximum": 0xFFFFFF},
    timestamp={"type": ["string", "null"], "format": "date-time"},
    description=text(4096),
    author=or_none(made_of(name=text(256), url=ADDRESS, icon_url=ADDRESS)),
    image=PICTURE,
    thumbnail=PICTURE,
    video=PICTURE,
    provider=or_none(made_of(name=text(256), url=ADDRESS)),
    footer=or_none(made_of(text=text(2048), icon_url=ADDRESS)),
    fields=some(
        made_of(("name", "value"), name={"type": "string", "maxLength": 256},
                value={"type": "string", "maxLength": 1024}, inline=FLAG), 25,
    ),
)  # fmt: skip
PINGS = made_of(
    parse=some({"enum": ["users", "roles", "everyone", None]}, 1521, uniqueItems=True),
    users=some(or_none(ID), 100, uniqueItems=True),
    roles=some(or_none(ID), 100, uniqueItems=True),
    replied_user=FLAG,
)
# Rows of buttons, files and polls are left out: nothing of the kind is sent, so any of them is a mistake.
MESSAGE = made_of(
    content=text(2000), embeds=some(EMBED, 10), allowed_mentions=or_none(PINGS), tts=FLAG, flags=NUMBER,
    username=text(80, 1), avatar_url=ADDRESS, thread_name=text(100), applied_tags=some(ID, 5),
)  # fmt: skip
FORMATS = FormatChecker(())


@FORMATS.checks("uri")
def is_of_the_web(value: object) -> bool:
    """Whether an address leads to a web page; what is no text is judged elsewhere."""
    if not isinstance(value, str):
        return True
    parts = urlsplit(value)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and value.isascii() and not set(value) & set(" <>")


VALIDATOR = Draft202012Validator(MESSAGE, format_checker=FORMATS)


def wrong_in(payload: dict[str, Any]) -> Iterator[str]:
    """What Discord would refuse about a message."""
    yield from (f"{one.json_path}: {one.message[:200]}" for one in VALIDATOR.iter_errors(payload))
    embeds = [one for one in payload.get("embeds") or [] if isinstance(one, dict)]
    if not payload.get("content") and not any(embeds):
        yield "it is empty"
    for one in embeds:
        fields = one.get("fields") or []
        if any(not str(field.get(part, "")).strip() for field in fields for part in ("name", "value")):
            yield "a field has no name or no value"
    told = [piece for one in embeds for piece in texts_of(one)]
    if sum(length(piece) for piece in told) > ALL_EMBEDS:
        yield f"the embeds are longer than {ALL_EMBEDS} together"
    # Discord's own programs count UTF-16 units, JSON Schema counts characters: neither may be too many.
    for one in embeds:
        for name, most in (("title", 256), ("description", 4096)):
            if length(one.get(name) or "") > most:
                yield f"{name} is longer than {most}"


def texts_of(embed: dict[str, Any]) -> list[str]:
    """The texts that count towards the limit of all embeds."""
    inner = [(embed.get("author") or {}).get("name"), (embed.get("footer") or {}).get("text")]
    fields = [field.get(part) for field in embed.get("fields") or [] for part in ("name", "value")]
    return [str(one) for one in (embed.get("title"), embed.get("description"), *inner, *fields) if one]


def length(text: str) -> int:
    """A text's length as Discord's clients count it: in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
