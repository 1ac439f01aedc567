"""Acting on the journal: readers that miss nothing and do nothing twice."""
