"""Looking at a document first: nothing is done, and what is then imported is what was looked at."""

import pytest

from hydra_lab.areas.backlog.pages.report import load_preview, load_report
from hydra_lab.kernel.area import PageRequest
from hydra_lab.kernel.errors import Invalid, NotFound
from tests.areas.backlog.conftest import BacklogLab
from tests.areas.backlog.documents import SEED, document

LAMP = "### 1.1 Lamp\n**Priority:** HIGH\n**Run:** docs.api\n"


def counts(one: object) -> list[int]:
    return [getattr(one, name) for name in ("created", "updated", "unchanged", "cancelled", "kept", "unread_total")]


def test_a_preview_does_nothing_and_says_what_an_import_would(lab: BacklogLab) -> None:
    lab.take(SEED)
    before, entries = lab.items(), lab.call("backlog.show", name="lab")
    edited = SEED.replace("### 7.5 Create Music Cue Database", "### 7.6 Water the Plants") + "\nwhat\n"
    seen = lab.call("backlog.preview", text=edited, name="lab")
    assert (lab.items(), lab.call("backlog.show", name="lab")) == (before, entries)
    done = lab.call("backlog.confirm", draft=seen.draft)
    assert counts(done) == counts(seen) == [1, 0, 36, 1, 0, 1]
    assert lab.call("backlog.export").endswith("what\n")


def test_an_imported_draft_is_gone(lab: BacklogLab) -> None:
    draft = lab.call("backlog.preview", text=SEED, name="lab").draft
    lab.call("backlog.confirm", draft=draft)
    with pytest.raises(NotFound, match="no longer kept"):
        lab.call("backlog.confirm", draft=draft)


def test_a_discarded_draft_leaves_nothing(lab: BacklogLab) -> None:
    draft = lab.call("backlog.preview", text=SEED).draft
    lab.call("backlog.discard", draft=draft)
    assert (lab.items(), lab.call("backlog.list").backlogs) == ([], [])
    with pytest.raises(NotFound):
        load_preview(lab.context(), PageRequest(path={"draft": draft}))


def test_drafts_are_forgotten_after_a_day_and_beyond_ten(lab: BacklogLab) -> None:
    old = lab.call("backlog.preview", text=SEED).draft
    lab.clock.pass_(hours=25)
    drafts = []
    for _ in range(11):
        drafts.append(lab.call("backlog.preview", text=document(LAMP)).draft)
        lab.clock.pass_(seconds=1)
    for gone in (old, drafts[0]):
        with pytest.raises(NotFound):
            lab.call("backlog.confirm", draft=gone)
    assert lab.call("backlog.confirm", draft=drafts[1]).created == 1


def test_a_preview_says_when_the_backlog_was_imported_meanwhile(lab: BacklogLab) -> None:
    draft = lab.call("backlog.preview", text=document(LAMP), name="lab").draft
    lab.clock.pass_(minutes=1)
    lab.take(document(LAMP))
    assert load_preview(lab.context(), PageRequest(path={"draft": draft}))["stale"]


def test_a_report_says_what_was_edited(lab: BacklogLab) -> None:
    lab.take(document(LAMP))
    lab.take(document(LAMP.replace("HIGH", "LOW") + "**Impact:** Light\n"))
    report = load_report(lab.context(), PageRequest(path={"name": "lab"}))
    (row,) = report["rows"]["changed"]
    assert row["what"] == [{"name": "priority", "old": "high", "new": "low"}, {"name": "impact"}]


def test_text_that_is_none_is_refused_with_its_line(lab: BacklogLab) -> None:
    with pytest.raises(Invalid) as caught:
        lab.call("backlog.preview", text="# One\n### 1.1 x\0\n")
    assert "NUL byte in line 2" in str(caught.value.data)
