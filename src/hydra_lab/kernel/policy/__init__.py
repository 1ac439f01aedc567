"""Policy: one gate before every effect; who may do what alone, and what a person is asked."""
