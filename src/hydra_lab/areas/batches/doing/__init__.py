"""Reading requests, asking them, and writing what came of them."""
