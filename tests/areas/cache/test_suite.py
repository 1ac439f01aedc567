"""The cache's benchmark measures what it says."""

from hydra_lab.areas.cache.suite import measured


def test_the_suite_measures_the_guard_and_the_search() -> None:
    opposites, paraphrases, search = measured(500, 64, 3).series
    assert opposites.samples == (0.0,)
    assert paraphrases.samples[0] > 70
    assert len(search.samples) == 3
    assert search.case == "500 questions, 64 numbers"
