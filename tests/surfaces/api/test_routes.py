"""Answers over REST: outputs, work, yes and no, files."""

from tests.surfaces.served import Served


def test_an_operation_may_choose_its_status_and_headers(toyshop: Served) -> None:
    made = toyshop.client.post("/toys", json={"name": "new", "paint": {"coats": 2}})
    assert (made.status_code, made.headers["x-toy"]) == (201, "new")
    assert made.json()["toy"]["paint"] == {"colour": "red", "coats": 2}
    assert toyshop.client.post("/toys", json={"name": "old"}).status_code == 200


def test_a_literal_path_comes_before_one_with_a_name_in_it(toyshop: Served) -> None:
    assert toyshop.client.get("/toys/special").json() == {"name": "the special one"}
    assert toyshop.client.get("/toys/other").json() == {"name": "other"}


def test_long_work_answers_with_its_item(toyshop: Served) -> None:
    answer = toyshop.client.post("/toys/grow", json={"name": "oak"})
    assert answer.status_code == 202
    assert answer.json()["operation"] == "toys.grow"
    assert answer.headers["location"] == f"/queue/{answer.json()['id']}"
    assert toyshop.client.get(answer.headers["location"]).json()["input"] == {"name": "oak"}


def test_waiting_ends_with_the_item_when_the_result_does_not_come(toyshop: Served) -> None:
    answer = toyshop.client.post("/toys/grow?wait=0.2", json={"name": "oak"})
    assert answer.status_code == 202
    assert toyshop.client.post("/toys/grow?wait=soon", json={"name": "oak"}).status_code == 422
    assert toyshop.client.post("/toys/grow?wait=-1", json={"name": "oak"}).status_code == 422


def test_danger_asks_unless_it_is_confirmed_by_name(toyshop: Served) -> None:
    asked = toyshop.client.post("/toys/bear/smash")
    assert asked.status_code == 202
    assert asked.json()["holds"][0]["kind"] == "approval"
    assert toyshop.client.post("/toys/bear/smash", headers={"X-Confirm": "cat"}).status_code == 202
    for said in ({"headers": {"X-Confirm": "bear"}}, {"params": {"confirm": "bear"}}, {"json": {"confirm": "bear"}}):
        answer = toyshop.client.post("/toys/bear/smash", **said)  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()) == (200, "bear is gone")


def test_a_wait_for_a_person_is_told_by_status_whatever_waits(toyshop: Served) -> None:
    assert toyshop.client.post("/toys/bear/smash?wait=0.1").status_code == 202


def test_a_file_comes_with_its_name_and_is_not_sent_twice(toyshop: Served) -> None:
    for name, saved in (("bear", "bear.png"), ("file", "toys%20%E2%80%93%20%C3%BC.py")):
        first = toyshop.client.get(f"/toys/{name}/picture")
        assert first.status_code == 200
        assert saved in first.headers["content-disposition"]
        again = toyshop.client.get(f"/toys/{name}/picture", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_a_part_of_a_file_can_be_asked_for(toyshop: Served) -> None:
    part = toyshop.client.get("/toys/file/picture", headers={"Range": "bytes=0-2"})
    assert (part.status_code, part.content) == (206, b'"""')


def test_head_answers_without_a_body(toyshop: Served) -> None:
    answer = toyshop.client.head("/toys")
    assert (answer.status_code, answer.content) == (200, b"")


def test_what_is_not_a_read_is_in_the_journal_and_a_read_is_not(toyshop: Served) -> None:
    before = toyshop.client.get("/activity").json()["total"]
    toyshop.client.get("/toys")
    assert toyshop.client.get("/activity").json()["total"] == before
    toyshop.client.post("/toys", json={"name": "a"})
    assert toyshop.client.get("/activity", params={"limit": 1}).json()["events"][0]["name"] == "operations.done"
