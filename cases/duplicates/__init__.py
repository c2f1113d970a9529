"""The same dispute by another door: found, merged, kept apart, taken apart again.

`likeness` compares texts and names, `compare` two filings (`facts`: why, in words), `find` looks
in the tables, `decide` acts. A certain duplicate of a case that has not gone to a body is merged
by the rules; a likely one waits for a person.
"""

from cases.duplicates.compare import Judgement
from cases.duplicates.decide import (
    applied_at,
    filings,
    keep_apart,
    merge,
    merge_pair,
    open_pairs,
    settle,
    unknown_parties,
    unmerge,
    waits,
)
from cases.duplicates.facts import fact_label, speaks_against
from cases.duplicates.find import candidates, judged, matches, root

__all__ = [
    "Judgement",
    "applied_at",
    "candidates",
    "fact_label",
    "filings",
    "judged",
    "keep_apart",
    "matches",
    "merge",
    "merge_pair",
    "open_pairs",
    "root",
    "settle",
    "speaks_against",
    "unknown_parties",
    "unmerge",
    "waits",
]
