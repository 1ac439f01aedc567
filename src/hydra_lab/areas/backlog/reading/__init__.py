"""Reading a backlog: from the owner's Markdown to a ``Document``, with every line accounted for."""
