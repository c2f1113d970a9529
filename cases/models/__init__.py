from cases.models.agreement import Agreement, AgreementNumber, Signature
from cases.models.case import (
    Case,
    EndReason,
    IdempotencyKey,
    MediationCode,
    ProxyFiler,
    RefuseReason,
    RejectReason,
)
from cases.models.client import ChannelKey
from cases.models.draft import Attachment, FilingDraft
from cases.models.duplicate import DuplicatePair
from cases.models.event import CaseEvent, EventDelivery
from cases.models.judicial import Confirmation, ConfirmationApplicant
from cases.models.notice import Notice
from cases.models.onetime import Budget, OneTimeCode
from cases.models.party import Consent, Party
from cases.models.reference import (
    CalendarDay,
    CaseType,
    Channel,
    Clock,
    CodeColour,
    ColourScheme,
    Layer,
    Poster,
    TierRule,
    TypeKind,
)
from cases.models.routing import (
    Assignment,
    Classification,
    FeeAnswer,
    FeeOffer,
    Recusal,
    TypeDecision,
    TypePause,
)
from cases.models.rulebook import (
    Keyword,
    KeywordProposal,
    Publication,
    Replay,
    ReplayMove,
    RuleBook,
)
from cases.models.work import Contact, Session

__all__ = [
    "Agreement",
    "AgreementNumber",
    "Assignment",
    "Attachment",
    "Budget",
    "CalendarDay",
    "Case",
    "CaseEvent",
    "CaseType",
    "Channel",
    "ChannelKey",
    "Classification",
    "Clock",
    "CodeColour",
    "ColourScheme",
    "Confirmation",
    "ConfirmationApplicant",
    "Consent",
    "Contact",
    "DuplicatePair",
    "EndReason",
    "EventDelivery",
    "FeeAnswer",
    "FeeOffer",
    "FilingDraft",
    "IdempotencyKey",
    "Keyword",
    "KeywordProposal",
    "Layer",
    "MediationCode",
    "Notice",
    "OneTimeCode",
    "Party",
    "Poster",
    "ProxyFiler",
    "Publication",
    "Recusal",
    "RefuseReason",
    "RejectReason",
    "Replay",
    "ReplayMove",
    "RuleBook",
    "Session",
    "Signature",
    "TierRule",
    "TypeDecision",
    "TypeKind",
    "TypePause",
]
