"""Items that no field and no rule has an operation for: a model is asked, and a person where it is not sure."""
