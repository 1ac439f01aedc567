"""Import a backlog, look at it, and write it back."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from hydra_lab.areas.backlog import answers, store, views
from hydra_lab.areas.backlog.drafts import drafts
from hydra_lab.areas.backlog.intake.decide import Plans
from hydra_lab.areas.backlog.intake.making import IMPORT, making_of
from hydra_lab.areas.backlog.intake.take_in import take_in
from hydra_lab.areas.backlog.reading.lines import refuse_what_is_no_text
from hydra_lab.areas.backlog.reading.parse import parse
from hydra_lab.areas.backlog.reading.veiled import Text, kept_text, text_of
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.operation import Effect, Input, Raw, endpoint, operation
from hydra_lab.kernel.secrets import MASK
from hydra_lab.kernel.secrets.sealed import Spotted

TAKEN = ("import", "export", "preview")  # routes of their own below /backlog
LONGEST = 64


def spelled(name: str) -> str:
    """A name as it stands in addresses: ``My list`` becomes ``My-list``. Raises ``ValueError`` for one that is none."""
    found = re.sub(r"[^A-Za-z0-9._-]+", "-", name[:200]).strip("-.")[:LONGEST].strip("-.")
    if not found:
        raise ValueError("a name has letters or digits")
    return found


def not_taken(name: str) -> str:
    """A name that is no route of its own."""
    if name in TAKEN:
        raise ValueError(f"a backlog cannot be called {name}")
    return name


def readable(text: str) -> str:
    """A text that can be a document. Raises ``ValueError`` that names the line which cannot."""
    try:
        refuse_what_is_no_text(text)
    except Invalid as error:
        raise ValueError(f"{error.detail} {error.fix}") from error
    return text


Name = Annotated[str, AfterValidator(spelled), Field(description="What the backlog is called")]


class Document(Input):
    """A backlog to import."""

    text: Annotated[str, Spotted(), AfterValidator(readable)] = Field(description="The document, as Markdown")
    name: Annotated[Name, AfterValidator(not_taken)] | None = Field(
        default=None, description="What to call it; by default made from the document's title"
    )


class ByName(Input):
    """One backlog."""

    name: Name


class ByDraft(Input):
    """A document that was looked at."""

    draft: str = Field(max_length=64, description="The id that its preview answered")


class Wanted(ByName):
    """One backlog, and which of its items."""

    offset: int = Field(default=0, ge=0)
    limit: int = Field(default=500, ge=1, le=2000)


class Exported(Input):
    """Which backlog to write back."""

    name: Name | None = Field(default=None, description="Which one; not needed where there is only one")


@operation(IMPORT, effect=Effect.WRITE, path="POST /backlog/import", body_limit=12 << 20, subject="name", tool=True)
def import_(ctx: Context, input: Document) -> views.ImportReport:
    """Import a backlog written in Markdown: its items become work.

    Importing it again takes over what was edited and doubles nothing; what is done stays done, and an item that is
    gone from the text is cancelled only if it never ran. Lines that were not understood are in `unread`.
    """
    plans, text = plans_of(ctx, input.text, input.name)
    return views.import_report(plans, take_in(ctx, plans, text))


@operation(
    "backlog.preview", effect=Effect.WRITE, path="POST /backlog/preview", body_limit=12 << 20, subject="name",
    queueable=False,
)  # fmt: skip
def preview(ctx: Context, input: Document) -> views.Preview:
    """Read a backlog and say what importing it would do; nothing becomes work yet.

    The document is kept for a day: `backlog confirm` imports it as it was looked at.
    """
    plans, text = plans_of(ctx, input.text, input.name)
    return drafts.look(ctx, plans, text)


@operation("backlog.confirm", effect=Effect.WRITE, path="POST /backlog/preview/{draft}/import", subject="draft")
def confirm(ctx: Context, input: ByDraft) -> views.ImportReport:
    """Import a backlog that was looked at before."""
    draft = drafts.found(ctx, input.draft)
    text = kept_text(draft.text, draft.sealed, ctx.services.secrets)
    plans = Plans(making_of(ctx, draft.backlog, text))
    done = take_in(ctx, plans, text)
    drafts.forget(ctx, draft.id)
    return views.import_report(plans, done)


@operation(
    "backlog.discard", effect=Effect.WRITE, path="POST /backlog/preview/{draft}/discard", subject="draft",
    queueable=False,
)  # fmt: skip
def discard(ctx: Context, input: ByDraft) -> None:
    """Forget a backlog that was looked at and not imported."""
    drafts.found(ctx, input.draft)
    drafts.forget(ctx, input.draft)


def plans_of(ctx: Context, given: str, name: str | None) -> tuple[Plans, Text]:
    """What is to be done for a document's items, and its text. Raises ``Invalid`` for one that is none.

    An export that is imported again has masks where the document it came from has secrets; they are taken from there.
    """
    called = name or name_from(parse(given).title)
    with ctx.read() as connection:
        old = store.document(connection, called) if MASK in given else None
    text = text_of(given, kept_text(old.text, old.sealed, ctx.services.secrets) if old else None)
    return Plans(making_of(ctx, called, text)), text


def name_from(title: str | None) -> str:
    """A name from a document's title: ``Willow Street Lab`` becomes ``willow-street-lab``."""
    words = re.sub(r"[^a-z0-9]+", "-", (title or "")[:200].lower()).strip("-")[:LONGEST].strip("-")
    return words if words and words not in TAKEN else "backlog"


@operation("backlog.list", effect=Effect.READ, path="GET /backlog", tool=True)
def list_(ctx: Context) -> views.Summaries:
    """Show the imported backlogs and how far each is."""
    return answers.all_of_them(ctx)


@operation("backlog.export", effect=Effect.READ, path="GET /backlog/export")
def export(ctx: Context, input: Exported) -> str:
    """Write a backlog back: the same document, with the statuses that changed.

    A done item's heading gets ✅ COMPLETE; any other state is one `**Hydra:**` line below the heading.
    """
    return answers.exported(ctx, input.name)[1]


@operation("backlog.show", effect=Effect.READ, path="GET /backlog/{name}", subject="name")
def show(ctx: Context, input: Wanted) -> views.BacklogShown:
    """Show a backlog: tiers, phases, items with their state, and the lines that were not understood."""
    return answers.shown(ctx, input.name, input.offset, input.limit)


@endpoint("backlog.download", effect=Effect.READ, path="GET /backlog/{name}/export", subject="name")
def download(ctx: Context, input: ByName) -> Raw:
    """Download a backlog with its statuses, as the Markdown file it was."""
    name, text = answers.exported(ctx, input.name)
    return Raw(body=text.encode(), media_type="text/markdown; charset=utf-8", filename=f"{name}.md")
