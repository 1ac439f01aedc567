"""Rounds of the throughput comparison: each program's side, run alone in a process of its own."""
