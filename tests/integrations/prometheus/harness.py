"""Prometheus' API as documented, behind a proxy that asks for a bearer token."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from hydra_lab.kernel.capabilities import Matcher
from tests.integrations.faults import Asked, HttpHarness, Reply

TOKEN = "prom-token-9d2c7b1e44"
THEN = datetime(2026, 3, 1, tzinfo=UTC)


def answer(asked: Asked) -> Reply:
    """Answer as Prometheus does."""
    if asked.headers.get("authorization") != f"Bearer {TOKEN}":
        return Reply(status=401, body=b"Unauthorized")
    if asked.path == "/api/v1/status/buildinfo":
        return Reply(json={"status": "success", "data": {"version": "2.42.0", "revision": ""}})
    expression = parse_qs(asked.body.decode())["query"][0]
    if expression.endswith("("):
        return Reply(status=400, json={"status": "error", "errorType": "bad_data", "error": "unclosed left paren"})
    at, metric = THEN.timestamp(), {"__name__": "ALERTS", "alertname": "Hot", "alertstate": "firing"}
    if asked.path == "/api/v1/query":
        found: dict[str, Any] = {"resultType": "vector", "result": [{"metric": metric, "value": [at, "1"]}]}
    else:
        found = {"resultType": "matrix", "result": [{"metric": metric, "values": [[at, "1"], [at + 15, "NaN"]]}]}
    return Reply(json={"status": "success", "data": found})


def values(url: str, secret: str) -> dict[str, Any]:
    """Settings that lead to the stand-in."""
    return {"url": url, "token": secret}


HARNESS = HttpHarness(
    answer=answer, values=values, secret=TOKEN, wrong="prom-token-wrong",
    calls={
        "metrics_source": lambda metrics: metrics.query("up"),
        "alert_history": lambda history: history.fired([Matcher(name="a", value="b")], start=THEN, end=THEN),
    },
)  # fmt: skip
