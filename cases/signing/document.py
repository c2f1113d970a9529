"""What the agreement's document says: taken from the rows as they were signed."""

import datetime as dt

from django.conf import settings
from django.utils import timezone

from cases.documents import AgreementData, PartyLine, SignatureLine
from cases.models import Agreement, Signature


def agreement_data(agreement: Agreement) -> AgreementData:
    """Return what the PDF of an agreement in force says; the same each time it is asked."""
    case = agreement.case
    assert agreement.effective_at, "only an agreement in force has a document"
    return AgreementData(
        title=agreement.title,
        number=agreement.number or "",
        case_number=case.number,
        body=case.body.name if case.body else "",
        form=agreement.get_form_display(),
        parties=[
            PartyLine(p.get_side_display(), p.name, p.masked_phone) for p in case.parties.all()
        ],
        facts=agreement.facts,
        terms=agreement.term_list,
        performance=agreement.performance,
        perform_by=agreement.perform_by.isoformat() if agreement.perform_by else "",
        signatures=[_line(s) for s in agreement.signatures.select_related("party", "user")],
        sealed_by=str(agreement.sealed_by or ""),
        sealed_at=_when(agreement.sealed_at),
        effective=timezone.localtime(agreement.effective_at),
        digest=agreement.digest,
        url=f"{settings.SITE_URL}/c/{case.mediation_code.token}/",
    )


def _line(signature: Signature) -> SignatureLine:
    role = signature.party.get_side_display() if signature.party else "调解员"
    return SignatureLine(
        role=role,
        name=signature.name,
        method=signature.get_method_display(),
        at=_when(signature.at),
        picture=bytes(signature.picture or b""),
    )


def _when(at: dt.datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""
