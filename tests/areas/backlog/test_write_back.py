"""Writing an imported document back with what became of its items."""

import difflib

import pytest

from hydra_lab.kernel.errors import Invalid, NotFound
from hydra_lab.kernel.operation import Raw
from hydra_lab.kernel.work.changes import store as changes
from tests.areas.backlog.conftest import BacklogLab
from tests.areas.backlog.documents import SEED, document


def differences(before: str, after: str) -> list[str]:
    return [line for line in difflib.ndiff(before.split("\n"), after.split("\n")) if line[:2] in ("+ ", "- ")]


def test_a_finished_item_is_marked_and_the_rest_says_why_it_waits(lab: BacklogLab) -> None:
    lab.take(SEED)
    lab.set(lab.item("4.4").id, state="done", result={"said": "written"})
    lines = differences(SEED, lab.call("backlog.export"))
    assert "+ ### 4.4 Update STATE.json ✅ COMPLETE" in lines
    assert len([line for line in lines if line.startswith("+ **Hydra:**")]) == 32
    assert len(lines) == 34


def test_each_state_has_its_words(lab: BacklogLab) -> None:
    lab.take(document("".join(f"### 1.{n} Work {n} of them\n**Run:** docs.api\n" for n in range(1, 6))))
    states = ["running", "cancelled", "failed", "done", "queued"]
    for number, state in enumerate(states, 1):
        error = {"code": "refused", "detail": "It said no.", "fix": None, "data": {}} if state == "failed" else None
        lab.set(lab.item(f"1.{number}").id, state=state, error=error)
    found = [line for line in lab.call("backlog.export").split("\n") if "**Hydra:**" in line]
    assert found == [
        "**Hydra:** running", "**Hydra:** cancelled", "**Hydra:** failed: It said no.", "**Hydra:** queued",
    ]  # fmt: skip


def test_a_held_item_says_what_it_waits_for_without_a_time(lab: BacklogLab) -> None:
    lab.take(document("### 1.1 Lamp\n**Run:** docs.api\n**Window:** 02:00-03:00\n"))
    assert "**Hydra:** held: waits for its window 02:00-03:00\n" in lab.call("backlog.export")


def test_importing_an_export_changes_nothing(lab: BacklogLab) -> None:
    lab.take(SEED)
    lab.set(lab.item("4.4").id, state="done", result={"said": "written"})
    once = lab.call("backlog.export")
    assert lab.take(once).unchanged == 37
    assert lab.call("backlog.export") == once


def test_what_the_document_reported_is_left_as_it_is(lab: BacklogLab) -> None:
    text = document("### 1.1 Lamp ✅ COMPLETE\n**Task:** it\n")
    lab.take(text)
    assert lab.call("backlog.export") == text


def test_an_item_that_was_pruned_is_left_as_it_is(lab: BacklogLab) -> None:
    text = document("### 1.1 Lamp\n")
    lab.take(text)
    pruned = lab.item("1.1").id
    with lab.services.database.begin() as connection:
        changes.delete_items(connection, [pruned])
    assert lab.call("backlog.export") == text


def test_the_download_is_the_file(lab: BacklogLab) -> None:
    text = document("### 1.1 Lamp ✅ COMPLETE\n").replace("\n", "\r\n")
    lab.take(text, "house")
    verb = lab.services.registry.operation("backlog.download")
    raw = verb.handler(lab.context(), verb.input.model_validate({"name": "house"}))
    assert isinstance(raw, Raw)
    assert (raw.body, raw.filename) == (text.encode(), "house.md")


def test_with_several_backlogs_one_is_named(lab: BacklogLab) -> None:
    lab.take(SEED, "one")
    lab.take(SEED, "two")
    with pytest.raises(Invalid, match="say which"):
        lab.call("backlog.export")
    assert lab.call("backlog.export", name="two").startswith("# HYDRA")


def test_without_a_backlog_there_is_nothing_to_write_back(lab: BacklogLab) -> None:
    with pytest.raises(NotFound):
        lab.call("backlog.export")
