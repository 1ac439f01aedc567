"""Documents that are looked at before they are imported: kept for a day, then forgotten."""
