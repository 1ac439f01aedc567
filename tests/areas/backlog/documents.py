"""Documents and catalogues for the backlog's tests."""

from pathlib import Path

from hydra_lab.areas.backlog.planning.catalogue import Catalogue, Known

SEED = (Path(__file__).parents[2] / "data" / "seed-backlog.md").read_text(encoding="utf-8")
EXAMPLE = (Path(__file__).parents[3] / "examples" / "backlog.md").read_text(encoding="utf-8")


def known(name: str, route: str, summary: str, *, queueable: bool = True, wrong: str | None = None) -> Known:
    """An operation; ``wrong`` is what it says to any input."""
    method, _, path = route.partition(" ")
    return Known(name=name, method=method, path=path, summary=summary, queueable=queueable, problem=lambda _: wrong)


def catalogue(*more: Known) -> Catalogue:
    """The operations a bare Hydra has, and more."""
    return Catalogue(
        [
            known("maintenance.run", "POST /maintenance/run", "Look after Hydra: back up, check disks, prune."),
            known("docs.api", "POST /docs/api", "Write API documentation from an OpenAPI document."),
            known("docs.troubleshooting", "POST /docs/troubleshooting", "Write a guide from real incidents."),
            known("knowledge.audit", "POST /knowledge/audit", "Audit a folder of Markdown."),
            known("state.write", "POST /state/write", "Write STATE.json."),
            known("http.call", "POST /http/call", "Call a URL."),
            known("health.show", "GET /health", "Show every health check."),
            known("diagnostics.bundle", "POST /diagnostics/bundle", "Collect what a bug report needs."),
            known("maintenance.prune_now", "POST /maintenance/prune", "Forget what is older than some days."),
            known("notify.send", "POST /notify", "Send a message to a person."),
            known("queue.show", "GET /queue/{id}", "Show one item.", queueable=False),
            *more,
        ]
    )


def document(body: str, tier: str = "## TIER 1: FIXES") -> str:
    """A document with one tier."""
    return f"# A LAB\n\n{tier}\n\n{body}"


def large(items: int, *, tiers: int = 7, priority: str = "HIGH", words: str = "Do it") -> str:
    """A document of so many items, spread over tiers."""
    found, each = ["# Large\n"], -(-items // tiers)
    for number in range(items):
        tier, place = number // each + 1, number % each + 1
        found += [f"## TIER {tier}: PART {tier}\n"] if place == 1 else []
        found.append(
            f"### {tier}.{place} Look after lamp {tier} {place}\n**Priority:** {priority}\n**Task:** {words}\n"
        )
    return "\n".join(found)
