"""People, bodies and the data that everything refers to, in the admin."""

from mediators.admin import people, reference, site

__all__ = ["people", "reference", "site"]
