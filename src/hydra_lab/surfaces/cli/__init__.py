"""The command `hydra`: calls of the running server, and what starts, mends and saves a Hydra on this machine."""
