"""What rebuilds a step's result: kept for its type, and not for longer than the body what the body holds."""

import gc
import weakref
from collections.abc import Callable
from typing import Annotated, Any

import pytest
from pydantic import Field

from hydra_lab.kernel.work.engine.run import adapter_for


class Big:
    """Stands for all that a body has in its hands."""

    def count(self) -> list[int]:
        """A step that is a method."""
        return [1]


def within(big: Big) -> Callable[[], list[int]]:
    """A step that is made within a body."""

    def step() -> list[int]:
        return big.count()

    return step


def unhashable() -> Annotated[int, Field(json_schema_extra={"a": 1}), ["a list"]]:
    """A step whose type cannot be the key of anything."""
    return 1


@pytest.mark.parametrize("made", [within, lambda big: big.count])
def test_a_step_is_let_go_after_its_result_was_rebuilt(made: Callable[[Big], Callable[..., Any]]) -> None:
    big = Big()
    seen = weakref.ref(big)
    assert adapter_for(made(big)).validate_python(["1"]) == [1]
    del big
    gc.collect()
    assert seen() is None


def test_one_type_has_one_adapter_and_any_type_has_some() -> None:
    assert adapter_for(within(Big())) is adapter_for(within(Big()))
    assert adapter_for(unhashable).validate_python("1") == 1
