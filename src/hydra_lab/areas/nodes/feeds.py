"""What nodes do by themselves and tell others: looking again and again, and a check."""

from hydra_lab.areas.nodes import store
from hydra_lab.areas.nodes.watch.look import machines_of
from hydra_lab.areas.nodes.watch.poll import keep_polling, look_at_once
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Beat, Check, CheckResult


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


CONTRIBUTIONS = (
    Beat(name="nodes-poll", every_s=2.0, run=keep_polling),
    Beat(name="nodes-changed", every_s=3600.0, run=look_at_once, on=("integrations.configured", "settings.changed")),
    Check(name="nodes", title="Nodes", run=check),
)
