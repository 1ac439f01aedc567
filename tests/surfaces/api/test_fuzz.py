"""The API under strange requests, made from its own OpenAPI document: every answer is one that it tells of."""

from contextlib import suppress

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from tests.surfaces.served import Served

# These do not end by themselves, or are made to fail.
LEFT_OUT = ("events.stream", "queue.follow", "toys.count", "toys.fail")
EXAMPLES = 5
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]


def operations(shop: Served) -> list[APIOperation]:
    """Every operation of the document."""
    schema = schemathesis.openapi.from_url(f"{shop.url}/openapi.json", headers=dict(shop.client.headers))
    found = [one.ok() for one in schema.get_all_operations()]
    return [one for one in found if one.definition.raw["operationId"] not in LEFT_OUT]


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_answer_to_a_strange_request_is_one_that_the_document_tells_of(
    toyshop: Served, mode: GenerationMode
) -> None:
    unforeseen: list[str] = []
    for operation in operations(toyshop):

        @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
                  phases=[Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(case=operation.as_strategy(generation_mode=mode))
        def is_foreseen(case: Case) -> None:
            (case.query or {}).pop("wait", None)  # nothing runs here that would be worth waiting for
            answer = case.call(headers={"Authorization": f"Bearer {toyshop.token}"}, timeout=30)
            if answer.status_code == 503:
                return  # what it needs is not configured
            try:
                case.validate_response(answer, checks=CHECKS)
            except (Failure, FailureGroup) as failure:
                unforeseen.append(f"{case.method} {case.formatted_path} {case.query} {case.body!r}: {failure}")

        with suppress(Unsatisfiable):  # what takes nothing cannot be asked wrongly
            is_foreseen()
    if unforeseen:
        pytest.fail("\n".join(dict.fromkeys(unforeseen)), pytrace=False)
