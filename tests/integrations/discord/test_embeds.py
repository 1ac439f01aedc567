"""Whatever is told, Discord takes it: right by its published schema, within every limit, and shown as it was meant."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from hydra_lab.integrations.discord.embeds import messages, plain
from hydra_lab.integrations.discord.split import shortened
from hydra_lab.kernel.capabilities import Link, Notice, Severity
from tests.integrations.discord.schema import wrong_in

WORDS = st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc", "Z")), min_size=1, max_size=30), max_size=60)
ODD = st.sampled_from(
    ("```", "```python\n", "\n", "\n\n", "`x y`", "\\", "@everyone", "\u202e", "\x00", "\ud83d", "👩‍🚀")
)
TEXTS = st.builds(
    lambda words, odd, times: " ".join((*words, *odd) * times), WORDS, st.lists(ODD, max_size=5), st.integers(1, 40)
)
NOTICES = st.builds(
    Notice,
    title=st.text(max_size=600).filter(lambda text: text.strip() != ""),
    text=TEXTS,
    markdown=st.booleans(),
    severity=st.sampled_from(Severity),
    fields=st.lists(st.tuples(st.text(max_size=400), st.text(max_size=2000)), max_size=40).map(tuple),
    links=st.lists(
        st.builds(Link, title=st.text(max_size=300), url=st.integers(1, 900).map(lambda n: "https://lab/" + "c" * n)),
        max_size=5,
    ).map(tuple),
    url=st.none() | st.just("https://lab.example/ui/queue/1"),
    id=st.none() | st.just("0a1b2c3d"),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(NOTICES)
@example(Notice(title="One line", text="```" + "x" * 9000, markdown=True))
@example(Notice(title="A long line of code", text="So:\n```json {" + '"a": 1, ' * 2000 + "}```\nso.", markdown=True))
@example(Notice(title="x" * 300, text="\N{ROCKET}" * 9000, fields=(("n" * 256, "v" * 1024),) * 25))
def test_discord_takes_every_message(notice: Notice) -> None:
    told = messages(notice)
    assert len(told) <= 4 + len(notice.text) // 500
    for message in told:
        assert list(wrong_in(message)) == []
        assert message["allowed_mentions"] == {"parse": []}


def test_plain_text_is_shown_as_it_is_with_its_code_and_addresses() -> None:
    assert plain("**a** [b](c) `x_y` https://lab/a_b <@1>") == r"\*\*a\*\* \[b\](c) `x_y` https://lab/a_b \<@1>"
    assert plain("# head\n- one - two") == "\\# head\n\\- one - two"


def test_a_title_is_not_cut_inside_a_word_or_a_character() -> None:
    assert shortened("one two three", 10) == "one two …"
    assert shortened("\N{ROCKET}" * 5, 6) == "\N{ROCKET}\N{ROCKET} …"
    assert shortened("abc", 3) == "abc"


def test_what_cannot_be_seen_cannot_mislead() -> None:
    [message] = messages(
        Notice(title="Delete \u202etxt.exe\x00", text="half \ud83d one", fields=(("\u2066Rule", "x\x1b[2J"),))
    )
    [embed] = message["embeds"]
    assert (embed["title"], embed["description"]) == ("Delete txt.exe", "half ? one")
    assert embed["fields"] == [{"name": "Rule", "value": "x\\[2J", "inline": True}]


def test_links_that_have_no_room_are_left_out_before_the_text_is() -> None:
    links = tuple(Link(title=f"Answer {number}", url="https://lab/" + "u" * 900) for number in range(5))
    *_, last = messages(Notice(title="Many", text="word " * 1500, links=links))
    assert last["embeds"][0]["description"].count("](https://lab/u") == 2
