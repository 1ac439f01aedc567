"""A message as it is sent: one thing in full, or many things as one list; approvals with a link that answers them."""

from collections import Counter

from sqlalchemy import Connection

from hydra_lab.areas.notifications.channels import Channel
from hydra_lab.areas.notifications.model import Message, Part
from hydra_lab.kernel.capabilities import Link, Notice, Severity
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.credentials import ApprovalLink
from hydra_lab.kernel.work.approvals import store as approvals

COUNTED = {
    "items.done": ("item finished", "items finished"),
    "items.failed": ("item failed", "items failed"),
    "approvals.asked": ("approval wanted", "approvals wanted"),
    "integrations.lost": ("system lost", "systems lost"),
    "integrations.back": ("system back", "systems back"),
    "alerts.fired": ("alert", "alerts"),
    "alerts.resolved": ("alert over", "alerts over"),
    "nodes.lost": ("machine lost", "machines lost"),
    "nodes.back": ("machine back", "machines back"),
    "n8n.run_failed": ("run failed in n8n", "runs failed in n8n"),
    "benchmarks.regressed": ("benchmark worse", "benchmarks worse"),
    "containers.health_status": ("container unhealthy", "containers unhealthy"),
    "containers.oom": ("container out of memory", "containers out of memory"),
    "containers.healed": ("container healed", "containers healed"),
    "containers.healing_failed": ("container not healed", "containers not healed"),
}
KEPT, LISTED, MOST_LINKS = 50, 20, 5  # parts a message keeps, lines it shows, questions it has links for
UI, INBOX = "/ui", "/inbox"


def title_of(kinds: dict[str, int], *, quiet: bool = False) -> str:
    """Many things in one line: how many of each kind."""
    words = [
        f"{number} {COUNTED.get(name, ('other thing', 'other things'))[number > 1]}" for name, number in kinds.items()
    ]
    return ("In the quiet hours: " if quiet else "") + ", ".join(words)


def worst(parts: list[Part]) -> Severity:
    """How much the most important part matters."""
    return max((part.severity for part in parts), key=lambda severity: severity.rank)


def notice_of(
    ctx: Context, connection: Connection, message: Message, channel: Channel, *, quiet: bool
) -> Notice | None:
    """The notice of a message, as things are now; ``None`` when nothing of it is worth telling any more."""
    parts = [part for part in message.parts if part.asks is None or still_asks(connection, part.asks)]
    kinds = Counter(message.kinds)
    kinds.subtract(part.name for part in message.parts if part not in parts)
    count = kinds.total()
    if not parts:
        return None
    links = decisions(ctx, connection, parts, channel)
    base = ctx.services.settings.current.public_url
    asks = any(part.asks for part in parts)
    where = "" if links or not asks else f"Decide in Hydra's inbox: {base}{UI}{INBOX}"
    if count == 1:
        [part] = parts
        return Notice(
            title=part.title, text="\n\n".join(one for one in (part.text, where) if one), fields=part.fields,
            severity=part.severity, links=links, url=f"{base}{UI}{part.path}" if base else None, id=message.id[-8:],
        )  # fmt: skip
    page = INBOX if asks else "/activity"
    title = title_of({name: number for name, number in kinds.items() if number}, quiet=quiet)
    text = "\n\n".join(one for one in (lines(parts, count), where) if one)
    return Notice(
        title=title, text=text, severity=worst(parts), links=links, url=f"{base}{UI}{page}" if base else None,
        id=message.id[-8:],
    )  # fmt: skip


def lines(parts: list[Part], count: int) -> str:
    """Many things as a list, the most important first."""
    shown = sorted(parts, key=lambda part: (-part.severity.rank, part.event))[:LISTED]
    found = [f"• {part.title}" + (f" ({first_sentence(part.text)})" if part.severity.rank else "") for part in shown]
    return "\n".join(found + ([f"and {count - len(shown)} more"] if count > len(shown) else [])).replace(" ()", "")


def first_sentence(text: str) -> str:
    """The beginning of a text, as much as fits on a line."""
    first = text.partition(". ")[0].partition("\n")[0].rstrip(".")
    return first if len(first) <= 120 else f"{first[:120].rsplit(' ', 1)[0]} …"


def still_asks(connection: Connection, item: str) -> bool:
    """Whether an item's question is still open."""
    return approvals.open_for(connection, item) is not None


def decisions(ctx: Context, connection: Connection, parts: list[Part], channel: Channel) -> tuple[Link, ...]:
    """Links that answer what the parts ask. They are made anew for every try, because only their hashes are kept."""
    base = ctx.services.settings.current.public_url
    if not base:
        return ()
    made = []
    for part in [one for one in parts if one.asks and one.linked][:MOST_LINKS]:
        asked = approvals.open_for(connection, part.asks or "")
        if asked is None:
            continue
        lapses_at = asked.lapses_at or ctx.clock.now() + ctx.services.settings.current.approval_lapse
        code = ctx.services.credentials.approval_links.make(
            connection,
            ApprovalLink(approval=asked.id, item=asked.item, channel=channel.title, expires_at=lapses_at),
        )
        title = "Approve or reject" if len(parts) == 1 else f"Decide: {part.title.partition(': ')[2][:60]}"
        made.append(Link(title=title, url=f"{base}{UI}/approve/{code}"))
    return tuple(made)
