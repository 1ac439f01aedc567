"""What Discord tells about a webhook, and about a message posted through it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """A webhook. ``name`` is unknown where Discord tells none."""

    id: str
    channel_id: str
    name: str | None = None


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message that was posted."""

    id: str
