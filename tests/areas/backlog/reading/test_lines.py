"""Splitting a document into lines loses nothing, and code is told apart from structure."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydra_lab.areas.backlog.reading.lines import read_lines, split
from hydra_lab.kernel.errors import Invalid


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("a\r\n\t\x0c\u2028 #")))
def test_split_lines_join_to_the_same_text(text: str) -> None:
    assert "".join(line + ending for line, ending in split(text)) == text


def test_lines_end_only_where_editors_end_them() -> None:
    assert split("a\x0cb\u2028c\r\nd\re\n") == [("a\x0cb\u2028c", "\r\n"), ("d", "\r"), ("e", "\n")]


@pytest.mark.parametrize(("text", "line"), [("a\nb\0", 2), ("\ud800", 1)])
def test_what_is_no_text_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(Invalid, match=f"in line {line}") as caught:
        read_lines(text)
    assert caught.value.fix


def verbatim(text: str) -> list[int]:
    return [line.number for line in read_lines(text) if line.verbatim]


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("a\n```\n# b\n```\nc", [2, 3, 4]),
        ("~~~bash\n# b\n~~~", [1, 2, 3]),
        ("```\n### 1.1 never closed", []),
        ("```bash\n### 1.1 forgotten\n```bash\nx\n```", [3, 4, 5]),
        ("````\n```md\n### 1.1 an example\n```\n````", [1, 2, 3, 4, 5]),
        ("<!-- one -->\n### 1.1", [1]),
        ("<!--\n### 1.1\n-->\n### 1.2", [1, 2, 3]),
        ("<!-- never closed\n### 1.1", []),
    ],
)
def test_fences_and_comments_hide_only_what_they_close(text: str, hidden: list[int]) -> None:
    assert verbatim(text) == hidden
