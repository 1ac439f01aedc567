"""One module for each budget; every module has ``measure(place)`` and is found by its presence."""
