"""Approvals: what a person was asked, and what they said."""
