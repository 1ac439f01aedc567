"""Health for machines."""

from tests.surfaces.served import Served


def test_the_process_says_that_it_lives(toyshop: Served) -> None:
    assert toyshop.nobody.get("/healthz").json()["status"] == "ok"


def test_readiness_names_the_part_that_is_not_ready(toyshop: Served) -> None:
    answer = toyshop.nobody.get("/readyz")  # the toy shop runs no engine
    assert answer.status_code == 503
    assert answer.json()["parts"] == {"database": "ok", "engine": "is not running"}


def test_metrics_need_a_credential_and_tell_of_the_queue(toyshop: Served) -> None:
    assert toyshop.nobody.get("/metrics").status_code == 401
    toyshop.client.post("/toys/grow", json={"name": "tree"})
    text = toyshop.client.get("/metrics").text
    for name in (
        'hydra_items{state="queued"}', "hydra_journal_events_total", "hydra_sse_clients", "hydra_sse_dropped_total",
        "hydra_oldest_ready_seconds", "# TYPE hydra_item_wait_seconds histogram", "process_resident_memory_bytes",
        "# TYPE hydra_holds gauge", "# TYPE hydra_lane_busy gauge",
    ):  # fmt: skip
        assert name in text
