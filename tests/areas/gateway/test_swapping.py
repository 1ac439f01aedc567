"""A model that is not loaded is loaded as work, once for all who wait for it, and nobody's request is lost."""

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.areas.gateway.backend import Backend, until
from tests.areas.gateway.conftest import Lab, ToyServer


def one_at_a_time(backend: Backend, *models: str) -> ToyServer:
    """A server that holds one model and has the first of them loaded."""
    return ToyServer("a", backend, models, in_memory=[models[0]], loads=True)


def switches(lab: Lab) -> list[str]:
    """The models that were loaded as work, the newest first."""
    items = lab.client.get("/queue", params={"operation": "models.switch", "limit": 200}).json()["items"]
    return [one["input"]["model"] for one in items]


def test_sixteen_callers_over_three_models_are_all_answered_with_few_swaps(lab: Lab, backend: Backend) -> None:
    server = one_at_a_time(backend, "alpha", "beta", "gamma")
    lab.serves(server)
    before = len(switches(lab))
    backend.go.clear()
    wanted = ["alpha", *["alpha", "beta", "alpha", "gamma"] * 3, "beta", "gamma", "alpha"]
    with ThreadPoolExecutor(16) as pool:
        answers = [pool.submit(lab.chat, "alpha")]
        until(lambda: backend.running == 1)  # the others come while it is answered
        answers += [pool.submit(lab.chat, model) for model in wanted[1:]]
        until(lambda: waiting(lab) == 8 and backend.running == 8)
        backend.go.set()
        said = [one.result(60) for one in answers]
    assert [one.status_code for one in said] == [200] * 16
    assert [one.json()["choices"][0]["message"]["content"] for one in said] == [f"I am {one}." for one in wanted]
    assert backend.models[:8] == ["alpha"] * 8
    assert len(switches(lab)) - before == 2


def waiting(lab: Lab) -> int:
    """How many wait for the server."""
    return sum(one["waiting"] for one in lab.client.get("/gateway/status").json()["servers"])


def test_a_model_that_cannot_be_loaded_is_told_and_the_one_before_still_answers(lab: Lab, backend: Backend) -> None:
    lab.serves(one_at_a_time(backend, "alpha", "broken"))
    answer = lab.chat("broken")
    assert answer.status_code == 502
    assert "does not fit" in answer.json()["error"]["message"]
    assert lab.chat("alpha").status_code == 200
    assert backend.models == ["alpha"]


def test_a_group_goes_on_to_the_next_model_where_one_cannot_be_loaded(
    lab: Lab, backend: Backend, spare: Backend
) -> None:
    lab.serves(one_at_a_time(backend, "alpha", "broken"), ToyServer("b", spare, ("small",)))
    group = {"name": "group", "targets": [{"model": "broken"}, {"model": "small"}]}
    lab.client.put("/gateway/aliases", json={"aliases": [group]}).raise_for_status()
    assert lab.chat("group").json()["choices"][0]["message"]["content"] == "I am small."


def test_a_key_that_may_not_switch_models_gets_what_is_loaded(lab: Lab, backend: Backend) -> None:
    lab.serves(one_at_a_time(backend, "alpha", "beta"))
    client = lab.key("chatter", "models")
    ask = {"messages": [{"role": "user", "content": "?"}]}
    assert client.post("/v1/chat/completions", json={"model": "alpha", **ask}).status_code == 200
    refused = client.post("/v1/chat/completions", json={"model": "beta", **ask})
    assert (refused.status_code, refused.json()["error"]["type"]) == (403, "permission_error")
    assert client.get("/queue").status_code == 403
    assert lab.key("reader", "read").get("/v1/models").status_code == 403


def test_swapping_can_be_turned_off(lab: Lab, backend: Backend) -> None:
    lab.serves(one_at_a_time(backend, "alpha", "beta"))
    lab.client.put("/gateway/patience", json={"swap": False}).raise_for_status()
    assert (lab.chat("alpha").status_code, lab.chat("beta").status_code) == (200, 503)


def test_who_leaves_while_a_model_is_loaded_does_not_end_that_for_others(lab: Lab, backend: Backend) -> None:
    lab.serves(one_at_a_time(backend, "alpha", "beta"))
    said: list[int] = []
    with lab.services.doors.shut("a", wait_s=0):  # the switch has to wait here
        stays = threading.Thread(target=lambda: said.append(lab.chat("beta").status_code))
        with pytest.raises(httpx.ReadTimeout):
            lab.client.post("/v1/chat/completions", json={"model": "beta"}, timeout=0.3)
        stays.start()
        until(lambda: waiting(lab) == 1)
    stays.join(30)
    assert said == [200]
    assert backend.models == ["beta"]


def test_a_switch_by_somebody_else_is_noticed_by_those_who_waited_at_the_door(lab: Lab, backend: Backend) -> None:
    server = one_at_a_time(backend, "alpha", "beta")
    lab.serves(server)
    assert lab.chat("alpha").status_code == 200
    said: list[httpx.Response] = []
    with lab.services.doors.shut("a", wait_s=5):
        asking = threading.Thread(target=lambda: said.append(lab.chat("alpha")))
        asking.start()
        until(lambda: lab.services.doors._doors["a"].wakers)
        server.in_memory = ["beta"]
    asking.join(30)
    assert said[0].status_code == 200
    assert server.in_memory == ["alpha"]


def test_too_many_who_wait_are_told_to_come_back(lab: Lab, backend: Backend) -> None:
    lab.serves(ToyServer("a", backend, ("alpha",)))
    lab.client.put("/gateway/patience", json={"at_once": 1, "waiting": 1}).raise_for_status()
    backend.go.clear()
    with ThreadPoolExecutor(2) as pool:
        first = [pool.submit(lab.chat, "alpha") for _ in range(2)]
        until(lambda: waiting(lab) == 1 and backend.running == 1)
        refused = lab.chat("alpha")
        backend.go.set()
        assert [one.result(30).status_code for one in first] == [200, 200]
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
    assert refused.json()["error"]["type"] == "rate_limit_error"
    assert backend.most == 1
