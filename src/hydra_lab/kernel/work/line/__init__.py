"""The line of ready work: who is next, and who is ahead."""
