"""Pages that belong to no single area: home, operations. Each module here offers ``PAGES``."""
