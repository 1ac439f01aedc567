"""Errors over HTTP: one form for all of them, with what to do, and nothing of the program's inside."""

import pytest

from hydra_lab.kernel.errors import TABLE
from tests.surfaces.served import Served

KINDS = [cls for cls in TABLE if cls.__name__ != "HydraError"]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_error_has_the_status_of_the_table(toyshop: Served, kind: type[Exception]) -> None:
    answer = toyshop.client.get(f"/toys/fail/{kind.__name__}")
    problem = answer.json()
    assert answer.status_code == problem["status"] == TABLE[kind].http  # type: ignore[index]
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["code"] == kind.code  # type: ignore[attr-defined]
    assert problem["type"] == f"/docs#error-{problem['code']}"
    assert {"title", "detail", "fix", "instance"} <= problem.keys()


def test_an_unforeseen_error_tells_nothing_of_what_was_inside(toyshop: Served) -> None:
    answer = toyshop.client.get("/toys/fail/Nothing", headers={"X-Request-Id": "find-me"})
    assert answer.status_code == 500
    assert answer.json()["code"] == "unforeseen"
    assert "swordfish" not in answer.text
    assert "find-me" in answer.json()["fix"]


def test_when_to_come_back_is_a_header(toyshop: Served) -> None:
    assert toyshop.client.get("/toys/fail/Busy").headers["retry-after"] == "8"
    assert toyshop.client.get("/toys/fail/TooMany").headers["retry-after"] == "1"
    assert "retry-after" not in toyshop.client.get("/toys/fail/NotFound").headers


def test_no_credential_says_how_to_show_one(toyshop: Served) -> None:
    answer = toyshop.nobody.get("/toys")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_an_unknown_path_suggests_a_near_one(toyshop: Served) -> None:
    problem = toyshop.client.get("/toys/speciall/nothing/x").json()
    assert problem["code"] == "not_found"
    assert toyshop.client.get("/queu").json()["near"][0] == "/queue"


def test_a_wrong_method_says_which_are_right(toyshop: Served) -> None:
    answer = toyshop.client.patch("/toys")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, POST"
    assert answer.json()["code"] == "method_not_allowed"


def test_every_code_is_explained_in_the_documentation(toyshop: Served) -> None:
    page = toyshop.client.get("/docs").text
    for cls in KINDS:
        assert f'id="error-{cls.code}"' in page
