"""Every kind of thing that happens, with the worst that may be in it: Discord takes each, alone and together."""

import re
from collections.abc import Callable

from hydra_lab.areas.notifications.model import State
from hydra_lab.areas.notifications.outbox.words import TITLES
from hydra_lab.areas.notifications.rules import built_in
from tests.areas.notifications.outbox_lab import OutboxLab
from tests.integrations.discord.harness import payload_of
from tests.integrations.discord.schema import wrong_in
from tests.rules.source import ROOT

EMITTED = re.compile(r"(?:emit|journal\.write)\(\s*\w+,\s*\"([a-z0-9_]+\.[a-z0-9_]+)\"")
SOURCES = [one.read_text() for one in (ROOT / "src").rglob("*.py")]
OWN = "notifications."
KINDS = sorted(
    {name for text in SOURCES for name in EMITTED.findall(text) if not name.startswith(OWN)}
    | set(TITLES)
    | {name for rule in built_in().values() for name in rule.events if "." in name.rstrip(".")}
)
HOSTILE = "@everyone <@&1> [x](https://evil.example) ```\n**`\u202e 👩‍🚀 \x00 " + "Grüße " * 400
DATA = {
    "error": {"detail": HOSTILE, "fix": HOSTILE}, "reason": HOSTILE, "detail": HOSTILE, "message": HOSTILE,
    "health": HOSTILE, "severity": HOSTILE, "rule": HOSTILE, "operation": HOSTILE, "seconds": 1e9, "after_s": 3.5,
    "lasted_s": 0, "recovery_s": 86400.0, "labels": {f"label {number}": HOSTILE for number in range(30)},
}  # fmt: skip
ALL = {"title": "All of it", "events": sorted({name.partition(".")[0] for name in KINDS}), "place": 1}


def test_the_kinds_were_found() -> None:
    assert {"alerts.fired", "containers.healing_failed", "items.done", "keys.created", "sessions.failed"} <= set(KINDS)


def test_discord_takes_each_alone(make_outbox: Callable[..., OutboxLab]) -> None:
    outbox = make_outbox(public_url="https://lab.example/hydra")
    outbox.connect()
    outbox.collect()
    outbox.call("notifications.set_rule", id="all", **ALL)
    outbox.collect()
    item = outbox.add(HOSTILE[:200].replace("\x00", ""))
    for kind in KINDS:
        for subject, data in ((HOSTILE, DATA), ("", {}), ("Backup", {"error": {}, "labels": {}})):
            outbox.happen(kind, subject, item=item.id, **data)
            outbox.tell()
    told = outbox.outbox()
    assert {one.state for one in told} <= {State.SENT, State.DROPPED}, [one.error for one in told if one.error]
    assert {kind for one in told if one.state is State.SENT for kind in one.kinds} >= set(KINDS) - {"approvals.asked"}
    assert [one for post in outbox.posts() for one in wrong_in(payload_of(post))] == []


def test_discord_takes_all_together(make_outbox: Callable[..., OutboxLab]) -> None:
    outbox = make_outbox(public_url="https://lab.example/hydra")
    outbox.connect()
    outbox.collect()
    outbox.call("notifications.set_rule", id="all", **ALL, group_min=1)
    outbox.collect()
    for kind in KINDS:
        outbox.happen(kind, HOSTILE, **DATA)
    outbox.collect()
    outbox.clock.pass_(minutes=2)
    outbox.send()
    assert outbox.states() == ["sent"] * len(outbox.outbox())
    assert outbox.posts()
