"""Whether figures became worse: intervals and tests, without a database."""
