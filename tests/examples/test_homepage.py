"""The tile for Homepage shows numbers that Hydra gives."""

import re

import yaml

from tests.rules.source import ROOT
from tests.server import Server


def test_every_field_of_the_tile_is_a_number_of_the_answer(server: Server) -> None:
    guide = (ROOT / "docs" / "guides" / "monitoring.md").read_text()
    (text,) = re.findall(r"^```yaml\n(.+?)^```$", guide, re.MULTILINE | re.DOTALL)
    widget = yaml.safe_load(text)[0]["Hydra"]["widget"]
    path = "/" + widget["url"].split("/", 3)[3]
    answer = server.client.get(path).raise_for_status().json()
    for mapping in widget["mappings"]:
        value = answer
        for part in mapping["field"].split("."):
            value = value[part]
        assert isinstance(value, int), mapping
