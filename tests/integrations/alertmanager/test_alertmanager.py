"""Alertmanager for real: what a silence mutes is what was foretold, and one that is held follows its block."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hydra_lab.integrations.alertmanager import AlertmanagerAlerts, AlertmanagerSettings, AlertmanagerSilences, holding
from hydra_lab.integrations.alertmanager import probe as ask
from hydra_lab.integrations.prometheus import PrometheusAlertHistory, PrometheusMetrics, PrometheusSettings
from hydra_lab.integrations.prometheus import probe as ask_prometheus
from hydra_lab.kernel.capabilities import Alert, Matcher, NewSilence
from hydra_lab.kernel.errors import Invalid, NotFound
from hydra_lab.kernel.http import HttpClient
from tests.peers.alerting import Alerting, alerting, alertmanager, until

HTTP = HttpClient(timeout_s=10)
ALERTS = [
    {"alertname": "Hot", "env": "lab", "node": "atlas"},
    {"alertname": "Hot", "env": "lab.old", "node": "boreas"},
    {"alertname": "Full", "env": "a\\b", "disk": "/"},
    {"alertname": "Full", "env": 'say "no"', "disk": "/srv"},
    {"alertname": "Down", "env": "two\nlines"},
    {"alertname": "Down", "env": "årø"},
]
NAMES = st.sampled_from(["alertname", "env", "node", "disk", "absent", "alertstate"])
TEXTS = st.sampled_from(
    [one for alert in ALERTS for one in alert.values()]
    + ["", "H.t", "lab", "lab.*", "^lab$", "ab", ".", ".*", ".+", "(?i)HOT", "Hot|Full", "[a-h].*", r"a\\b",
       "two.lines", "(?s)two.lines", r"\pL+", r"[[:alpha:]]+", "(", r"(?=x)", r"\d*", "x{0,2}", "firing",
       "/(srv)?", "$", r"\Q/\E"]
)  # fmt: skip
MATCHERS = st.lists(
    st.builds(Matcher, name=NAMES, value=TEXTS, is_regex=st.booleans(), is_equal=st.booleans()), min_size=1, max_size=3
)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alerting]:
    """A Prometheus whose alerts have reached an Alertmanager."""
    with alerting(tmp_path_factory.mktemp("alerting"), ALERTS) as both:
        yield both


@pytest.fixture(scope="module")
def source(real: Alerting) -> AlertmanagerAlerts:
    """Its alerts."""
    return AlertmanagerAlerts(AlertmanagerSettings(url=real.alertmanager), HTTP)


@pytest.fixture(scope="module")
def silencer(real: Alerting) -> AlertmanagerSilences:
    """Its silences."""
    return AlertmanagerSilences(AlertmanagerSettings(url=real.alertmanager), HTTP)


@pytest.fixture(scope="module")
def history(real: Alerting) -> PrometheusAlertHistory:
    """What Prometheus kept of its alerts, once it has kept all of them."""
    settings = PrometheusSettings(url=real.prometheus)
    metrics = PrometheusMetrics(settings, HTTP)
    until(lambda: len(metrics.query('ALERTS{alertstate="firing"}')) == len(ALERTS))
    return PrometheusAlertHistory(settings, HTTP)


def silence(*matchers: Matcher, minutes: float = 5) -> NewSilence:
    """A silence from now on."""
    now = datetime.now(UTC)
    return NewSilence(
        matchers=matchers, starts_at=now, ends_at=now + timedelta(minutes=minutes), owner="a test", reason="quiet"
    )  # fmt: skip


def labels(found: list[Alert]) -> list[list[tuple[str, str]]]:
    """The labels of alerts, in an order."""
    return sorted(sorted(one.labels.items()) for one in found)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(matchers=MATCHERS)
def test_a_silence_mutes_what_was_foretold_and_prometheus_agrees(
    source: AlertmanagerAlerts, silencer: AlertmanagerSilences, history: PrometheusAlertHistory, matchers: list[Matcher]
) -> None:
    now = datetime.now(UTC)
    try:
        id = silencer.put(silence(*matchers))
    except Invalid:  # a wrong pattern, or one that fits everything
        return
    foretold = labels(source.alerts(matchers))
    muted = labels([one for one in source.alerts() if id in one.silenced_by])
    silencer.expire(id)
    past = history.fired(matchers, start=now - timedelta(hours=1), end=now)
    assert foretold == muted
    assert sorted(sorted(one.labels.items()) for one in past) == muted


def test_what_is_wrong_with_a_pattern_is_told(
    source: AlertmanagerAlerts, silencer: AlertmanagerSilences, history: PrometheusAlertHistory
) -> None:
    wrong = Matcher(name="env", value="(", is_regex=True)
    now = datetime.now(UTC)
    for call in (
        lambda: source.alerts([wrong]),
        lambda: silencer.put(silence(wrong)),
        lambda: history.fired([wrong], start=now - timedelta(minutes=1), end=now),
    ):
        with pytest.raises(Invalid, match=r"missing closing \)"):
            call()


def test_a_silence_is_made_changed_and_ended(silencer: AlertmanagerSilences) -> None:
    hot = Matcher(name="alertname", value="Hot")
    id = silencer.put(silence(hot))
    kept = silencer.silence(id)
    assert (kept.matchers, kept.owner, kept.reason, kept.state) == ((hot,), "a test", "quiet", "active")
    later = NewSilence(
        matchers=kept.matchers, starts_at=kept.starts_at, ends_at=kept.ends_at + timedelta(hours=1),
        owner=kept.owner, reason="longer",
    )  # fmt: skip
    assert silencer.put(later, id=id) == id
    assert silencer.silence(id).ends_at == later.ends_at.replace(microsecond=later.ends_at.microsecond // 1000 * 1000)
    other = silencer.put(silence(Matcher(name="alertname", value="Full")), id=id)
    assert other != id
    assert silencer.silence(id).state == "expired"
    silencer.expire(other)
    silencer.expire(other)
    assert {one.id: one.state for one in silencer.silences()}[other] == "expired"


@pytest.mark.parametrize("id", ["00000000-0000-0000-0000-000000000000", "no-id", "../status"])
def test_a_silence_that_is_not_kept_is_not_found(silencer: AlertmanagerSilences, id: str) -> None:
    for call in (lambda: silencer.silence(id), lambda: silencer.expire(id)):
        with pytest.raises(NotFound):
            call()


def test_a_held_silence_is_extended_tells_what_it_muted_and_ends_with_its_block(
    silencer: AlertmanagerSilences, source: AlertmanagerAlerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "EXTENDED_EVERY_S", 0.2)
    with silencer.hold([Matcher(name="alertname", value="Down")], owner="hydra", reason="restarting it") as held:
        first = silencer.silence(held.id)
        assert first.ends_at - first.starts_at <= holding.LASTS + timedelta(seconds=2)
        until(lambda: silencer.silence(held.id).ends_at > first.ends_at)
        assert {one.suppressed for one in source.alerts(first.matchers)} == {True}
    assert silencer.silence(held.id).state == "expired"
    assert [one.labels["alertname"] for one in held.muted()] == ["Down", "Down"]
    assert held.problem is None


def test_a_held_silence_that_cannot_be_extended_says_so_and_lets_its_block_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(holding, "EXTENDED_EVERY_S", 0.2)
    with alertmanager() as url:
        lost = AlertmanagerSilences(AlertmanagerSettings(url=url), HTTP)
        held = lost.hold([Matcher(name="alertname", value="Down")], owner="hydra", reason="restarting it")
        held.__enter__()
    until(lambda: held.problem)
    held.__exit__(None, None, None)
    assert held.problem is not None
    assert "by itself within 3 minutes" in held.problem


def test_the_probes_tell_versions(real: Alerting) -> None:
    assert ask(AlertmanagerSettings(url=f"{real.alertmanager}/"), HTTP).version
    assert ask_prometheus(PrometheusSettings(url=real.prometheus), HTTP).version
