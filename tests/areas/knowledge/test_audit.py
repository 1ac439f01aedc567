"""The audit of notes: each kind of trouble is found at its line, and nothing that is in order is complained of."""

import time
from pathlib import Path

import pytest

from hydra_lab.areas.knowledge.audit import audit
from hydra_lab.areas.knowledge.model import Kind
from hydra_lab.areas.knowledge.report import report
from hydra_lab.kernel.errors import Invalid

TODAY = "2026-06-01"
LONG = (
    "The lab keeps every model on the second disk because the first one is small and slow, as we learned in spring. "
    "Before a larger model is fetched, look at what is free there and move whatever nobody asked for in a month to the "
    "shelf in the cellar; its drives sleep, so the first read takes half a minute and time-outs must allow for that. "
    "When a download breaks off it goes on where it stopped, and its checksum is compared before anything loads it."
)


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path = path.with_name(path.name + ".md") if "." not in path.name else path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def found(folder: Path, kind: Kind, stale_days: int = 180) -> list[tuple[str, int]]:
    findings = audit(str(folder), TODAY, stale_days).findings
    return [(one.file, one.line) for one in findings if one.kind is kind]


def test_links_to_what_is_not_there_are_found_and_good_ones_left_alone(tmp_path: Path) -> None:
    write(
        tmp_path,
        README="# Lab\n\n[a](sub/a.md) [web](https://x.example/) [mail](mailto:a@b.c) [dir](sub)\n"
        "[root](/sub/a.md?plain=1) ![p](sub/no.png) [gone](old.md)\n[case](SUB/a.md)\n[ref] [text][nowhere]\n\n"
        "[ref]: sub/a%20b.md\n\n<a href='lost.html'>x</a>\n",
        sub__a="# A\n\n[up](../README.md#lab) [out](../../etc.md)\n",
    )
    (tmp_path / "sub" / "a b.md").write_text("# AB\n\ntext")
    assert found(tmp_path, Kind.BROKEN_LINK) == [
        ("README.md", 4), ("README.md", 4), ("README.md", 5), ("README.md", 10), ("sub/a.md", 3),
    ]  # fmt: skip
    assert found(tmp_path, Kind.UNDEFINED_REFERENCE) == [("README.md", 6)]


def test_anchors_follow_githubs_rules(tmp_path: Path) -> None:
    headings = [
        "Set-up & *use*",
        "`hydra up` (v2.0)",
        "Ümlaute  zwei",
        "🚀 Start",
        "Same",
        "Same",
        "Same-1",
        "snake_case",
    ]
    good = [
        "set-up--use",
        "hydra-up-v20",
        "ümlaute--zwei",
        "-start",
        "same",
        "same-1",
        "same-1-1",
        "snake_case",
        "own",
        "top",
    ]
    text = "\n\n".join(f"## {heading}\n\ntext" for heading in headings) + '\n\n<a id="own"></a>\n\n'
    text += "\n".join(f"[x](#{anchor})" for anchor in good) + "\n\n[y](#Same) [z](#same-2) [w](b.md#nope)\n"
    write(tmp_path, a=text, b="# B\n\ntext")
    last = text.count("\n")
    assert found(tmp_path, Kind.BROKEN_ANCHOR) == [("a.md", last)] * 3


def test_wiki_links_are_found_by_name_anywhere(tmp_path: Path) -> None:
    write(tmp_path, index="[[Deep Note]] [[deep note#Part|x]] [[nowhere]] [[deep note#Lost]]", x__Deep_Note="x")
    (tmp_path / "x" / "Deep Note.md").write_text("# Deep\n\n## Part\n\ntext\n")
    assert found(tmp_path, Kind.BROKEN_LINK) == [("index.md", 1)]
    assert found(tmp_path, Kind.BROKEN_ANCHOR) == [("index.md", 1)]
    assert ("x/Deep Note.md", 1) not in found(tmp_path, Kind.ORPHAN)


def test_only_dates_that_claim_to_be_stamps_go_stale(tmp_path: Path) -> None:
    write(
        tmp_path,
        a="---\ntitle: x\nlast_updated: 2024-05-01\n---\n# A\n\n**Last updated:** 3 March 2025\n\n"
        "On 2019-01-01 we began.\n"
        "*Generated: 2026-05-20T01:45:00Z*\n\nNext review: 2026-05-30\n\n```text\nUpdated: 2001-01-01\n```\n"
        "Last updated: 2026-02-31\n",
    )
    assert found(tmp_path, Kind.STALE) == [("a.md", 3), ("a.md", 7), ("a.md", 12)]


