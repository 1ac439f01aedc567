"""A form is made from an operation's schema, and what it sends becomes the operation's input again."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, SecretStr

from hydra_lab.surfaces.web.forms.fields import Control, fields_of
from hydra_lab.surfaces.web.forms.typed import typed


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Inner(BaseModel):
    days: int = Field(30, ge=1, le=90, description="How many days to keep.")
    note: str | None = None


class Everything(BaseModel):
    name: str = Field(examples=["atlas"])
    colour: Colour = Colour.RED
    level: Literal["low", "high"] | None = None
    force: bool = False
    maybe: bool | None = None
    count: int | None = None
    ratio: float = 0.5
    hosts: list[str] = []
    colours: list[Colour] = []
    ports: tuple[int, ...] = ()
    on: date | None = None
    at: datetime | None = None
    token: SecretStr | None = None
    inner: Inner = Inner()
    rows: list[Inner] = []
    extra: dict[str, Any] = {}
    text: str = ""


SCHEMA = Everything.model_json_schema()


def controls() -> dict[str, Control]:
    return {field.name: field.control for field in fields_of(SCHEMA)}


def test_each_type_gets_its_control() -> None:
    assert controls() == {
        "name": Control.TEXT,
        "colour": Control.CHOICE,
        "level": Control.CHOICE,
        "force": Control.YES_NO,
        "maybe": Control.CHOICE,
        "count": Control.NUMBER,
        "ratio": Control.NUMBER,
        "hosts": Control.LINES,
        "colours": Control.CHOICES,
        "ports": Control.LINES,
        "on": Control.DATE,
        "at": Control.TIME,
        "token": Control.SECRET,
        "inner": Control.GROUP,
        "rows": Control.ROWS,
        "extra": Control.JSON,
        "text": Control.LONG,
    }


def test_required_fields_come_first_and_are_marked() -> None:
    first = fields_of(SCHEMA)[0]
    assert (first.name, first.required, first.placeholder) == ("name", True, "atlas")


def test_a_group_holds_its_fields_with_dotted_names_help_and_bounds() -> None:
    inner = next(field for field in fields_of(SCHEMA, prefix="input.") if field.label == "Inner")
    days = inner.fields[0]
    assert (days.name, days.help, days.minimum, days.maximum) == (
        "input.inner.days", "How many days to keep.", 1, 90,
    )  # fmt: skip


def test_what_was_typed_and_what_was_wrong_come_back() -> None:
    values = {"name": "atlas", "hosts": ["a", "b"], "inner": {"days": 99}}
    problems = {"inner.days": "too many", "hosts.1": "not a host"}
    found = {field.name: field for field in fields_of(SCHEMA, values=values, problems=problems)}
    assert found["name"].value == "atlas"
    assert found["hosts"].value == "a\nb"
    assert found["hosts"].problem == "1: not a host"
    assert found["inner"].fields[0].value == 99
    assert found["inner"].fields[0].problem == "too many"


def test_a_secret_is_never_filled_in_again() -> None:
    found = {field.name: field for field in fields_of(SCHEMA, values={"token": "hush"})}
    assert found["token"].value == ""


def test_a_form_full_of_answers_becomes_the_input() -> None:
    sent = {
        "name": ["atlas"], "colour": ["blue"], "level": ["high"], "force": ["false", "true"], "maybe": ["false"],
        "count": ["12"], "ratio": ["0.25"], "hosts": ["a\r\n\r\n b "], "colours": ["red", "blue"], "ports": ["80\n443"],
        "on": ["2025-12-19"], "at": ["2025-12-19T14:00"], "token": [" hush "], "inner.days": ["7"], "inner.note": [""],
        "rows.0.days": ["3"], "rows.1.days": [""], "extra": ['{"a": 1}'], "text": ["two\nlines"],
    }  # fmt: skip
    found = typed(SCHEMA, sent, zone=ZoneInfo("Europe/Berlin"))
    whole = Everything.model_validate(found)
    assert whole.hosts == ["a", "b"]
    assert whole.ports == (80, 443)
    assert whole.force is True
    assert whole.maybe is False
    assert whole.inner == Inner(days=7)
    assert whole.rows == [Inner(days=3)]
    assert whole.at is not None
    assert whole.at.isoformat() == "2025-12-19T14:00:00+01:00"
    assert whole.token is not None
    assert whole.token.get_secret_value() == "hush"


def test_fields_left_empty_are_left_out_so_that_defaults_apply() -> None:
    sent = {"name": [""], "count": [""], "hosts": [""], "extra": [" "], "token": [""], "at": [""], "level": [""]}
    assert typed(SCHEMA, sent) == {}


def test_what_is_no_number_stays_as_typed_so_that_the_operation_says_what_is_wrong() -> None:
    assert typed(SCHEMA, {"count": ["many"], "extra": ["{"]}) == {"count": "many", "extra": "{"}


def test_fields_that_are_not_in_the_schema_are_not_taken() -> None:
    assert typed(SCHEMA, {"name": ["x"], "_csrf": ["y"], "else": ["z"]}) == {"name": "x"}


GUESTS = {
    "type": "object",
    "properties": {
        "guests": {"type": "array", "items": {"$ref": "#/$defs/Guest"}},
        "seats": {"type": "object", "additionalProperties": {"type": "integer"}},
    },
    "$defs": {
        "Guest": {
            "type": "object", "required": ["name"],
            "properties": {"name": {"type": "string"}, "vegan": {"type": "boolean", "default": False}},
        }
    },
}  # fmt: skip


def test_a_list_of_groups_has_a_row_for_each_and_one_more() -> None:
    guests, seats = fields_of(GUESTS, values={"guests": [{"name": "Ada"}], "seats": {"left": 2}})
    assert [[field.name for field in row] for row in guests.rows] == [
        ["guests.0.name", "guests.0.vegan"], ["guests.1.name", "guests.1.vegan"],
    ]  # fmt: skip
    assert guests.rows[0][0].value == "Ada"
    assert (guests.rows[0][0].required, guests.rows[1][0].required) == (True, False)
    assert seats.value == "left: 2"


def test_what_was_wrong_in_a_row_is_said_in_that_row() -> None:
    typed_before = {"guests": {"0": {"name": "Ada"}, "1": {"name": ""}}}
    [guests] = [
        field
        for field in fields_of(GUESTS, values=typed_before, problems={"guests.1.name": "is too short"})
        if field.rows
    ]
    assert [row[0].problem for row in guests.rows] == [None, "is too short", None]


def test_rows_that_nobody_filled_in_are_left_out() -> None:
    sent = {
        "guests.0.name": ["Ada"], "guests.0.vegan": ["false", "true"],
        "guests.1.name": [" "], "guests.1.vegan": ["false"],
        "seats": ["left: 2\nright: 3\n"],
    }  # fmt: skip
    assert typed(GUESTS, sent) == {"guests": [{"name": "Ada", "vegan": True}], "seats": {"left": 2, "right": 3}}
    assert typed(GUESTS, {"seats": ["left 2"]}) == {"seats": "left 2"}
