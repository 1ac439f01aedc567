"""What a language model is told first."""

import re

from tests.surfaces.served import Served


def test_it_names_every_verb_and_its_links_answer(toyshop: Served) -> None:
    answer = toyshop.client.get("/llms.txt")
    assert answer.headers["content-type"].startswith("text/markdown")
    assert answer.text.startswith("# Hydra\n\n> ")
    named = set(re.findall(r"^- ([a-z0-9_]+\.[a-z0-9_]+) \(", answer.text, re.MULTILINE))
    verbs = toyshop.services.registry.verbs.values()
    assert named == {verb.name for verb in verbs if verb.kind == "operation"}
    links = set(re.findall(r"\]\((/\S+)\)", answer.text)) - {"/mcp"}
    known = {one.path for one in toyshop.asgi.routes}
    assert links <= known | {"/operations", "/state"}


def test_it_is_told_to_nobody_unknown(toyshop: Served) -> None:
    assert toyshop.nobody.get("/llms.txt").status_code == 401
