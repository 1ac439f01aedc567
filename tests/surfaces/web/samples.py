"""What pages show when there is something to show: work of every kind, and the values of each template."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hydra_lab.kernel.journal import Event
from hydra_lab.kernel.work.model import Artifact, Hold, HoldKind, Item, ItemError, Priority, Progress, State, Step
from hydra_lab.surfaces.web.look import looks

NOW = datetime(2025, 12, 19, 13, 32, 4, tzinfo=UTC)


def before(**span: float) -> datetime:
    """A time before now."""
    return NOW - timedelta(**span)


def hold(kind: HoldKind, detail: str, **more: Any) -> Hold:
    """One reason to wait."""
    given = {"unblock": "someone says yes", "since": before(hours=2), "checked_at": before(seconds=8)}
    return Hold(kind=kind, detail=detail, **{**given, **more})


def item(number: int, title: str, state: State, **more: Any) -> Item:
    """One work item."""
    given: dict[str, Any] = {
        "id": f"0198f2c4-7d1e-7c33-8a51-{number:012d}",
        "operation": "maintenance.run",
        "input": {"action": "backup", "keep": 7, "folders": ["artifacts", "docs"]},
        "section": f"{number % 7 + 1}.{number}",
        "tier": number % 7 + 1,
        "priority": list(Priority)[number % 4],
        "created_at": before(hours=3),
        "ready_at": before(minutes=38),
        "created_by": "backlog backlog.md",
    }
    return Item(title=title, state=state, **{**given, **more})


RUNNING = item(
    1,
    "Verified backup of the database",
    State.RUNNING,
    started_at=before(minutes=6),
    progress=Progress(fraction=0.58, message="copied 96 of 128 pages"),
)
UNKNOWN = item(
    2,
    "Read the folder of notes <script>alert(1)</script>",
    State.RUNNING,
    started_at=before(minutes=1),
    progress=Progress(fraction=None, message="file 4"),
)
READY = item(3, "Generate API documentation", State.QUEUED)
ASKING = item(
    4,
    "Delete artifacts of finished work older than 30 days",
    State.HELD,
    ready_at=None,
    holds=[
        hold(
            HoldKind.APPROVAL,
            "Deletes 23 files, 41.8 GiB",
            due=NOW + timedelta(hours=5),
            data={"rule": "deleting data always asks"},
        ),
        hold(HoldKind.WINDOW, "It runs overnight, 22:00 to 07:00", due=NOW + timedelta(hours=8)),
    ],
)
MISSING = item(
    5,
    "Wire Discord notifications to all handlers",
    State.HELD,
    holds=[hold(HoldKind.REQUIREMENT, "Discord has no webhook", ref="discord")],
)
PLAN = item(
    6,
    "Build scene transition library",
    State.HELD,
    operation=None,
    input={},
    holds=[hold(HoldKind.PLAN, "No rule matched 7.4")],
)
DONE = item(
    7,
    "Audit the knowledge folder",
    State.DONE,
    started_at=before(minutes=4),
    finished_at=before(minutes=2),
    result={"score": 92, "broken_links": 3, "summary": "3 broken links in 41 files"},
    artifacts=[
        Artifact(
            name="report.md",
            media_type="text/markdown",
            size=38_912,
            url="/queue/x/artifacts/report.md",
            sha256="0" * 64,
        ),
        Artifact(
            name="report.json",
            media_type="application/json",
            size=2048,
            url="/queue/x/artifacts/report.json",
            sha256="0" * 64,
        ),
    ],
)
FAILED = item(
    8,
    "Call the ticket system",
    State.FAILED,
    started_at=before(minutes=22),
    finished_at=before(minutes=21),
    error=ItemError(code="refused", detail="tickets.lab answered HTTP 400", fix="Look at the body of the request"),
)
ITEMS = [RUNNING, UNKNOWN, READY, ASKING, MISSING, PLAN, DONE, FAILED]

EVENTS = [
    Event(
        id=48_213,
        at=before(seconds=6),
        name="items.done",
        actor="hydra",
        actor_name="hydra",
        subject=DONE.title,
        item=DONE.id,
    ),
    Event(
        id=48_212,
        at=before(seconds=52),
        name="items.started",
        actor="hydra",
        actor_name="hydra",
        subject=RUNNING.title,
        cause=48_210,
    ),
    Event(
        id=48_210,
        at=before(minutes=4),
        name="approvals.asked",
        actor="hydra",
        actor_name="hydra",
        subject=ASKING.title,
        data={"rule": "deleting data always asks"},
    ),
    Event(
        id=48_209,
        at=before(minutes=14),
        name="integrations.lost",
        actor="hydra",
        actor_name="hydra",
        subject="loki",
        data={"detail": "Loki did not answer in time"},
    ),
    Event(
        id=48_200,
        at=before(minutes=21),
        name="items.failed",
        actor="hydra",
        actor_name="hydra",
        subject=FAILED.title,
        data={"error": {"detail": "tickets.lab answered HTTP 400"}},
    ),
    Event(id=48_100, at=before(hours=30), name="something.new_here", actor="person", actor_name="owner"),
]


def frame(**more: Any) -> dict[str, Any]:
    """What the shell needs around any page."""
    link = {"badge": 0, "count": "", "current": False}
    links = [
        {**link, "href": "/ui/", "icon": "house", "label": "Home", "current": True},
        {**link, "href": "/ui/inbox", "icon": "inbox", "label": "Inbox", "badge": 3},
        {**link, "href": "/ui/queue", "icon": "list-todo", "label": "Queue", "count": "2 running"},
        {**link, "href": "/ui/activity", "icon": "history", "label": "Activity"},
    ]
    lab = [{**link, "href": "/ui/integrations", "icon": "plug", "label": "Integrations"}]
    mode = looks.MODES["autonomous"]
    given = {
        "title": "Home",
        "api": "",
        "here": "/ui/",
        "now": NOW,
        "zone": ZoneInfo("Europe/Berlin"),
        "theme": None,
        "csrf": "token",
        "person": "owner",
        "navigation": [{"title": "", "links": links}, {"title": "Lab", "links": lab}],
        "tabs": links,
        "mode": {
            "name": "autonomous",
            "s": mode.s,
            "icon": mode.icon,
            "word": mode.word,
            "until": None,
            "reason": None,
        },
        "failure": None,
        "toast": {"s": "done", "text": "Saved", "href": ""},
        "stream": "/events/stream",
        "query": {},
    }
    return {**given, **more}


def step(number: int, name: str, state: str, seconds: float, error: str | None = None) -> Step:
    """One checkpoint."""
    ended = None if state == "running" else before(seconds=60 - seconds)
    return Step(
        number=number, name=name, state=state, attempt=1, started_at=before(seconds=60), finished_at=ended, error=error
    )


STEPS = [step(1, "copy the database", "done", 12.4), step(2, "check its integrity", "running", 9)]
