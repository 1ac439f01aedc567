"""n8n's public API as Hydra speaks it: pages, what a run says went wrong, and its refusals."""

from collections.abc import Iterator

import pytest

from hydra_lab.integrations.n8n.capabilities import N8nWorkflows
from hydra_lab.integrations.n8n.model import failure
from hydra_lab.integrations.n8n.settings import N8nSettings
from hydra_lab.kernel.errors import Conflict, Denied, Invalid, NotFound
from hydra_lab.kernel.http import HttpClient
from tests.integrations.n8n.standin import KEY, N8n, lab


@pytest.fixture
def n8n() -> Iterator[N8n]:
    """An n8n with three workflows."""
    with lab() as one:
        yield one


def host(n8n: N8n, key: str = KEY) -> N8nWorkflows:
    """It, as areas know it."""
    return N8nWorkflows(N8nSettings.model_validate({"url": n8n.url, "api_key": key}), HttpClient(timeout_s=5))


def test_every_page_is_read(n8n: N8n) -> None:
    for place in range(7):
        n8n.add(f"more{place}", f"Workflow {place}")
    n8n.most = 3
    assert len(host(n8n).workflows()) == 10
    assert host(n8n).credentials() == {"c1"}


def test_a_run_says_what_went_wrong_and_where(n8n: N8n) -> None:
    id = n8n.ran("w1")
    one = host(n8n).run(id)
    assert (one.state, one.node, one.message) == ("error", "Ask", "The service refused the connection")
    assert [run.message for run in host(n8n).runs(state="error")] == [None]
    told = {"error": {"message": "no", "description": "not today"}, "lastNodeExecuted": "B"}
    assert failure({"resultData": told}) == ("no: not today", "B")
    assert failure(None) == failure({"resultData": []}) == (None, None)


def test_refusals_are_told_apart(n8n: N8n) -> None:
    well = n8n.ran("w1", "success")
    with pytest.raises(Conflict, match="succeeded"):
        host(n8n).retry(well)
    with pytest.raises(NotFound):
        host(n8n).workflow("nope")
    with pytest.raises(NotFound):
        host(n8n).workflow("../credentials")
    with pytest.raises(Denied):
        host(n8n, "another").workflows()
    n8n.workflows["w1"]["settings"]["invented"] = True
    with pytest.raises(Invalid, match="additional properties"):
        host(n8n).put(host(n8n).workflow("w1"))


def test_a_key_that_may_not_list_credentials_leaves_them_unknown(n8n: N8n) -> None:
    n8n.lists_credentials = False
    assert host(n8n).credentials() is None
