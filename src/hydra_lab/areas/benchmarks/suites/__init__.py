"""The suites that come with the benchmarks."""
