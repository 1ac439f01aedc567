"""Discord's webhook API as documented, with its limits: 2,000 characters, five messages in two seconds."""

import json
from email import message_from_bytes
from typing import Any

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
    """Answer a message: refused when it is empty or too long."""
    payload, files = payload_of(asked)
    content = payload.get("content", "")
    if not content and not files:
        return Reply(status=400, json={"message": "Cannot send an empty message", "code": 50006})
    if len(content.encode("utf-16-le")) // 2 > 2000:
        problem = {"content": {"_errors": [{"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 2000 or fewer."}]}}
        return Reply(status=400, json={"message": "Invalid Form Body", "code": 50035, "errors": problem})
    if asked.query.get("wait") == ["true"]:
        return Reply(json={"id": "1", "content": content, "attachments": [{"filename": name} for name in files]})
    return Reply(status=204)


def payload_of(asked: Asked) -> tuple[dict[str, Any], dict[str, str]]:
    """The message, and the files that came with it by name."""
    kind = asked.headers["content-type"]
    if kind == "application/json":
        return json.loads(asked.body), {}
    whole = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + asked.body)
    parts = {str(part.get_param("name", header="content-disposition")): part for part in whole.get_payload()}  # type: ignore[union-attr]
    files = {
        str(part.get_filename()): part.get_payload(decode=True).decode()
        for name, part in parts.items()
        if name.startswith("files[")
    }
    return json.loads(parts["payload_json"].get_payload(decode=True)), files


def values(url: str, secret: str) -> dict[str, Any]:
    """Settings that lead to the stand-in."""
    return {"webhook": f"https://discord.com/api/webhooks/{ID}/{secret}", "api": f"{url}/api/v10"}


HARNESS = HttpHarness(
    answer=answer, values=values, secret=TOKEN, wrong=WRONG,
    calls={"notifier": lambda notifier: notifier.notify("Night done", "12 items")},
)  # fmt: skip
