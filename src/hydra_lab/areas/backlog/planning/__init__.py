"""Planning a backlog: which operation does an item, with what input, and what is missing where none does."""
