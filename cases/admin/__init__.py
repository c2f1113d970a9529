"""The court's desk and the reference data of cases, in the admin."""

from cases.admin import cases, colours, confirmations, desk, records, reference, rulebooks

__all__ = ["cases", "colours", "confirmations", "desk", "records", "reference", "rulebooks"]
