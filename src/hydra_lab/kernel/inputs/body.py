"""A request's body as a file, for what is too large to be held in memory as a whole."""

from io import BufferedRandom
from typing import Annotated

from pydantic import BaseModel, InstanceOf, WithJsonSchema

# The ``body`` of an endpoint's input that is of this type lies on disk without a name, and is gone with its answer.
BodyFile = Annotated[InstanceOf[BufferedRandom], WithJsonSchema({"type": "string", "format": "binary"})]


def wants_file(input: type[BaseModel]) -> bool:
    """Whether an input takes the body as a file."""
    field = input.model_fields.get("body")
    return field is not None and field.annotation is BufferedRandom
