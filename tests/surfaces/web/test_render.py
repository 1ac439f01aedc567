"""Every template renders whole and part by part, with values that are there and values that are not."""

import re
from types import SimpleNamespace
from typing import Any

import pytest

from hydra_lab.kernel.policy.model import Mode
from hydra_lab.surfaces.web.forms.fields import fields_of
from hydra_lab.surfaces.web.look import looks
from hydra_lab.surfaces.web.look.assets import assets
from hydra_lab.surfaces.web.look.render import Renderer
from tests.surfaces.web import samples as s
from tests.surfaces.web.test_fields import SCHEMA

RENDERER = Renderer(assets(), {})

HOME = {
    "today": "Friday, 19 December",
    "headline": "2 running, 3 held.",
    "empty": False,
    "cards": [],
    "needs": {
        "total": 7,
        "rows": [
            {
                "icon": "key-round",
                "href": "/ui/inbox#x",
                "title": "Discord webhook is missing",
                "verb": "Add",
                "sub": "5.1 waits for it.",
            }
        ],
    },
    "running": {
        "rows": [s.RUNNING, s.UNKNOWN],
        "slots": 10,
        "tails": {s.RUNNING.id: "page 96 <b>", s.UNKNOWN.id: ""},
        "next": s.READY,
        "idle": "",
    },
    "numbers": {
        "done": 17,
        "median": 130,
        "failed": 1,
        "last_failed": s.FAILED,
        "ready": 5,
        "oldest": s.before(minutes=38),
        "held": 12,
        "reasons": "4 for the night, 3 for approval",
    },
    "held": [s.ASKING, s.MISSING, s.PLAN],
    "latest": s.EVENTS,
}
NEW = {
    **HOME,
    "empty": True,
    "needs": {"total": 0, "rows": []},
    "held": [],
    "latest": [],
    "running": {"rows": [], "slots": 10, "tails": {}, "next": None, "idle": "Ready work starts by itself."},
    "numbers": {
        "done": 0,
        "median": None,
        "failed": 0,
        "last_failed": None,
        "ready": 0,
        "oldest": None,
        "held": 0,
        "reasons": "",
    },
}
OPERATION = SimpleNamespace(
    name="maintenance.run",
    summary="Back up, check or tidy Hydra.",
    effect="danger",
    durable=SimpleNamespace(lane="default", attempts=3),
    queueable=True,
    method="POST",
    path="/maintenance/run",
    needs=("discord",),
)
FORM = {
    "operation": OPERATION,
    "fields": fields_of(SCHEMA, values={"name": "<i>"}, problems={"inner.days": "too many"}, prefix="input."),
    "options": (),
    "opened": True,
    "confirm_word": "backup",
    "callable": True,
    "detail": ["It keeps 7."],
    "answer": {"a": [1, None]},
}
ASK = {
    "approvals": [
        {
            "item": s.ASKING,
            "hold": s.ASKING.holds[0],
            "consequence": "deletes",
            "subject": "vault",
            "rule": "always asks",
            "effect": "danger",
        }
    ],
    "plans": [{"item": s.PLAN, "hold": s.PLAN.holds[0], "choices": [{"name": "a.b", "summary": "Does it."}]}],
    "operations": ["a.b", "c.d"],
    "missing": [
        {
            "name": "discord",
            "title": "A Discord webhook is missing",
            "label": "Discord",
            "since": s.NOW,
            "detail": "5.1 waits",
            "done": "Saved",
            "known": True,
            "fields": fields_of(SCHEMA),
            "waiting": [s.MISSING],
            "more": 2,
        }
    ],
    "total": 3,
    "headline": "3 things",
}
GROUPS = [{"name": "maintenance", "title": "Maintenance", "operations": [OPERATION]}]
PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "home": ("home.html", HOME),
    "home-new": ("home.html", NEW),
    "inbox": ("inbox.html", ASK),
    "inbox-empty": (
        "inbox.html",
        {"approvals": [], "plans": [], "missing": [], "operations": [], "total": 0, "headline": "Nothing."},
    ),
    "operations": ("operations.html", {"groups": GROUPS, "query": {"q": "x", "all": "1"}}),
    "operations-none": ("operations.html", {"groups": [], "query": {"q": "", "all": ""}}),
    "operation": ("operation.html", FORM),
    "not-found": ("not-found.html", {"detail": "", "guess": "0198"}),
    "error": (
        "error.html",
        {
            "heading": "Alerts cannot be shown",
            "error": {"code": "unavailable", "detail": "no answer", "fix": "wait"},
            "status": 502,
        },
    ),
    "error-bare": ("error-bare.html", {"heading": "Stopped", "error": {"code": "x", "detail": "y", "fix": ""}}),
    "sign-in": (
        "sign-in.html",
        {"notice": "", "problem": "This token is not known here.", "next": "/ui/", "wide": False},
    ),
}


