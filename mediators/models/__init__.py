from mediators.models.audit import AuditEntry
from mediators.models.body import Body, BodyKind
from mediators.models.mediator import Language, Leave, Mediator, Relation
from mediators.models.reference import Reference, ReferenceVersion
from mediators.models.region import Region, Tier
from mediators.models.user import User

__all__ = [
    "AuditEntry",
    "Body",
    "BodyKind",
    "Language",
    "Leave",
    "Mediator",
    "Reference",
    "ReferenceVersion",
    "Region",
    "Relation",
    "Tier",
    "User",
]
