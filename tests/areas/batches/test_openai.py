"""OpenAI's own client, with its files and batches, against Hydra."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import openai
import psutil
import pytest
from openai import OpenAI
from openai.types import Batch

from tests.areas.batches.lab import hydra_with_models, jsonl, line, model_server, read_lines, until
from tests.peers.model_servers.openai_servers import PlainPeer
from tests.server import Server

CHAT = "/v1/chat/completions"
OVER = ("completed", "failed", "expired", "cancelled")


@pytest.fixture(scope="module")
def peer() -> Iterator[PlainPeer]:
    """A model server."""
    with model_server() as one:
        yield one


@pytest.fixture(scope="module")
def hydra(tmp_path_factory: pytest.TempPathFactory, peer: PlainPeer) -> Iterator[Server]:
    """A Hydra that has it."""
    with hydra_with_models(tmp_path_factory.mktemp("batches"), peer) as one:
        yield one


def key(hydra: Server, name: str, kind: str = "person") -> OpenAI:
    """A client whose key may use models and nothing else."""
    made = hydra.client.post("/keys", json={"name": name, "kind": kind, "scopes": ["models"]})
    token = made.raise_for_status().json()["token"]
    return OpenAI(base_url=f"{hydra.url}/v1", api_key=token, max_retries=0)


@pytest.fixture(scope="module")
def client(hydra: Server) -> OpenAI:
    """OpenAI's client, with a key for models only."""
    return key(hydra, "batcher")


def upload(client: OpenAI, *lines: Any, name: str = "in.jsonl") -> str:
    """The id of an uploaded file."""
    return client.files.create(file=(name, jsonl(*lines).encode()), purpose="batch").id


def made(client: OpenAI, *lines: Any, **more: Any) -> Batch:
    """A batch that was asked for."""
    return client.batches.create(
        input_file_id=upload(client, *lines), endpoint=CHAT, completion_window="24h", **more
    )  # fmt: skip


def over(client: OpenAI, id: str) -> Batch:
    """A batch, polled until it is over."""
    return until(lambda: one if (one := client.batches.retrieve(id)).status in OVER else None)


