"""Floors: what always asks a person, whatever a file says."""

# What each floor guards. The names are those an operation declares as its ``floor``.
FLOORS: dict[str, str] = {
    "deletes data": "what is deleted cannot be brought back",
    "pushes git": "what is pushed leaves the lab",
    "changes production compose": "a production compose file decides what runs",
    "changes host configuration": "a host's own configuration, NixOS's for one, can lock its owner out",
    "trusts a machine": "whoever is at its other end sees what Hydra does there",
    "spends money": "money that is spent is gone",
    "turns off authentication": "without authentication anybody may do anything",
    "edits policy": "policy decides what asks",
}

ADMINISTRATION = "administers Hydra"


def floor_reason(floor: str) -> str:
    """Why a floor asks, as a sentence for a person."""
    why = FLOORS.get(floor)
    return f"this {floor}, which always asks a person" + (f": {why}" if why else "")
