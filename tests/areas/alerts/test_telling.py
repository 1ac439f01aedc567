"""Telling of alerts on each kind of database: once, and with what was answered last kept."""

from collections.abc import Callable
from datetime import timedelta

from hydra_lab.areas.alerts import AREA, asking, store
from hydra_lab.areas.alerts.model import polled, received
from hydra_lab.areas.alerts.telling import tell
from hydra_lab.kernel.capabilities import Alert
from tests.lab import NOON, Lab

ONE = Alert(fingerprint="f", labels={"alertname": "Hot"}, annotations={"summary": "It is hot"}, starts_at=NOON)


def test_a_webhook_and_a_look_tell_of_an_alert_once(make_lab: Callable[..., Lab], database_url: str) -> None:
    lab = make_lab(areas=[AREA], database_url=database_url)
    ctx = lab.context()
    lab.clock.pass_(minutes=1)
    with ctx.begin() as connection:
        store.take_turn(connection)
        tell(ctx, connection, received([ONE], (), store.known(connection)), "webhook")
        store.note_received(connection, ctx.clock.now())
    lab.clock.pass_(minutes=1)
    with ctx.begin() as connection:
        store.take_turn(connection)
        tell(ctx, connection, polled([ONE], store.known(connection), ctx.clock.now()), "poll")
        tell(ctx, connection, polled([], store.known(connection), ctx.clock.now()), "poll")
        tell(ctx, connection, received([ONE], (), store.known(connection)), "webhook")
        answer = asking.Answer(alerts=(ONE,))
        store.note_source(connection, asked_at=ctx.clock.now(), answer=asking.kept(answer))
    assert lab.names("alerts.") == ["alerts.fired", "alerts.resolved"]
    fired, resolved = lab.events("alerts.")
    assert (fired.subject, fired.data["message"], resolved.data["lasted_s"]) == ("Hot", "It is hot", 120)
    with ctx.begin() as connection:
        row = store.of_source(connection)
        assert (row.turns, row.received) == (2, 1)
        assert asking.ADAPTER.validate_python(row.answer) == answer
        store.forget(connection, ctx.clock.now() + timedelta(seconds=1))
        assert store.known(connection) == {}
