"""Finding an item by as much of its id as a person types."""
