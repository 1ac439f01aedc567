"""An API's reference: reading its OpenAPI document, writing it as Markdown, and telling what changed."""
