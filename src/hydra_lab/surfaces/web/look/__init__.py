"""How things look: words, icons and colours, static files, and the renderer of templates."""