def shown(name: str, **frame: Any) -> str:
    template, values = PAGES[name]
    return RENDERER.page(template, {**s.frame(**{"wide": False, **frame}), **values})


@pytest.mark.parametrize("name", PAGES)
def test_a_page_renders_and_lets_no_markup_through(name: str) -> None:
    html = shown(name)
    assert html.startswith("<!doctype html>")
    assert html.count("<h1") == 1
    assert "<script>" not in html
    assert not re.search(r"<i>|<b>[^\d<]*page", html)
    assert not re.search(r"\s(style|on\w+)=", html), "the content security policy refuses it"
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids)), f"twice: {[one for one in ids if ids.count(one) > 1]}"


@pytest.mark.parametrize("name", PAGES)
def test_every_live_part_renders_alone_as_it_does_in_the_page(name: str) -> None:
    template, values = PAGES[name]
    whole = shown(name)
    live = re.findall(r'<\w+[^>]*\sid="([^"]+)"[^>]*\sdata-(?:live|poll)', whole)
    for part in live:
        alone = RENDERER.parts(template, {**s.frame(), **values}, [part])
        assert f'hx-target="#{part}"' in alone, f"{part} is no block"
        inner = alone.removeprefix(f'<hx-partial hx-target="#{part}" hx-swap="outerMorph">').removesuffix(
            "</hx-partial>"
        )
        assert inner.strip() in whole


def test_a_part_that_is_no_block_is_left_out() -> None:
    assert RENDERER.parts("home.html", {**s.frame(), **HOME}, ["nothing", 'x"><script>']) == ""


def test_each_form_carries_its_token_and_where_to_go_back() -> None:
    for form in re.findall(r'<form[^>]*method="post".*?</form>', shown("inbox"), re.DOTALL):
        assert 'name="csrf" value="token"' in form
        assert 'name="_next"' in form


def test_a_stopped_hydra_says_so_on_every_page() -> None:
    look = looks.MODES[Mode.STOPPED]
    mode = {
        "name": "stopped",
        "s": look.s,
        "icon": look.icon,
        "word": look.word,
        "until": s.NOW,
        "reason": "smoke in the rack",
    }
    html = shown("inbox-empty", mode=mode)
    assert "Hydra is stopped" in html
    assert "Smoke in the rack." in html


def test_a_failure_is_told_with_its_fix_and_every_wrong_field() -> None:
    failure = {
        "detail": "it cannot read its input",
        "fix": "look",
        "problems": [{"field": "days", "problem": "too many"}],
    }
    html = shown("operation", failure=failure)
    assert "It cannot read its input." in html
    assert "days: too many" in html


def test_the_theme_is_set_by_the_server() -> None:
    assert '<html lang="en" data-theme="dark">' in shown("home", theme="dark")


def test_an_unknown_icon_gives_a_plain_one_instead_of_an_error() -> None:
    assert RENDERER.sprite("no-such-icon").endswith("#circle")
