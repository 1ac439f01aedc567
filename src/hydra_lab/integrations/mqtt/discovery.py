"""Hydra as a device of Home Assistant: what is announced for its MQTT discovery, and the values it shows.

https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from hydra_lab.kernel.capabilities import Tile

KINDS = {"number": "sensor", "text": "sensor", "switch": "switch"}
LONGEST = 255  # what a state may have; the whole text is an attribute
ON, OFF = "ON", "OFF"


def announcements(tiles: Sequence[Tile], topic: str, discovery: str, version: str) -> dict[str, str]:
    """Topic to configuration, one for each tile."""
    id = re.sub(r"\W", "_", topic)
    device = {
        "identifiers": [id],
        "name": "Hydra",
        "manufacturer": "Hydra",
        "model": "hydra-lab",
        "sw_version": version,
    }
    return {
        f"{discovery}/{KINDS[tile.kind]}/{id}/{tile.key}/config": json.dumps(
            {**about(tile, topic), "unique_id": f"{id}_{tile.key}", "object_id": f"{id}_{tile.key}", "device": device}
        )
        for tile in tiles
    }


def about(tile: Tile, topic: str) -> dict[str, Any]:
    """How one tile is read, and how it is switched. A value that is not known is shown as such."""
    found: dict[str, Any] = {
        "name": tile.title, "icon": tile.icon, "state_topic": f"{topic}/state",
        "value_template": f"{{{{ value_json.{tile.key} }}}}",
        "availability_topic": f"{topic}/availability",
    }  # fmt: skip
    match tile.kind:
        case "number":
            return found | {"state_class": "measurement"} | ({"unit_of_measurement": tile.unit} if tile.unit else {})
        case "text":
            text = f"{{{{ {{'text': value_json.{tile.key}_text}} | tojson }}}}"
            return found | {"json_attributes_topic": f"{topic}/state", "json_attributes_template": text}
        case "switch":
            return found | {"command_topic": f"{topic}/{tile.key}/set", "payload_on": ON, "payload_off": OFF}


def state(tiles: Sequence[Tile], values: Mapping[str, Any]) -> str:
    """All values as one text."""
    told: dict[str, Any] = {}
    for tile in tiles:
        value = values.get(tile.key)
        match tile.kind:
            case "switch":
                told[tile.key] = "None" if value is None else ON if value else OFF
            case "text":
                told[tile.key] = "None" if value is None else short(str(value))
                told[f"{tile.key}_text"] = value
            case "number":
                told[tile.key] = "None" if value is None else value
    return json.dumps(told)


def short(text: str) -> str:
    """A text as a state may be."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
