"""Telling of alerts on each kind of database: once, and with what was answered last kept."""

import time
from collections.abc import Callable
from datetime import timedelta

from hydra_lab.areas.alerts import AREA, asking, store
from hydra_lab.areas.alerts.model import polled, received
from hydra_lab.areas.alerts.telling import look, tell
from hydra_lab.integrations.alertmanager import INTEGRATION
from hydra_lab.kernel.capabilities import Alert
from hydra_lab.kernel.integrations.soon import PATIENCE_S
from tests.integrations.alertmanager.harness import ALERT, PASSWORD, answer, values
from tests.integrations.faults import Fault, StandIn
from tests.lab import NOON, OWNER, Lab

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
        last = asking.Answer(alerts=(ONE,))
        store.note_source(connection, asked_at=ctx.clock.now(), answer=asking.kept(last))
    assert lab.names("alerts.") == ["alerts.fired", "alerts.resolved"]
    fired, resolved = lab.events("alerts.")
    assert (fired.subject, fired.data["message"], resolved.data["lasted_s"]) == ("Hot", "It is hot", 120)
    with ctx.begin() as connection:
        row = store.of_source(connection)
        assert (row.turns, row.received) == (2, 1)
        assert asking.ADAPTER.validate_python(row.answer) == last
        store.forget(connection, ctx.clock.now() + timedelta(seconds=1))
        assert store.known(connection) == {}


def test_a_source_that_hangs_holds_nothing_up_and_is_told_of_once(make_lab: Callable[..., Lab]) -> None:
    with StandIn(answer) as server:
        lab = make_lab(areas=[AREA], integrations=[INTEGRATION])
        with lab.services.database.begin() as connection:
            lab.services.integrations.configure(connection, "alertmanager", values(server.url, PASSWORD), OWNER)
        ctx = lab.context()
        look(ctx)
        server.fault = Fault.SLOW
        begun = time.monotonic()
        known = asking.known(ctx)
        assert time.monotonic() - begun < PATIENCE_S + 1
        assert known.problem
        assert known.answer
        assert [one.fingerprint for one in known.answer.alerts] == [ALERT["fingerprint"]]
        look(ctx)
        look(ctx)
        begun = time.monotonic()
        assert "has not answered since" in str(asking.known(ctx).problem)
        assert time.monotonic() - begun < 0.5
        server.fault = None
        look(ctx)
        assert asking.known(ctx).problem is None
    assert lab.names("alerts.source") == ["alerts.source_lost", "alerts.source_back"]
