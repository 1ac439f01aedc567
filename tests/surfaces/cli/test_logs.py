"""Logs: JSON for machines, lines for people, secrets for nobody."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from hydra_lab.kernel.secrets import MASK, Scrubber
from hydra_lab.surfaces.cli.logs import set_up_logs
from tests.server import Server

SECRET = "swordfish-1234567890"


@pytest.fixture
def scrubber() -> Iterator[Scrubber]:
    """A scrubber that knows a secret; afterwards logging is as it was."""
    one = Scrubber()
    one.add(SECRET)
    handlers, level, before = logging.root.handlers[:], logging.root.level, structlog.get_config()
    yield one
    structlog.configure(**before)
    logging.root.handlers, logging.root.level = handlers, level


def test_machines_get_one_json_object_a_line(scrubber: Scrubber, capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(True, scrubber.scrub)
    structlog.get_logger().info("integration.lost", integration="loki")
    logging.getLogger("some.library").warning("it is %s", "odd")
    ours, theirs = map(json.loads, capsys.readouterr().err.splitlines())
    assert (ours["event"], ours["integration"], ours["level"]) == ("integration.lost", "loki", "info")
    assert ours["timestamp"].endswith("Z")
    assert (theirs["event"], theirs["level"]) == ("it is odd", "warning")


def test_people_get_lines(scrubber: Scrubber, capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(False, scrubber.scrub)
    structlog.get_logger().info("integration.lost", integration="loki")
    assert "integration=loki" in capsys.readouterr().err


@pytest.mark.parametrize("as_json", [True, False])
def test_a_secret_is_masked_wherever_it_is_said(
    as_json: bool, scrubber: Scrubber, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logs(as_json, scrubber.scrub)
    log = structlog.get_logger()
    log.info(f"called with {SECRET}", url=f"https://x/{SECRET}", inner={"token": [SECRET]})
    logging.getLogger("library").error("failed with %s", SECRET)
    try:
        raise ValueError(SECRET)
    except ValueError:
        log.exception("it.failed")
        logging.getLogger("library").exception("it failed too")
    told = capsys.readouterr().err
    assert SECRET not in told
    assert told.count(MASK) >= 6


def test_libraries_are_quiet_about_what_only_their_authors_want_to_know(
    scrubber: Scrubber, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logs(True, scrubber.scrub)
    for name in ("uvicorn.error", "httpx", "mcp.server", "alembic.runtime.migration"):
        logging.getLogger(name).info("chatter")
    structlog.get_logger().debug("ours, in detail")
    assert capsys.readouterr().err == ""


def test_a_planted_secret_is_in_no_log_and_no_answer(server: Server) -> None:
    webhook = "https://discord.com/api/webhooks/123456789012345678/abcdefghij-KLMNOP_qrstuvwxyz"
    configured = server.client.put("/integrations/discord", json={"webhook": webhook})
    assert configured.is_success, configured.text
    server.client.post(f"/queue/{webhook}/cancel")
    server.client.post("/queue", json={"operation": "http.call", "input": {"url": webhook}})
    shown = [
        server.client.get(path).text
        for path in ("/integrations", "/queue", "/activity", "/settings", "/health", "/ui/queue")
    ]
    for text in (configured.text, server.log.read_text(), *shown):
        assert "abcdefghij-KLMNOP" not in text
