"""The desired state: what it may say, what is wrong with it, and how it is shown."""
