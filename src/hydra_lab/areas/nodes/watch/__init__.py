"""Looking at nodes: what each source says, put together, kept, and told where it has changed."""
