"""Show the alerts that fire, and take in what Alertmanager's webhook tells."""

import hmac
import json
from datetime import UTC, datetime

from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from hydra_lab.areas.alerts import asking, store
from hydra_lab.areas.alerts.model import AlertView, received, view
from hydra_lab.areas.alerts.telling import tell
from hydra_lab.kernel.capabilities import Alert
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Invalid, Unauthenticated
from hydra_lab.kernel.operation import Effect, Entry, Input, Output, Raw, endpoint, operation
from hydra_lab.kernel.webhooks import new_secret

PATH = "/hooks/alertmanager"


class Source(Output):
    """Where an answer comes from, and how old it is."""

    source: str
    asked_at: AwareDatetime | None = Field(description="When it was answered; nothing was ever answered if left out")
    problem: str | None = Field(description="Why the source does not answer now; what is shown is what it said last")


class Alerts(Source):
    """The alerts that fire, the latest first."""

    alerts: list[AlertView] | None = Field(description="Unknown while the source has never answered")


class Webhook(Output):
    """Where Alertmanager sends its alerts to."""

    path: str = PATH
    is_set: bool
    made_at: AwareDatetime | None = None
    made_by: str | None = None
    received_at: AwareDatetime | None = None
    received: int = 0


class MadeWebhook(Webhook):
    """A webhook with its secret."""

    secret: str = Field(description="The bearer token to send; it is shown this once and never again")


class Delivery(Input):
    """What a sender posted."""

    body: bytes
    headers: dict[str, str] = Field(default_factory=dict)


class SentAlert(BaseModel):
    """One alert of a webhook, https://prometheus.io/docs/alerting/latest/configuration/#webhook_config."""

    status: str
    fingerprint: str = Field(min_length=1, max_length=64)
    labels: dict[str, str]
    annotations: dict[str, str] = Field(default_factory=dict)
    startsAt: AwareDatetime  # noqa: N815 - as it is on the wire
    generatorURL: str = ""  # noqa: N815


class Sent(BaseModel):
    """What Alertmanager's webhook posts."""

    alerts: list[SentAlert]


@operation("alerts.list", effect=Effect.READ, path="GET /alerts", tool=True)
def list_(ctx: Context) -> Alerts:
    """Show the alerts that fire, which of them are suppressed and by what, and how old the answer is."""
    known = asking.known(ctx)
    now, answer = ctx.clock.now(), known.answer
    shown = answer and sorted(
        (view(one, answer.silences, now) for one in answer.alerts), key=lambda one: one.starts_at, reverse=True
    )
    return Alerts(alerts=shown, source=known.source, asked_at=known.asked_at, problem=known.problem)


@operation("alerts.webhook", effect=Effect.READ, path="GET /alerts/webhook")
def webhook(ctx: Context) -> Webhook:
    """Show where Alertmanager sends its alerts to, and when it did last."""
    with ctx.read() as connection:
        row = store.of_source(connection)
    if row is None:
        return Webhook(is_set=False)
    return Webhook(
        is_set=row.secret is not None, made_at=row.secret_at, made_by=row.secret_by, received_at=row.received_at,
        received=row.received,
    )  # fmt: skip


@operation("alerts.make_webhook", effect=Effect.WRITE, path="POST /alerts/webhook", scope="admin", status=201,
           queueable=False)  # fmt: skip
def make_webhook(ctx: Context) -> MadeWebhook:
    """Make the secret with which Alertmanager calls Hydra, in place of one made before. It is shown this once."""
    secret = new_secret()
    ctx.services.scrubber.add(secret)
    with ctx.begin() as connection:
        store.take_turn(connection)
        store.note_source(
            connection, secret=ctx.services.secrets.seal(secret), secret_at=ctx.clock.now(), secret_by=ctx.actor.name
        )
        ctx.emit(connection, "alerts.webhook_made", subject=PATH)
    return MadeWebhook(**webhook(ctx).model_dump(), secret=secret)


@endpoint("alerts.receive", effect=Effect.WRITE, path=f"POST {PATH}", entry=Entry.HOOK, scope="read", passes_on=True)
def receive(ctx: Context, input: Delivery) -> Raw:
    """Take in what Alertmanager's webhook tells; each alert that begins or ends is journaled once."""
    with ctx.read() as connection:
        row = store.of_source(connection)
    word, _, token = input.headers.get("authorization", "").partition(" ")
    secret = ctx.services.secrets.open(row.secret) if row and row.secret else None
    if not secret or word.lower() != "bearer" or not hmac.compare_digest(token.strip().encode(), secret.encode()):
        raise Unauthenticated(
            "This call does not carry the webhook's secret.",
            fix="Have Alertmanager send it as credentials; `hydra alerts make-webhook` makes a new one.",
        )
    sent = read(input.body)
    firing = [heard(one) for one in sent if one.status != "resolved"]
    with ctx.begin() as connection:
        store.take_turn(connection)
        store.note_received(connection, ctx.clock.now())
        ended = {one.fingerprint for one in sent if one.status == "resolved"}
        news = received(firing, ended, store.known(connection))
        tell(ctx, connection, news, "webhook")
    done = {"fired": len(news.fired), "resolved": len(news.resolved)}
    return Raw(body=json.dumps(done).encode(), media_type="application/json")


def read(body: bytes) -> list[SentAlert]:
    """The alerts in a delivery. Raises ``Invalid``."""
    try:
        return Sent.model_validate_json(body).alerts
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Invalid(
            f"This is not what Alertmanager sends ({where + ': ' if where else ''}{first['msg']}).",
            fix="Have a webhook_config of Alertmanager post here, with nothing between that changes the body.",
        ) from error


def heard(one: SentAlert) -> Alert:
    """An alert of a webhook."""
    at: datetime = one.startsAt.astimezone(UTC)
    return Alert(
        fingerprint=one.fingerprint, labels=one.labels, annotations=one.annotations, starts_at=at,
        url=one.generatorURL or None,
    )  # fmt: skip
