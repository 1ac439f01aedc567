"""Discord's webhook API as documented; every message is held against its published schema and limits."""

import json
from typing import Any

from hydra_lab.kernel.capabilities import Notice
from tests.integrations.discord.schema import wrong_in
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


def values(url: str, secret: str) -> dict[str, Any]:
    """Settings that lead to the stand-in."""
    return {"webhook": f"https://discord.com/api/webhooks/{ID}/{secret}", "api": f"{url}/api/v10"}


HARNESS = HttpHarness(
    answer=answer, values=values, secret=TOKEN, wrong=WRONG,
    calls={"notifier": lambda notifier: notifier.notify(Notice(title="Night done", text="12 items"))},
)  # fmt: skip
