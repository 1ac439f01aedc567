"""Long texts in parts: nothing lost, no word or character cut, and code stays code."""

from hypothesis import given, settings
from hypothesis import strategies as st

from hydra_lab.integrations.discord.split import pieces, units
from tests.integrations.discord.test_embeds import WORDS


@settings(max_examples=150, deadline=None)
@given(WORDS.filter(bool), st.integers(1, 30), st.integers(70, 400))
def test_a_long_text_keeps_all_its_words(words: list[str], times: int, longest: int) -> None:
    text = " ".join(words * times).replace("```", "``")
    parts = list(pieces(text, longest))
    assert all(units(part) <= longest for part in parts)
    assert [word for part in parts for word in part.split()] == text.split()


CODE = st.lists(st.text("abcdefg_.(){}", min_size=1, max_size=30), min_size=1, max_size=120)


@settings(max_examples=150, deadline=None)
@given(CODE, CODE, st.sampled_from(("```", "```python\n", "see ```\n", "```json {")), st.sampled_from((" ", "\n")))
def test_code_is_code_in_every_part_and_what_follows_it_is_not(
    code: list[str], after: list[str], fence: str, between: str
) -> None:
    text = f"before {fence}{between.join(code)}``` {' '.join(after)}"
    parts = list(pieces(text, 200))
    assert all(units(part) <= 200 for part in parts)
    assert all(part.count("```") % 2 == 0 for part in parts)
    inside = [block.removeprefix("python\n") for part in parts for block in part.split("```")[1::2]]
    outside = [block for part in parts for block in part.split("```")[::2]]
    assert " ".join(inside).split() == text.split("```")[1].removeprefix("python\n").split()
    assert " ".join(outside).split() == [*text.split("```")[0].split(), *after]


def test_paragraphs_and_lines_are_kept_together_where_they_fit() -> None:
    text = "\n\n".join(["one two three four"] * 6)
    assert list(pieces(text, 80)) == ["\n\n".join(["one two three four"] * 3), "\n\n".join(["one two three four"] * 3)]


def test_code_that_is_cut_is_code_in_every_part() -> None:
    parts = list(pieces("```python\n" + "\n".join(f"line {number}" for number in range(60)) + "\n```\nafter", 200))
    assert len(parts) > 2
    assert all(part.count("```") == 2 for part in parts)
    assert all(part.startswith("```python\n") for part in parts)


def test_a_word_longer_than_a_part_is_all_that_is_cut() -> None:
    assert list(pieces("x" * 150, 100)) == ["x" * 96, "x" * 54]


def test_code_on_one_line_is_not_taken_for_the_beginning_of_more() -> None:
    parts = list(pieces("```ls -l```\n" + "word " * 100, 200))
    assert [part.count("```") for part in parts] == [2, 0, 0]


def test_a_fence_is_not_left_behind_without_its_code() -> None:
    parts = list(pieces("word " * 37 + "\n```sh\n" + "line of code\n" * 5 + "```", 200))
    assert parts[0] == ("word " * 37).strip()
    assert parts[1].startswith("```sh\nline of code")


def test_a_word_that_must_be_cut_is_not_cut_inside_a_character_or_an_escape() -> None:
    family = "👩‍👩‍👧‍👦"
    for text in (family * 60, "e\u0301" * 300, "\\*" * 300, "👍🏽" * 90):
        parts = list(pieces(text, 101))
        assert "".join(parts) == text
        assert all(units(part) <= 101 for part in parts)
        assert not [part for part in parts if part[0] in "\u200d\u0301*🏽" or part[-1] in "\u200d\\"]
