"""Secrets in addresses, bodies and documents: what is taken for one, and what is left as it is."""

import pytest

from hydra_lab.kernel.secrets.spotting import spans, spotted, veiled

HOOK = "https://discord.com/api/webhooks/123456/"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://x/y?api_key=abc&page=2", "https://x/y?api_key=•••&page=2"),
        ("https://x/?page=2&key=a1&token=b#f", "https://x/?page=2&key=•••&token=•••#f"),
        ("https://x/?X-Amz-Signature=0a1b&k=v", "https://x/?X-Amz-Signature=•••&k=•••"),
        ("http://me:pw1@h/", "http://me:•••@h/"),
        (f"{HOOK}abcdefghijklmnopqrstuvwxyz", f"{HOOK}•••"),
        ('{"url": "http://h/?sig=s3", "Token": "t", "max_tokens": "9"}',
         '{"url": "http://h/?sig=•••", "Token": "•••", "max_tokens": "9"}'),
        ('"Authorization": "Bearer abc def"', '"Authorization": "Bearer •••"'),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic •••"),
        ('{\\"password\\": \\"abc\\"}', '{\\"password\\": \\"•••\\"}'),
        ("HA_TOKEN=abc12345 rest", "HA_TOKEN=••• rest"),
        ("grant_type=password&password=x&user=me", "grant_type=password&password=•••&user=me"),
        ("The password: hunter2hunter2.", "The password: •••."),
        ("with sk-abcdefghijklmnop1234 in it", "with ••• in it"),
        ("İ?key=abc", "İ?key=•••"),  # a letter that is two in lower case
        ("?api_key=•••", "?api_key=•••"),
    ],
)  # fmt: skip
def test_a_secret_is_veiled_where_it_stands(text: str, shown: str) -> None:
    assert veiled(text) == shown
    assert spans(text)


@pytest.mark.parametrize("text", [
    "**Priority:** BLOCKED (needs HA_TOKEN)", "- Tier 5.2: Home Assistant token", "token: the word", "key: value123456",
    "Set `HYDRA_DISCORD__WEBHOOK` or open /ui", "author=smith12345", "https://x/?sortkey=name&page=2",
    "?api_key={key}", "password=$PASSWORD_OF_1", "Secret: sealed at rest", "secret=short", "",
])  # fmt: skip
def test_what_is_no_secret_is_left_as_it_is(text: str) -> None:
    assert veiled(text) == text


def test_a_value_under_a_secrets_name_is_one_however_deep() -> None:
    body = {"user": "me", "login": {"api-key": "abc", "tokens": 5}, "urls": ["http://h/?token=x", "http://h/"]}
    assert [place for place, _ in spotted(body)] == [("login", "api-key"), ("urls", 0)]


def test_a_long_document_without_secrets_is_read_in_no_time() -> None:
    document = "### 1.1 Restart the proxy\n**Task:** Look after its tokens and keys\n" * 50_000
    assert spans(document) == []
