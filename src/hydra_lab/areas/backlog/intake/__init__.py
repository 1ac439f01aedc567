"""Taking a backlog in: its items become work, and importing it again changes only what was edited."""
