"""Benchmarks in the browser: what was measured over time, a run with its conditions, two runs compared."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from hydra_lab.areas.benchmarks import store
from hydra_lab.areas.benchmarks.comparing import compared
from hydra_lab.areas.benchmarks.model import Load, Run
from hydra_lab.kernel.contributions import Judged, Series
from hydra_lab.kernel.database import Database
from tests.areas.containers.waiting import until
from tests.journeys.visiting import PHONE, findings, keep, visit
from tests.server import Server

SIDES = [(None, "light"), (PHONE, "dark")]
MODEL = "ollama/qwen2.5:7b"
CASES = [("64 words in, up to 32 tokens out, alone", 1.0), ("1024 words in, up to 128 tokens out, 4 at once", 4.0)]
STAMP = {"hydra": "0.1.0", "machine": "gpu-1", "backend": "Ollama", "backend_version": "0.12.1", "driver": None,
         "model": "qwen2.5:7b", "quantisation": "Q4_K_M", "context": 8192, "gpu": "NVIDIA RTX 4090"}  # fmt: skip


def a_run(number: int, slower: float, **more: Any) -> Run:
    """A run of a model, one each night."""
    dice = random.Random(number)

    def series(name: str, unit: str, value: float, better: Any, case: str) -> Series:
        return Series(name=name, unit=unit, better=better, case=case,
                      samples=tuple(value * dice.gauss(1, 0.03) for _ in range(8)))  # fmt: skip

    start = datetime.now(UTC) - timedelta(days=9 - number)
    figures = [
        one for case, busy in CASES for one in (
            series("time to first token", "ms", 180 * busy * slower, "lower", case),
            series("between tokens", "ms", 11 * busy**0.5 * slower, "lower", case),
            series("all answers", "tokens/s", 90 * busy**0.5 / slower, "higher", case),
        )
    ]  # fmt: skip
    values = {"id": f"run-{number}", "suite": "inference.latency", "target": MODEL, "item": None, "state": "done",
              "started_at": start, "ended_at": start + timedelta(minutes=4), "parameters": {"repetitions": 8},
              "stamp": STAMP, "load": Load(before=4, after=6), "series": figures, "remarks": []}  # fmt: skip
    return Run(**{**values, **more})


@pytest.fixture(scope="module")
def hydra(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Hydra in which a model was measured every night, and became slower in the last one."""
    one = Server(tmp_path_factory.mktemp("benchmarks") / "data").start()
    try:
        fill(Database(f"sqlite:///{one.data / 'hydra.db'}"))
        yield one
        print(one.tail())
    finally:
        one.close()


def fill(database: Database) -> None:
    """Keep those runs."""
    runs = [a_run(0, 1.0, stamp={**STAMP, "backend_version": "0.11.0"}), *(a_run(n, 1.0) for n in range(1, 7))]
    runs.append(a_run(8, 1.5, remarks=[f"{CASES[1][0]}: 1 of 32 failed: Ollama cannot be reached."]))
    with database.begin() as connection:
        for place, run in enumerate(runs):
            earlier = [old for old in runs[:place] if old.conditions == run.conditions]
            store.put(connection, run.model_copy(update={"verdict": compared(run, earlier[::-1])}))
        judged = [
            Judged(case=f"writing: case {n}", judge="qwen2.5:72b", question="Explain the rack to a guest.", grade=n,
                   answer="It hums, " * 40, right=None if n == 3 else n > 3, why="It says what each part is for")
            for n in range(2, 6)
        ]  # fmt: skip
        store.put(connection, a_run(7, 1.0, id="judged", suite="quality", target="ollama/gemma3:4b", judged=judged))
        gone = a_run(9, 1.0, target="tabbyapi/mistral", state="failed", series=[], error="TabbyAPI broke off.")
        store.put(connection, gone)
    database.close()


@pytest.mark.parametrize(("size", "colours"), SIDES)
def test_what_became_worse_is_seen_with_what_was_to_be_expected(
    browser: Any, hydra: Server, size: dict[str, int] | None, colours: str
) -> None:
    options = {"color_scheme": colours} | ({"viewport": size} if size else {})
    with visit(browser, hydra, **options) as page:
        page.goto(f"{hydra.url}/ui/benchmarks")
        row = page.locator("#runs tr", has_text=MODEL)
        expect(row).to_contain_text("worse", use_inner_text=True)
        expect(page.locator("#runs tr", has_text="mistral")).to_contain_text("failed", use_inner_text=True)
        page.locator("figure canvas").first.wait_for()
        assert findings(page) == []
        keep(page, f"benchmarks-{'phone' if size else 'desktop'}-{colours}")
        row.get_by_role("link").first.click()
        page.get_by_role("heading", name="Conditions").wait_for()
        text = page.inner_text("main")
        assert "Worse than earlier runs differ" in text
        expect(page.locator("dt", has_text="Driver").locator("+ dd")).to_contain_text("unknown", use_inner_text=True)
        assert "1 of 32 failed" in text
        assert findings(page) == []
        keep(page, f"benchmarks-run-{'phone' if size else 'desktop'}-{colours}")
        page.get_by_label("Another run").select_option("run-0")
        page.get_by_role("button", name="Compare").click()
        page.get_by_text("Not made under the same conditions").wait_for()
        expect(page.locator("main")).to_contain_text("Backend version: 0.11.0 and 0.12.1", use_inner_text=True)
        assert findings(page) == []
        keep(page, f"benchmarks-compare-{'phone' if size else 'desktop'}-{colours}")


def test_measuring_is_started_without_script(browser: Any, hydra: Server) -> None:
    with visit(browser, hydra, java_script_enabled=False) as page:
        page.goto(f"{hydra.url}/ui/benchmarks")
        page.locator("li", has_text="Latency of models").get_by_role("button", name="Measure").click()
        page.goto(f"{hydra.url}/ui/benchmarks/run-6")
        page.get_by_role("link", name="between tokens").click()
        expect(page.locator("figure table")).not_to_contain_text("no data", use_inner_text=True)
        page.get_by_role("button", name="Compare").click()
        page.get_by_text("Made under the same conditions").wait_for()
    items = until(lambda: hydra.client.get("/queue", params={"q": "benchmarks"}).json()["items"])
    assert items[0]["operation"] == "benchmarks.run"
    assert items[0]["input"]["suite"] == "inference.latency"


@pytest.mark.parametrize(("size", "colours"), SIDES)
def test_a_person_says_whether_the_judge_is_right(
    browser: Any, hydra: Server, size: dict[str, int] | None, colours: str
) -> None:
    options = {"color_scheme": colours} | ({"viewport": size} if size else {})
    with visit(browser, hydra, java_script_enabled=False, **options) as page:
        page.goto(f"{hydra.url}/ui/benchmarks/judged")
        case = page.locator("[data-case='writing: case 5']")
        case.get_by_role("button", name="Disagree").click()
        expect(case).to_contain_text("you disagreed", use_inner_text=True)
        case.get_by_role("button", name="Agree", exact=True).click()
        expect(case).to_contain_text("you agreed", use_inner_text=True)
        assert page.locator("[data-case='writing: case 3'] button").count() == 0, "it said nothing that counts"
        expect(page.locator("#judged")).to_contain_text("1 of 20 verdicts", use_inner_text=True)
    with visit(browser, hydra, **options) as page:
        page.goto(f"{hydra.url}/ui/benchmarks/judged")
        assert findings(page) == []
        keep(page, f"judged-{'phone' if size else 'desktop'}-{colours}")
