"""Whoever opens the documentation finds every page of it."""

import re

from tests.rules.source import ROOT

DOCS = ROOT / "docs"


def test_the_index_leads_to_every_page() -> None:
    linked = set(re.findall(r"\]\(([\w/.-]+\.md)\)", (DOCS / "README.md").read_text()))
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    assert {page for page in pages if not page.startswith("decisions/")} - linked == {"README.md"}
