"""Secrets that stand where anything may stand, in a URL, a body or a document: found by their look, and veiled."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hydra_lab.kernel.secrets.masking import MASK

Span = tuple[int, int]
Path = tuple[str | int, ...]

# The ends of names that hold a credential, without their hyphens and underscores: ``X-Api-Key``, ``client_secret``.
NAMES = (
    "token", "secret", "password", "passwd", "passphrase", "pwd", "apikey", "accesskey", "secretkey", "privatekey",
    "authkey", "signingkey", "accountkey", "subscriptionkey", "authorization", "auth", "signature", "credential",
    "credentials", "sessionid", "jwt", "passcode",
)  # fmt: skip
IN_QUERIES = frozenset(
    {"key", "sig", "pass", "code", "session", "hmac", "appid", "k"}
)  # secret there, a word elsewhere
WORDS = (
    "token", "secret", "password", "passwd", "passphrase", "pwd", "key", "authorization", "auth", "signature",
    "credentials", "credential", "sessionid", "jwt", "passcode", "sig", "pass", "code", "session", "hmac", "appid",
    "?k", "&k",
)  # fmt: skip
# What follows a name that may be a credential's, in a query, as JSON, as NAME=value or as name: value; in lower case.
NAMED = re.compile(
    rf"""(?P<name>{"|".join(map(re.escape, WORDS))})(?:\\?["'])?[ \t]{{0,3}}(?P<sign>[=:])[ \t]{{0,3}}
    (?:(?P<open>\\?["'])|(?P<scheme>(?:bearer|basic|token|bot)[ ]+)?)""",
    re.VERBOSE,
)
OF_NAMES = "abcdefghijklmnopqrstuvwxyz0123456789_.-"
IN_QUERY = re.compile(r"""[^\s&#"'<>\\)\]`|]+""")
QUOTED = re.compile(r"""[^"'\n\\]+""")
BARE = re.compile(r"""[^\s"'`,;<>()\[\]{}]+""")
SCHEME = re.compile(r"(?:bearer|basic|token|bot) +", re.IGNORECASE)
# What says by itself that it is one: tokens of well-known makers, passwords and webhooks in addresses.
KNOWN = re.compile(
    r"""\b(?:sk-[A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abeoprs]-[\w-]{10,}
    |hyd_[A-Za-z0-9_-]{20,}|AKIA[0-9A-Z]{16}|AIza[\w-]{30,}|hf_[A-Za-z0-9]{20,}|tk_[A-Za-z0-9]{20,}
    |eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,})
    |://[^\s:/@"'<>]{0,200}:(?P<password>[^\s@/"'<>]{1,200})@
    |/webhooks?/(?:\d{1,30}/)?(?P<webhook>[\w-]{20,})
    |hooks\.slack\.com/(?:services|workflows)/(?P<slack>[\w/-]{10,})
    |/bot(?P<telegram>\d{6,12}:[\w-]{30,})""",
    re.VERBOSE,
)  # fmt: skip
SHORTEST_SET, SHORTEST_SAID = 8, 12  # of NAME=value and of “name: value”, where an ordinary word may stand too
# Without one of these no line holds a secret that is spotted.
MARKS = (
    *(word for word in WORDS if word not in ("authorization", "credentials", "passcode", "sessionid")), "sk-", "ghp_",
    "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "hyd_", "akia", "aiza", "hf_", "tk_", "eyj", "://",
    "webhook", "hooks.slack.com", "/bot",
)  # fmt: skip
LOWER = {ord(sign): sign.lower() for sign in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
UNSET = ("{", "<", "$", "%", "*", "…", "xxx")  # how a place for a secret looks


def is_secret_name(name: str, *, in_query: bool = False) -> bool:
    """Whether what goes by this name is a credential."""
    plain = name.lower().replace("_", "").replace("-", "").replace(".", "")
    return plain.endswith(NAMES) or (in_query and plain in IN_QUERIES)


def spans(text: str) -> list[Span]:
    """Where secrets stand in a text, in order and apart from each other."""
    low = text.lower()
    if len(low) != len(text):  # a few letters have no lower case of one letter
        low = text.translate(LOWER)
    found = sorted(span for line in lines_with(low, MARKS) for span in (*known(text, line), *named(text, low, line)))
    apart: list[Span] = []
    for start, end in found:
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart


def lines_with(low: str, marks: Sequence[str]) -> list[Span]:
    """The lines in which one of these stands: documents are long, and nearly all of their lines hold no secret."""
    lines = set()
    for mark in marks:
        at = low.find(mark)
        while at >= 0:
            end = low.find("\n", at)
            end = len(low) if end < 0 else end
            lines.add((low.rfind("\n", 0, at) + 1, end))
            at = low.find(mark, end)
    return sorted(lines)


def known(text: str, line: Span) -> Iterator[Span]:
    """Secrets that say by themselves that they are."""
    for match in KNOWN.finditer(text, *line):
        yield match.span(match.lastgroup or 0)


def named(text: str, low: str, line: Span) -> Iterator[Span]:
    """Secrets behind a name that says so."""
    for match in NAMED.finditer(low, *line):
        word, at = match["name"], match.start()
        asked = word.startswith(("?", "&"))
        before = low[max(line[0], at - 64) : at]
        first = at if asked else at - len(before) + len(before.rstrip(OF_NAMES))
        in_query = match["sign"] == "=" and (asked or low[max(line[0], first - 1) : first] in ("?", "&"))
        if is_secret_name(low[first : at + len(word)].lstrip("?&"), in_query=in_query):
            yield from value_after(text, match, in_query=in_query)


def value_after(text: str, match: re.Match[str], *, in_query: bool) -> Iterator[Span]:
    """The value behind a name, if it is one and no place for one."""
    if match["open"]:
        scheme = SCHEME.match(text, match.end())
        value = QUOTED.match(text, scheme.end() if scheme else match.end())
        least, digit = 1, False
    elif in_query:
        value, least, digit = IN_QUERY.match(text, match.end()), 1, False
    else:
        value, digit = BARE.match(text, match.end()), not match["scheme"]
        least = SHORTEST_SET if match["sign"] == "=" or match["scheme"] else SHORTEST_SAID
    if value is None:
        return
    said = value[0].rstrip(".,;:!?)") if not match["open"] and not in_query else value[0]
    if said != MASK and (len(said) < least or said.startswith(UNSET) or (digit and not mixed(said))):
        return
    yield value.start(), value.start() + len(said)


def mixed(said: str) -> bool:
    """Whether there are letters and digits in it, which a word of a sentence has not."""
    return any(sign.isdigit() for sign in said) and any(sign.isalpha() for sign in said)


def veiled(text: str, where: Sequence[Span] | None = None) -> str:
    """The text with a mask in place of each secret in it."""
    shown, last = [], 0
    for start, end in spans(text) if where is None else where:
        shown += [text[last:start], MASK]
        last = end
    return "".join([*shown, text[last:]])


def spotted(value: Any, here: Path = (), name: str = "") -> Iterator[tuple[Path, list[Span]]]:
    """Every text in a value that holds secrets, with where they stand in it; under a secret's name all of it is one."""
    if isinstance(value, str):
        found = [(0, len(value))] if value and is_secret_name(name) else spans(value)
        if found:
            yield here, found
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from spotted(one, (*here, key), str(key))
    elif isinstance(value, list | tuple):
        for number, one in enumerate(value):
            yield from spotted(one, (*here, number), name)
