"""Listing: the items that fit a filter, page by page."""
