"""Questions and answers: which may be kept, what makes two questions the same, and answers as streams."""
