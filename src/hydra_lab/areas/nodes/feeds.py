"""What nodes do by themselves and tell others: looking again and again, and a check."""

from hydra_lab.areas.nodes import store
from hydra_lab.areas.nodes.model import THERE
from hydra_lab.areas.nodes.watch.poll import keep_polling, look_at_once
from hydra_lab.areas.nodes.watch.sources import machines_of, sources
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Beat, Check, CheckResult, Measured, Sources, Tile


def check(ctx: Context) -> CheckResult:
    """Whether every node answers, has room, and none of its cards is hot."""
    with ctx.read() as connection:
        seen = store.all_seen(connection)
    nodes = [seen[name] for name in machines_of(ctx) if name in seen]
    refused = [one.name for one in nodes if one.state == "refused"]
    lost = [one.name for one in nodes if one.state == "lost"]
    ailing = [f"{one.name}: {name.partition(':')[2]}" for one in nodes for name in one.ailing if name[:5] == "disk:"]
    hot = [card.label for one in nodes for card in one.cards if f"hot:{card.key}" in one.ailing]
    said = [
        f"{word}: {', '.join(names)}"
        for word, names in (("Lost", lost), ("Host key to confirm", refused), ("Filling", ailing), ("Hot", hot))
        if names
    ]
    if said:
        return CheckResult(
            status="warn", detail="; ".join(said) + ".", fix="`hydra nodes list` or /ui/nodes says more."
        )
    if not nodes:
        return CheckResult(status="unknown", detail="No node has been looked at yet.", fix="Wait a moment.")
    return CheckResult(status="ok", detail=f"{len(nodes)} of {len(nodes)} nodes answer.")


def tile(ctx: Context) -> Measured | None:
    """How many nodes answer, and what their cards draw; one that is lost is named, and what it drew left out."""
    names = machines_of(ctx)
    with ctx.read() as connection:
        seen = store.all_seen(connection)
    found = [seen[name] for name in names if name in seen and seen[name].state != "unknown"]
    if not found:
        return None
    lost = sorted(one.name for one in found if one.state not in THERE)
    drawn = [card.figures["power_w"].value for one in found if one.state in THERE for card in one.cards
             if "power_w" in card.figures]  # fmt: skip
    words = [f"{', '.join(lost[:2])} lost"] if lost else []
    words += [f"cards draw {sum(drawn):.0f} W"] if drawn else []
    return Measured(
        value=f"{len(found) - len(lost)} up", of=f"of {len(names)}", text="; ".join(words) or "Every one answers.",
        s="bad" if lost else "warn" if any(one.ailing for one in found) else "ok",
        at=min((one.looked_at for one in found if one.looked_at and one.state in THERE), default=None),
    )  # fmt: skip


CONTRIBUTIONS = (
    Tile(name="nodes", title="Nodes", icon="server", path="/nodes", measure=tile),
    Sources(name="nodes", find=sources),
    Beat(name="nodes-poll", every_s=2.0, run=keep_polling),
    Beat(name="nodes-changed", every_s=3600.0, run=look_at_once, on=("integrations.configured", "settings.changed")),
    Check(name="nodes", title="Nodes", run=check),
)
