"""A household's single sign-on, in a browser: off to the provider, and back on the page one wanted."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.peers.identity import provider
from tests.rules.source import ROOT
from tests.server import Server

AXE = (ROOT / "tests" / "journeys" / "vendor" / "axe.min.js").read_text()


@pytest.mark.parametrize("script", [True, False], ids=["with-script", "without"])
def test_somebody_signs_in_with_the_provider_and_out_again(tmp_path: Path, browser: Any, script: bool) -> None:
    with provider(require_client_registration=True, require_nonce=True) as idp:
        server = Server(tmp_path / "data", HYDRA_OIDC__ISSUER=idp.url, HYDRA_OIDC__TITLE="the house",
                        HYDRA_OIDC__WRITE="ada@lab.example")  # fmt: skip
        idp.register(f"{server.url}/ui/sign-in/oidc/back")
        server.environment |= {"HYDRA_OIDC__CLIENT_ID": idp.client_id, "HYDRA_OIDC__CLIENT_SECRET": idp.client_secret}
        server.start()
        try:
            page = browser.new_context(java_script_enabled=script).new_page()
            page.goto(f"{server.url}/ui/queue?state=held")
            if script:
                page.evaluate(AXE)
                found = page.evaluate("axe.run()")["violations"]
                assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
            page.get_by_role("link", name="Sign in with the house").click()
            page.locator("button:has-text('1'), input[name=sub]").first.wait_for()
            if page.locator("button[name=sub][value='1']").count():
                page.locator("button[name=sub][value='1']").click()
            else:
                page.locator("input[name=sub]").first.fill("1")
                page.locator("button[type=submit]").first.click()
            page.wait_for_url("**/ui/queue?state=held")
            page.get_by_role("button", name="Sign out").first.click()
            page.wait_for_url(f"{idp.url}/oauth2/end_session?*")
            asked = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}
            assert asked["client_id"] == idp.client_id
            assert asked["post_logout_redirect_uri"] == f"{server.url}/ui/sign-in"
            assert asked["id_token_hint"].count(".") == 2
            page.locator("button, input[type=submit]").first.click()
            page.wait_for_url(f"{server.url}/ui/sign-in")
            page.goto(f"{server.url}/ui/queue")
            assert "/ui/sign-in?next=" in page.url
        finally:
            server.close()
