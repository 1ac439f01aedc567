"""Templates to HTML: one environment for all rooms, with each area's templates under the area's name."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from hydra_lab.kernel.work import HoldKind, Item
from hydra_lab.surfaces.web.forms.fields import Field, Schema, fields_of, nested, told_apart
from hydra_lab.surfaces.web.look import looks, telling, words
from hydra_lab.surfaces.web.look.assets import Asset, icon_names

FOLDER = Path(__file__).parents[1] / "templates"
# Modules of macros every template has, and the name it has them by.
MACROS = {"p": "parts.html", "f": "fields.html", "w": "work.html"}
NO_ICON = "circle"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


@pass_context
def ago(context: Context, then: datetime) -> str:
    """How long before the page was made."""
    return words.ago(then, context["now"])


@pass_context
def clock(context: Context, then: datetime, seconds: bool = False) -> str:
    """A time of day in the lab's zone."""
    return words.clock(then, context["now"], context["zone"], seconds=seconds)


@pass_context
def day(context: Context, then: datetime) -> str:
    """A day in the lab's zone."""
    return words.day(then, context["now"], context["zone"])


@pass_context
def stamp(context: Context, then: datetime) -> str:
    """A time in full, for whoever points at it."""
    return then.astimezone(context["zone"]).strftime("%Y-%m-%d %H:%M:%S %Z")


@pass_context
def local(context: Context, then: datetime | str) -> str:
    """A time as a date and time field of a form takes it."""
    if isinstance(then, datetime):
        return then.astimezone(context["zone"]).strftime("%Y-%m-%dT%H:%M")
    return then


@pass_context
def timed(context: Context, text: str) -> str:
    """A text that is a moment (``2025-12-19T14:00:00Z``) as a time in the lab's zone; any other as it is."""
    try:
        then = datetime.fromisoformat(text) if MOMENT.match(text) else None
    except ValueError:
        then = None
    return words.clock(then, context["now"], context["zone"], seconds=True) if then and then.tzinfo else text


@pass_context
def marked(context: Context, text: str | None) -> Markup:
    """A text with code set as code and pages as links."""
    return words.marked(text, context["ui"], context["page_names"])


@pass_context
def form_fields(
    context: Context,
    schema: Schema,
    operation: str,
    given: Mapping[str, Any] | None = None,
    prefix: str = "",
    match: Mapping[str, str] | None = None,
    form: str = "",
) -> tuple[Field, ...]:
    """The fields of an operation's form; after a failure of just this form, as they were typed and what was wrong.

    ``match`` tells forms of the same operation apart by other values that they send, ``form`` their fields' ids.
    """
    failure = context["failure"]
    if failure and failure.operation == operation and (match or {}).items() <= failure.values.items():
        problems = {str(one["field"]): str(one["problem"]) for one in failure.problems}
        values = {**nested(failure.values, prefix), **(given or {})}
        return told_apart(fields_of(schema, values=values, problems=problems, prefix=prefix), form)
    return told_apart(fields_of(schema, values=given, prefix=prefix), form)


def who(made_by: str) -> str:
    """Who made something, in words: ``person:owner`` is ``owner``, ``schedule:backup`` is ``schedule backup``."""
    kind, _, name = made_by.partition(":")
    if name and kind in ("person", name):
        return name if kind == "person" else f"the {kind}"
    return f"{kind} {name}".strip()


def asks(item: Item) -> bool:
    """Whether an item waits for a person's yes."""
    return any(hold.kind is HoldKind.APPROVAL for hold in item.holds)


def slug(text: str) -> str:
    """A text as an HTML id."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


class Renderer:
    """Renders pages and single parts of them.

    ``folders`` maps an area's name to its folder of templates; ``ui`` is where the browser finds the pages, ``names``
    what a page at a path below it is called, and ``needed`` what satisfies a need of an operation, in words.
    """

    def __init__(
        self,
        assets: Mapping[str, Asset],
        folders: Mapping[str, Path],
        ui: str = "/ui",
        names: Mapping[str, str] | None = None,
        needed: Callable[[str], str] = str,
    ) -> None:
        own = FileSystemLoader(FOLDER)
        areas = PrefixLoader({name: FileSystemLoader(folder) for name, folder in folders.items()})
        self.env = Environment(
            loader=ChoiceLoader([own, areas]), autoescape=True, trim_blocks=True, lstrip_blocks=True,
            undefined=StrictUndefined, auto_reload=False,
        )  # fmt: skip
        self._assets = assets
        self._icons = icon_names(assets["icons.svg"])
        self.env.filters.update(
            ago=ago, clock=clock, day=day, stamp=stamp, local=local, slug=slug, who=who, iso=datetime.isoformat,
            duration=words.duration, size=words.size, number=words.number, plural=words.plural,
            sentence=words.sentence, marked=marked, timed=timed, told=words.told,
            unitless=words.unitless, pretty=words.pretty, listed=words.listed, needed=needed,
        )  # fmt: skip
        self.env.globals.update(
            glyphs=looks.GLYPHS, states=looks.STATES, hold_looks=looks.HOLDS, event_look=looks.event_look,
            integration_looks=looks.INTEGRATIONS, event_text=telling.event_text, event_sub=telling.event_sub,
            static=self.static, sprite=self.sprite, form_fields=form_fields, asks=asks, ui=ui,
            page_names=names or {},
        )  # fmt: skip

    def static(self, name: str) -> str:
        """The address of a static file, which changes with its content."""
        return f"{self.env.globals['ui']}/static/{name}?v={self._assets[name].tag}"

    def sprite(self, name: str) -> str:
        """The address of an icon; a name that is not in the sprite gives a plain circle."""
        return f"{self.static('icons.svg')}#{name if name in self._icons else NO_ICON}"

    def page(self, template: str, values: Mapping[str, Any]) -> str:
        """A whole page."""
        return self.env.get_template(template).render(self.with_macros(values))

    def parts(self, template: str, values: Mapping[str, Any], ids: list[str]) -> str:
        """Only the blocks with these element ids, each told where it belongs; ids that are no block are left out."""
        loaded = self.env.get_template(template)
        full = self.with_macros(values)
        out = []
        for one in ids:
            block = self.block(template, one.replace("-", "_"))
            if block:
                html = "".join(block(loaded.new_context(dict(full))))
                out.append(f'<hx-partial hx-target="#{one}" hx-swap="outerMorph">{html}</hx-partial>')
        return "\n".join(out)

    def block(self, template: str, name: str) -> Any:
        """A block's render function, from the template or the one it extends."""
        loaded = self.env.get_template(template)
        shell = self.env.get_template("shell.html")
        return loaded.blocks.get(name) or shell.blocks.get(name)

    def with_macros(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values, and the macro modules made with them: macros know the time, the zone and the form token."""
        full = {**values}
        for name, template in MACROS.items():
            full[name] = self.env.get_template(template).make_module(full)
        return full