def test_a_file_comes_back_as_it_was_sent(client: OpenAI) -> None:
    content = jsonl(line("ä", "x" * 2_500_000)).encode()
    file = client.files.create(file=("größe.jsonl", content), purpose="batch")
    assert (file.filename, file.bytes, file.purpose, file.status) == ("größe.jsonl", len(content), "batch", "processed")
    assert file.expires_at is not None
    assert abs(file.expires_at - time.time() - 30 * 86400) < 600
    assert client.files.content(file.id).read() == content
    assert client.files.retrieve(file.id) == file
    assert file.id in [one.id for one in client.files.list(purpose="batch")]
    assert client.files.delete(file.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.files.content(file.id)


def test_an_upload_that_is_none_is_refused_in_openais_words(client: OpenAI) -> None:
    with pytest.raises(openai.UnprocessableEntityError) as refused:
        client.files.create(file=b"x", purpose="cooking")  # type: ignore[arg-type]
    assert refused.value.type == "invalid_request_error"
    assert "purpose" in refused.value.message


def test_a_batch_is_made_polled_and_read(client: OpenAI) -> None:
    notes = {"for": "the test"}
    batch = made(client, line("a", "one"), line("b", "two", "nobody has this"), line("c", "three"), metadata=notes)
    assert batch.status in ("validating", "in_progress")
    assert batch.expires_at == batch.created_at + 24 * 3600
    batch = over(client, batch.id)
    assert (batch.status, batch.metadata, batch.errors) == ("completed", notes, None)
    assert batch.request_counts is not None
    assert batch.request_counts.to_dict() == {"total": 3, "completed": 2, "failed": 1}
    assert batch.usage is not None
    assert batch.usage.output_tokens == 16
    assert batch.output_file_id is not None
    assert batch.error_file_id is not None
    results = read_lines(client.files.content(batch.output_file_id).read())
    assert [one["custom_id"] for one in results] == ["a", "c"]
    assert results[0]["response"]["status_code"] == 200
    (failed,) = read_lines(client.files.content(batch.error_file_id).read())
    assert (failed["custom_id"], failed["response"]["status_code"]) == ("b", 404)
    told = client.files.retrieve(batch.output_file_id)
    assert (told.purpose, told.filename) == ("batch_output", "results.jsonl")
    assert told.bytes == len(client.files.content(batch.output_file_id).read())
    client.files.delete(batch.output_file_id)
    assert client.batches.retrieve(batch.id).output_file_id is None


def test_a_batch_with_wrong_lines_fails_and_names_them(client: OpenAI) -> None:
    batch = over(client, made(client, line("a"), "{", {**line("b"), "url": "/v1/embeddings"}).id)
    assert batch.status == "failed"
    assert batch.errors is not None
    assert batch.errors.data is not None
    assert [(one.line, one.code) for one in batch.errors.data] == [(2, "invalid_json_line"), (3, "mismatched_endpoint")]
    assert batch.output_file_id is None


def test_a_cancelled_batch_keeps_the_answers_that_came(client: OpenAI, peer: PlainPeer) -> None:
    peer.first_token_s = 0.05
    try:
        batch = made(client, *(line(f"r{number}") for number in range(100)))
        until(lambda: (client.batches.retrieve(batch.id).request_counts or batch).completed)  # type: ignore[union-attr]
        assert client.batches.cancel(batch.id).status == "cancelled"
    finally:
        peer.first_token_s = 0.0
    batch = client.batches.retrieve(batch.id)
    assert batch.output_file_id is not None
    results = read_lines(client.files.content(batch.output_file_id).read())
    assert 0 < len(results) < 100
    with pytest.raises(openai.ConflictError):
        client.batches.cancel(batch.id)


def test_batches_are_listed_page_by_page(client: OpenAI) -> None:
    ids = [made(client, line("a")).id for _ in range(5)]
    listed = [one.id for one in client.batches.list(limit=2)]
    assert listed[:5] == ids[::-1]
    assert len(set(listed)) == len(listed)
    first = client.batches.list(limit=2)
    assert (len(first.data), first.has_more) == (2, True)
    after = client.batches.list(limit=1, after=ids[3])
    assert after.data[0].id == ids[2]


def test_a_file_that_a_batch_waits_for_is_not_deleted(client: OpenAI) -> None:
    batch = made(client, line("a"), metadata={"window": "04:00-04:01"})
    assert batch.status == "validating"
    with pytest.raises(openai.ConflictError):
        client.files.delete(batch.input_file_id)
    assert client.batches.cancel(batch.id).status == "cancelled"
    client.files.delete(batch.input_file_id)


def test_what_another_key_made_is_not_seen_and_an_agent_asks_first(hydra: Server, client: OpenAI) -> None:
    other = key(hydra, "other", kind="agent")
    mine = made(client, line("a"))
    for call in (lambda: other.batches.retrieve(mine.id), lambda: other.files.content(mine.input_file_id)):
        with pytest.raises(openai.NotFoundError):
            call()
    assert mine.id not in [one.id for one in other.batches.list()]
    theirs = made(other, line("a"))
    assert theirs.status == "validating"
    item = hydra.client.get("/batches").json()["batches"][0]
    assert item["created_by"] == "agent:other"
    assert "person" in item["detail"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "/v1/images"},
        {"completion_window": "soon"},
        {"input_file_id": "file-none"},
        {"metadata": {"window": "x"}},
    ],
)
def test_a_batch_that_cannot_be_is_refused_in_openais_words(client: OpenAI, wrong: dict[str, Any]) -> None:
    given = {"input_file_id": upload(client, line("a")), "endpoint": CHAT, "completion_window": "24h"} | wrong
    with pytest.raises(openai.APIStatusError) as refused:
        client.batches.create(**given)
    assert refused.value.status_code in (404, 422)
    assert json.loads(refused.value.response.text)["error"]["type"] == "invalid_request_error"


def test_a_large_upload_is_never_in_memory_and_a_cut_one_leaves_nothing(client: OpenAI, hydra: Server) -> None:
    server = psutil.Process(hydra.pid)
    before, most = server.memory_info().rss, [0]
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.02):
            most[0] = max(most[0], server.memory_info().rss)

    with ThreadPoolExecutor(1) as pool:
        watching = pool.submit(watch)
        content = b"x" * 1023 + b"\n"
        try:
            file = client.files.create(file=("large.jsonl", content * (60 << 10)), purpose="batch")
        finally:
            over.set()
        watching.result()
    assert file.bytes == 60 << 20
    assert most[0] - before < 40 << 20
    client.files.delete(file.id)

    listed = [one.id for one in client.files.list()]
    with socket.create_connection(("127.0.0.1", hydra.port), timeout=20) as cut:
        head = (
            f"POST /v1/files HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {client.api_key}\r\n"
            f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {8 << 20}\r\n\r\n--b\r\n"
        )
        cut.sendall(head.encode() + content * (3 << 10))
        until(lambda: held_without_a_name(server))
    until(lambda: not held_without_a_name(server))
    assert [one.id for one in client.files.list()] == listed


def held_without_a_name(server: psutil.Process) -> list[str]:
    """The files that a process holds in Hydra's folder and that have no name."""
    held = []
    for one in Path(f"/proc/{server.pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            held.append(str(one.readlink()))
    return [one for one in held if one.endswith("(deleted)") and "/data/" in one]


def test_a_form_that_is_broken_or_too_large_is_refused(client: OpenAI, hydra: Server) -> None:
    kind = {"content-type": "multipart/form-data; boundary=b", "authorization": f"Bearer {client.api_key}"}
    field = b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
    for body in (b"", b"--b", field, b"--b\r\nno head", b"nothing of it"):
        refused = hydra.client.post("/v1/files", content=body, headers=kind)
        assert (refused.status_code, refused.json()["error"]["type"]) == (422, "invalid_request_error"), body
