"""Small files and small folders: what fits on a screen or two is read before it is changed."""

from statistics import median

from tests.rules.source import ROOT, SRC, folders, modules

SOURCE_LINES, TEST_LINES, MEDIAN_LINES, FOLDER_MODULES = 300, 400, 100, 14


def test_no_source_file_is_long() -> None:
    everything = modules()
    limit = {one.name: TEST_LINES if one.name.startswith("tests/") else SOURCE_LINES for one in everything}
    assert [f"{one.name}: {one.lines}" for one in everything if one.lines > limit[one.name]] == []


def test_half_of_the_source_files_are_short() -> None:
    assert median(one.lines for one in modules(SRC)) <= MEDIAN_LINES


def test_no_folder_holds_many_modules() -> None:
    counts = {
        folder.relative_to(ROOT).as_posix(): sum(path.name != "__init__.py" for path in folder.glob("*.py"))
        for folder in folders()
    }
    assert {folder: count for folder, count in counts.items() if count > FOLDER_MODULES} == {}
