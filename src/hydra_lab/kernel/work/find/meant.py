"""Which item is meant by an id, or by as much of its beginning or end as a person types."""

import re

from sqlalchemy import Connection

from hydra_lab.kernel.errors import Invalid, NotFound
from hydra_lab.kernel.work.find import store

WHOLE = 36  # signs of an id
PART = re.compile(r"[0-9a-f-]{6,35}")
TOLD = 5  # so many candidates are named


def is_part(text: str) -> bool:
    """Whether a text may be the beginning or the end of an id."""
    return PART.fullmatch(text.lower()) is not None


def meant(connection: Connection, text: str) -> str:
    """The id of the one item whose id is the text, begins with it or ends in it (6 or more signs).

    A whole id is given back as it is, whether there is such an item or not. Raises ``NotFound`` where nothing fits and
    ``Invalid`` where several do; both name the items that come near.
    """
    part = text.lower()
    if len(part) == WHOLE:
        return part
    fitting = store.with_part(connection, part, TOLD) if is_part(part) else []
    if len(fitting) == 1:
        return fitting[0][0]
    if fitting:
        told = "; ".join(f"{id} ({title})" for id, title in fitting)
        raise Invalid(
            f"{text} is part of several items' ids: {told}.", fix="Give more of the id; ends differ most.",
            problems=[{"field": "id", "problem": "fits several items"}], near=[id for id, _ in fitting],
        )  # fmt: skip
    near = store.like(connection, part, TOLD)
    fix = "`hydra queue list` shows the items there are."
    if near:
        fix = f"Did you mean {' or '.join(f'{id} ({title})' for id, title in near)}?"
    raise NotFound(f"There is no work item {text}.", fix=fix, near=[id for id, _ in near])
