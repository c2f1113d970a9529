"""Points in the admin: the rules, and what was counted by them."""

from scoring.admin import results, rules

__all__ = ["results", "rules"]
