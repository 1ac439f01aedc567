"""The API under strange requests, made from its own OpenAPI document: never an error that was not foreseen."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.schemas import APIOperation

from tests.surfaces.served import Served

# These do not end by themselves, or are made to fail.
LEFT_OUT = ("events.stream", "queue.follow", "toys.count", "toys.fail")
EXAMPLES = 10


def operations(shop: Served) -> list[APIOperation]:
    """Every operation of the document."""
    schema = schemathesis.openapi.from_url(f"{shop.url}/openapi.json", headers=dict(shop.client.headers))
    found = [one.ok() for one in schema.get_all_operations()]
    return [one for one in found if one.definition.raw["operationId"] not in LEFT_OUT]


def test_no_request_meets_an_error_that_was_not_foreseen(toyshop: Served) -> None:
    unforeseen: list[str] = []
    for operation in operations(toyshop):

        @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
                  phases=[Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(case=operation.as_strategy())
        def never_fails(case: Case) -> None:
            (case.query or {}).pop("wait", None)  # nothing runs here that would be worth waiting for
            answer = case.call(headers={"Authorization": f"Bearer {toyshop.token}"}, timeout=30)
            if answer.status_code == 500:
                unforeseen.append(f"{case.method} {case.formatted_path} {case.query} {case.body!r}: {answer.text}")

        never_fails()
    if unforeseen:
        pytest.fail("\n".join(dict.fromkeys(unforeseen)), pytrace=False)
