"""Apprise: addresses with names, what arrives through ``json://``, and what a failure is told as."""

import json
import logging
from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from hydra_lab.integrations.apprise import AppriseNotifier, AppriseSettings, probe
from hydra_lab.integrations.apprise.settings import addresses
from hydra_lab.kernel.capabilities import Link, ManyPlaces, Notice, Severity
from hydra_lab.kernel.errors import Denied, NotFound, Refused
from hydra_lab.kernel.http import HttpClient
from tests.integrations.apprise.harness import PASSWORD, address, answer
from tests.integrations.faults import StandIn

HTTP = HttpClient()


@pytest.fixture
def service() -> Iterator[StandIn]:
    """A service that takes messages."""
    with StandIn(answer) as server:
        yield server


def notifier(urls: str) -> AppriseNotifier:
    """A notifier with these addresses."""
    return AppriseNotifier(AppriseSettings.model_validate({"urls": urls}), HTTP)


def test_a_notice_arrives_whole(service: StandIn) -> None:
    links = (Link(title="Approve or reject", url="https://lab.example/ui/approve/x"),)
    notifier(address(service.url)).notify(Notice(
        title="Approval wanted", text="It deletes data.", severity=Severity.CRITICAL, fields=(("Rule", "floor"),),
        links=links, url="https://lab.example/ui/inbox", id="0a1b2c3d",
    ))  # fmt: skip
    [sent] = [json.loads(one.body) for one in service.asked]
    assert (sent["title"], sent["type"]) == ("Approval wanted", "failure")
    assert sent["message"] == (
        "It deletes data.\n\nRule: floor\n\nApprove or reject: https://lab.example/ui/approve/x\n\n"
        "More: https://lab.example/ui/inbox\n\nHydra · 0a1b2c3d"
    )


def test_each_address_is_a_place_of_its_own(service: StandIn) -> None:
    one = notifier(f"{address(service.url, path='a')} phone={address(service.url, path='b')}")
    assert isinstance(one, ManyPlaces)
    assert one.places() == ("json", "phone")
    one.at("phone").notify(Notice(title="Hello"))
    assert [asked.path for asked in service.asked] == ["/b"]
    one.notify(Notice(title="Everyone"))
    assert [asked.path for asked in service.asked] == ["/b", "/a", "/b"]
    with pytest.raises(NotFound, match="mail"):
        one.at("mail")


def test_a_refused_password_is_told_without_it(service: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(Denied, match=r"JSON \(“json”\).*HTTP 401") as caught:
        notifier(address(service.url, "wrong-pass-word")).notify(Notice(title="x"))
    assert "wrong-pass-word" not in f"{caught.value}{caplog.text}"


def test_the_probe_reads_the_addresses_and_sends_nothing(service: StandIn) -> None:
    settings = AppriseSettings.model_validate({"urls": f"{address(service.url)} mail=mailtos://me:secret@gmail.com"})
    assert probe(settings, HTTP).detail.startswith("can read json (JSON), mail (")
    assert service.asked == []


def test_an_address_that_apprise_does_not_know_is_refused_by_its_name() -> None:
    settings = AppriseSettings.model_validate({"urls": "phone=nosuchthing://abc"})
    with pytest.raises(Refused, match="phone"):
        probe(settings, HTTP)


def test_addresses_without_names_are_called_as_their_kind() -> None:
    assert addresses("ntfy://a\n ntfy://b  desk=gotify://c/t") == {
        "ntfy": "ntfy://a", "ntfy-2": "ntfy://b", "desk": "gotify://c/t",
    }  # fmt: skip


@pytest.mark.parametrize("urls", ["", f"no-address-{PASSWORD}", f"a=ntfy://x a=ntfy://{PASSWORD}"])
def test_what_is_no_address_is_refused_without_showing_it(urls: str) -> None:
    with pytest.raises(ValidationError) as caught:
        AppriseSettings.model_validate({"urls": urls})
    assert PASSWORD not in str(caught.value.errors(include_input=False))
