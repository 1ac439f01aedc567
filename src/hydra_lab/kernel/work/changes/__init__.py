"""Changes to work items: every state change there is, each guarded by the state it starts from."""
