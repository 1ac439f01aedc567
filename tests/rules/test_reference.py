"""The reference of operations is that of the operations there are."""

from scripts.reference import TARGET, text


def test_the_reference_is_up_to_date() -> None:
    assert TARGET.read_text() == text(), "`make reference` writes it anew"
