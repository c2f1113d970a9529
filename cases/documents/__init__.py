"""Documents: templates and data in, PDF bytes out."""

from cases.documents.render import (
    AgreementData,
    DocumentError,
    PartyLine,
    PosterData,
    ReceiptData,
    SignatureLine,
    agreement_pdf,
    digest,
    poster_pdf,
    receipt_pdf,
)

__all__ = [
    "AgreementData",
    "DocumentError",
    "PartyLine",
    "PosterData",
    "ReceiptData",
    "SignatureLine",
    "agreement_pdf",
    "digest",
    "poster_pdf",
    "receipt_pdf",
]
