"""The outbox: what is told, in which words, and how it gets to the channels."""
