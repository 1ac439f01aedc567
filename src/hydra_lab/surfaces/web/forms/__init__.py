"""Forms: made from JSON Schema, and what they send back as typed input."""