def test_headings_code_and_loose_ends_are_found_at_their_lines(tmp_path: Path) -> None:
    write(
        tmp_path,
        a="# Title\n\n## Empty\n\n## Filled\n\n- item\n\n##\n\n### Over\n\n#### Deeper\n\nTBD: write this\n\n"
        "```pyhton\nx\n```\n\n```\nx\n```\n\n```mermaid\nx\n```\n\n~~~python {x=1}\nTBD in code is the code's\n~~~\n",
    )  # fmt: skip
    assert found(tmp_path, Kind.EMPTY_SECTION) == [("a.md", 3)]
    assert found(tmp_path, Kind.EMPTY_HEADING) == [("a.md", 9)]
    assert found(tmp_path, Kind.LOOSE_END) == [("a.md", 15)]
    assert found(tmp_path, Kind.UNKNOWN_LANGUAGE) == [("a.md", 17)]
    assert found(tmp_path, Kind.UNLABELLED_CODE) == [("a.md", 21)]


def test_a_file_named_in_code_is_missing_only_where_its_place_can_be_seen(tmp_path: Path) -> None:
    write(
        tmp_path,
        docs__a="`src/lab/here.py:12` `lab/here.py` `src/lab/gone.py` `other_repo/x.py` `*/x.py` `a/<id>.md`\n"
        "`https://x.example/a.html` `/etc/hosts.conf` `POST /a/b.c`\n",
    )
    (tmp_path / "src" / "lab").mkdir(parents=True)
    (tmp_path / "src" / "lab" / "here.py").touch()
    result = audit(str(tmp_path), TODAY, 180)
    details = [one.detail for one in result.findings if one.kind is Kind.MISSING_FILE]
    assert details == ["`src/lab/gone.py` is not there."]
    assert "1 paths in code" in " ".join(result.not_checked)


def test_a_section_copied_and_slightly_edited_is_found_and_likeness_of_subject_is_not(tmp_path: Path) -> None:
    other = LONG.replace("second disk", "third disk", 1)
    write(
        tmp_path,
        a=f"# A\n\n{LONG}",
        b=f"# B\n\n{other}",
        c="# C\n\n" + " ".join(f"word{n} disk model" for n in range(60)),
    )
    assert found(tmp_path, Kind.DUPLICATE) == [("b.md", 1)]


def test_the_score_is_made_of_parts_that_explain_themselves(tmp_path: Path) -> None:
    write(tmp_path, README="# Lab\n\n[a](a.md) [gone](gone.md)\n", a="# A\n\ntext\n")
    result = audit(str(tmp_path), TODAY, 180)
    parts = {part.name: part for part in result.parts}
    assert (parts["links"].score, parts["links"].checked, parts["links"].wrong) == (50.0, 2, 1)
    assert parts["freshness"].score is None, "nothing looked at is no full mark"
    counting = [part for part in result.parts if part.score is not None]
    mean = sum((part.score or 0) * part.weight for part in counting) / sum(part.weight for part in counting)
    assert result.score == round(mean, 1)
    text = report(result, TODAY)
    assert all(part.explained in text for part in result.parts)


def test_an_empty_folder_has_no_score_and_a_missing_one_is_refused(tmp_path: Path) -> None:
    assert audit(str(tmp_path), TODAY, 180).score is None
    with pytest.raises(Invalid, match="is no folder"):
        audit(str(tmp_path / "none"), TODAY, 180)


def test_odd_files_are_reported_and_stop_nothing(tmp_path: Path) -> None:
    (tmp_path / "latin.md").write_bytes("# Größe\n\ntext".encode("latin-1"))
    (tmp_path / "nul.md").write_bytes(b"# A\x00\n\n[x](\x00.md)\n")
    (tmp_path / "deep.md").write_text("> " * 3000 + "x\n" + "[" * 5000 + "\n" + "- " * 2000)
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "gone.md").symlink_to(tmp_path / "nothing")
    assert {file for file, _ in found(tmp_path, Kind.UNREADABLE)} == {"latin.md", "nul.md", "gone.md"}


def test_two_thousand_notes_take_seconds_not_minutes(tmp_path: Path) -> None:
    for number in range(2000):
        body = "\n\n".join(
            f"## Part {part}\n\n{LONG} {number} {part} [x](n{(number * 7) % 2000}.md)" for part in range(4)
        )
        (tmp_path / f"n{number}.md").write_text(f"# Note {number}\n\n{body}\n")
    began = time.process_time()
    result = audit(str(tmp_path), TODAY, 180)
    assert result.files == 2000
    assert result.counts[Kind.DUPLICATE] == 7999, "all but the first of 8,000 sections that differ in a few words"
    assert time.process_time() - began < 60
