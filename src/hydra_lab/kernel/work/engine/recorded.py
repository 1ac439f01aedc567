"""How step results and errors are kept: JSON, with Hydra's own errors coming back as what they were."""

import builtins
import json
from typing import Any

from pydantic_core import to_jsonable_python

from hydra_lab.kernel import errors
from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.work.engine.loading import Serializer


def packed_error(error: BaseException) -> dict[str, Any]:
    """An error as JSON-ready data."""
    kept = vars(error) if isinstance(error, HydraError) else {}
    return {
        "name": type(error).__name__,
        "text": str(error),
        "kept": to_jsonable_python(kept, fallback=str, serialize_unknown=True),
    }


def unpacked_error(data: dict[str, Any]) -> Exception:
    """The error again: one of Hydra's or of Python's own by its name, anything else as a ``RuntimeError``."""
    known = getattr(errors, data["name"], None)
    if isinstance(known, type) and issubclass(known, HydraError):
        error = known.__new__(known)
        error.args = (data["text"],)
        vars(error).update(data["kept"])
        return error
    plain = getattr(builtins, data["name"], None)
    if isinstance(plain, type) and issubclass(plain, Exception) and not issubclass(plain, UnicodeError):
        return plain(data["text"])
    return RuntimeError(f"{data['name']}: {data['text']}")


class RecordedJson(Serializer):
    """What DBOS writes and reads with, so that a replay raises just what the first run raised."""

    def name(self) -> str:
        """Kept with every record: changes only if the form changes."""
        return "hydra_json"

    def serialize(self, data: Any) -> str:
        """A value or an error as text."""
        shape = {"error": packed_error(data)} if isinstance(data, BaseException) else {"value": data}
        return json.dumps(shape, separators=(",", ":"), ensure_ascii=False)

    def deserialize(cls, serialized_data: str) -> Any:  # noqa: N805 - as the base class has it
        """The value or the error again."""
        shape = json.loads(serialized_data)
        return unpacked_error(shape["error"]) if "error" in shape else shape["value"]
