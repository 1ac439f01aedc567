"""Finding items: by as much of an id as a person types, or by what they wait for."""
