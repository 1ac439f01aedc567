"""Prometheus over HTTP: its version, and queries at one time and over a span."""

from datetime import datetime
from typing import Any, TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from hydra_lab.integrations.prometheus.model import BuildInfo, Enveloped, Instant, Ranged, Result
from hydra_lab.integrations.prometheus.settings import PrometheusSettings
from hydra_lab.kernel.errors import Invalid, Refused
from hydra_lab.kernel.http import HttpClient, checked, read_as

T = TypeVar("T")
WHO = "Prometheus"


class PrometheusClient:
    """The only network code of this integration."""

    def __init__(self, settings: PrometheusSettings, http: HttpClient) -> None:
        self._url = settings.url
        self._proof = settings.proof
        self._http = http

    def build(self) -> BuildInfo:
        """Its version; it tells it only once it is ready."""
        answer = self._http.request(WHO, "GET", f"{self._url}/api/v1/status/buildinfo", **self._proof)
        return read_as(WHO, Enveloped[BuildInfo], answer).data

    def instant(self, expression: str, at: datetime | None) -> list[Instant]:
        """A query at one time. Raises ``Invalid`` for a wrong expression."""
        given = {"query": expression} | ({"time": str(at.timestamp())} if at else {})
        found = self._asked("query", given)
        if found.resultType == "scalar":
            return [part(Instant, {"metric": {}, "value": found.result})]
        return part(list[Instant], found.result)

    def ranged(self, expression: str, start: datetime, end: datetime, step_s: float) -> list[Ranged]:
        """A query over a span. Raises ``Invalid`` for a wrong expression."""
        given = {"query": expression, "start": str(start.timestamp()), "end": str(end.timestamp()), "step": str(step_s)}
        return part(list[Ranged], self._asked("query_range", given).result)

    def _asked(self, what: str, given: dict[str, str]) -> Result:
        # By POST: an expression may be longer than an address can be.
        answer = self._http.raw(WHO, "POST", f"{self._url}/api/v1/{what}", data=given, **self._proof)
        if answer.status_code in (400, 422):
            raise Invalid(f"{WHO} does not take the query: {said(answer)}.", fix="Try it on Prometheus' own page.")
        return read_as(WHO, Enveloped[Result], checked(WHO, answer)).data


def part(kind: type[T], data: Any) -> T:
    """A part of an answer as a type. Raises ``Refused`` when it is not of that shape."""
    try:
        return TypeAdapter(kind).validate_python(data)
    except ValidationError as error:
        raise Refused(
            f"{WHO} answered something that makes no sense.", fix=f"Check that the address really is that of {WHO}."
        ) from error


def said(answer: httpx.Response) -> str:
    """What an answer says is wrong."""
    try:
        return str(answer.json()["error"])[:300].rstrip(".")
    except (ValueError, KeyError, TypeError):
        return f"HTTP {answer.status_code}"
