"""Whatever is told, Discord takes it: within every limit, nothing lost, no word cut."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from hydra_lab.integrations.discord.embeds import messages, pieces, plain, shortened, units
from hydra_lab.kernel.capabilities import Link, Notice, Severity
from tests.integrations.discord.harness import wrong_in

WORDS = st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc", "Z")), min_size=1, max_size=30), max_size=60)
TEXTS = st.builds(lambda words, times: " ".join(words * times), WORDS, st.integers(1, 40))
NOTICES = st.builds(
    Notice,
    title=st.text(max_size=600).filter(lambda text: text.strip() != ""),
    text=TEXTS,
    markdown=st.booleans(),
    severity=st.sampled_from(Severity),
    fields=st.lists(st.tuples(st.text(max_size=400), st.text(max_size=2000)), max_size=40).map(tuple),
    links=st.lists(
        st.builds(Link, title=st.text(max_size=80), url=st.just("https://lab/ui/approve/" + "c" * 32)), max_size=5
    ).map(tuple),
    url=st.none() | st.just("https://lab.example/ui/queue/1"),
    id=st.none() | st.just("0a1b2c3d"),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(NOTICES)
@example(Notice(title="x" * 300, text="\N{ROCKET}" * 9000, fields=(("n" * 256, "v" * 1024),) * 25))
def test_every_message_keeps_discords_limits(notice: Notice) -> None:
    for message in messages(notice):
        assert list(wrong_in(message)) == []
        assert message["allowed_mentions"] == {"parse": []}


@settings(max_examples=150, deadline=None)
@given(WORDS.filter(bool), st.integers(1, 30), st.integers(70, 400))
def test_a_long_text_keeps_all_its_words(words: list[str], times: int, longest: int) -> None:
    text = " ".join(words * times)
    parts = list(pieces(text.replace("```", "``"), longest))
    assert all(units(part) <= longest for part in parts)
    assert [word for part in parts for word in part.split()] == text.replace("```", "``").split()


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


def test_plain_text_is_shown_as_it_is_with_its_code_and_addresses() -> None:
    assert plain("**a** [b](c) `x_y` https://lab/a_b <@1>") == r"\*\*a\*\* \[b\](c) `x_y` https://lab/a_b \<@1>"
    assert plain("# head\n- one - two") == "\\# head\n\\- one - two"


def test_a_title_is_not_cut_inside_a_word_or_a_character() -> None:
    assert shortened("one two three", 10) == "one two …"
    assert shortened("\N{ROCKET}" * 5, 6) == "\N{ROCKET}\N{ROCKET} …"
    assert shortened("abc", 3) == "abc"
