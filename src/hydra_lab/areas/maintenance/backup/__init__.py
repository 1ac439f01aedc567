"""Backups: consistent copies that are verified before they count, how many are kept, and restoring them."""
