"""Recurring work: an operation with an input, run by a cron line in a time zone."""
