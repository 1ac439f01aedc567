"""Discord's webhook API as documented, with the limits of its messages and their embeds."""

import json
from collections.abc import Iterator
from typing import Any

from hydra_lab.kernel.capabilities import Notice
from tests.integrations.faults import Asked, HttpHarness, Reply

ID = "223704706495545344"
TOKEN = "3d89bb7572e0fb30d8128367b3b1b44fecd1726de135cbe28a41f8b2f777c372ba2939e7-_"
WRONG = "0" * 68
PREFIX = "/api/v10/webhooks/"
INVALID = Reply(status=401, json={"message": "Invalid Webhook Token", "code": 50027})
UNKNOWN = Reply(status=404, json={"message": "Unknown Webhook", "code": 10015})
OBJECT = {
    "id": ID, "type": 1, "name": "Lab", "avatar": None, "channel_id": "199737254929760256",
    "guild_id": "199737254929760256", "application_id": None, "token": TOKEN,
    "url": f"https://discord.com/api/webhooks/{ID}/{TOKEN}",
}  # fmt: skip


def answer(asked: Asked) -> Reply:
    """Answer as Discord does."""
    if not asked.path.startswith(PREFIX):
        return Reply(status=404, json={"message": "404: Not Found", "code": 0})
    id, _, token = asked.path.removeprefix(PREFIX).partition("/")
    if id != ID:
        return UNKNOWN
    if token != TOKEN:
        return INVALID
    return Reply(json=OBJECT) if asked.method == "GET" else posted(asked)


def posted(asked: Asked) -> Reply:
    """Answer a message: refused when it is empty, malformed or beyond a limit."""
    payload = payload_of(asked)
    if not payload.get("content") and not payload.get("embeds"):
        return Reply(status=400, json={"message": "Cannot send an empty message", "code": 50006})
    errors = list(wrong_in(payload))
    if errors:
        return Reply(status=400, json={"message": "Invalid Form Body", "code": 50035, "errors": errors})
    if asked.query.get("wait") == ["true"]:
        return Reply(json={"id": "1", "channel_id": OBJECT["channel_id"], **payload})
    return Reply(status=204)


def payload_of(asked: Asked) -> dict[str, Any]:
    """The message."""
    found: dict[str, Any] = json.loads(asked.body)
    return found


def embed_of(asked: Asked) -> dict[str, Any]:
    """The message's one embed."""
    [embed] = payload_of(asked)["embeds"]
    found: dict[str, Any] = embed
    return found


# “Execute webhook” takes these; others belong to features that Hydra does not use.
BODY = {"content": str, "embeds": list, "allowed_mentions": dict}
# RichEmbed of Discord's published OpenAPI document, as far as a sender fills it in: type, and longest text.
EMBED = {"title": (str, 256), "description": (str, 4096), "url": (str, 2048), "color": (int, None),
         "timestamp": (str, None), "footer": (dict, None), "fields": (list, None)}  # fmt: skip
FIELD = {"name": (str, 256), "value": (str, 1024), "inline": (bool, None)}
FOOTER = {"text": (str, 2048)}


def wrong_in(payload: dict[str, Any]) -> Iterator[str]:
    """What Discord's documentation forbids about a message."""
    yield from (f"{name} is not taken" for name in set(payload) - set(BODY))
    yield from (
        f"{name} is no {kind}" for name, kind in BODY.items() if not isinstance(payload.get(name, kind()), kind)
    )
    if length(payload.get("content", "")) > 2000:
        yield "content is longer than 2000"
    embeds = payload.get("embeds", [])
    if len(embeds) > 10:
        yield "more than 10 embeds"
    total = 0
    for embed in embeds:
        yield from wrong_texts(embed, EMBED)
        yield from wrong_texts(embed.get("footer", {}), FOOTER)
        if len(embed.get("fields", [])) > 25:
            yield "more than 25 fields"
        if not 0 <= embed.get("color", 0) <= 0xFFFFFF:
            yield "color is no colour"
        if "url" in embed and not embed["url"].startswith(("http://", "https://")):
            yield "url is no address"
        for field in embed.get("fields", []):
            yield from wrong_texts(field, FIELD)
            if not field.get("name", "").strip() or not field.get("value", "").strip():
                yield "a field's name and value are required"
        texts = [embed.get("title", ""), embed.get("description", ""), embed.get("footer", {}).get("text", "")]
        texts += [field[part] for field in embed.get("fields", []) for part in ("name", "value")]
        total += sum(length(text) for text in texts)
    if total > 6000:
        yield "the embeds are longer than 6000 together"


def wrong_texts(given: dict[str, Any], wanted: dict[str, tuple[type, int | None]]) -> Iterator[str]:
    """Fields that an object has not, of the wrong type, or too long."""
    for name, value in given.items():
        kind, longest = wanted.get(name, (None, None))
        if kind is None or not isinstance(value, kind):
            yield f"{name} is not taken so"
        elif longest is not None and length(value) > longest:
            yield f"{name} is longer than {longest}"


def length(text: str) -> int:
    """A text's length as Discord's clients count it: in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def values(url: str, secret: str) -> dict[str, Any]:
    """Settings that lead to the stand-in."""
    return {"webhook": f"https://discord.com/api/webhooks/{ID}/{secret}", "api": f"{url}/api/v10"}


HARNESS = HttpHarness(
    answer=answer, values=values, secret=TOKEN, wrong=WRONG,
    calls={"notifier": lambda notifier: notifier.notify(Notice(title="Night done", text="12 items"))},
)  # fmt: skip
