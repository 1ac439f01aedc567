"""Limits: the day's budgets, and measured resources that running work has taken."""
