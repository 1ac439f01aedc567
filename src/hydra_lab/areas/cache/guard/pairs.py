"""Lists that come with Hydra: questions that are alike and mean different things, and ones that mean the same."""

from pathlib import Path

HERE = Path(__file__).parent


def pairs(name: str) -> list[tuple[str, str]]:
    """The pairs of ``opposites`` or ``paraphrases``."""
    lines = (HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    found = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return [(one, other) for one, other in found]
