"""What a receipt of an application says, and the address that the QR of a case carries."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from cases.codes import grouped
from cases.documents import ReceiptData
from cases.models import Case, Party


def code_url(case: Case) -> str:
    """Return the full address that the QR of a case carries."""
    return f"{settings.SITE_URL}{reverse('code', args=[case.mediation_code.token])}"


def receipt_data(case: Case) -> ReceiptData:
    """Return what the receipt says: names masked, the time of application to the second."""
    sides = {
        side: [p.masked_name for p in case.parties.all() if p.side == side]
        for side in Party.Side.values
    }
    return ReceiptData(
        number=case.number,
        code=grouped(case.mediation_code.short),
        url=code_url(case),
        filed_at=timezone.localtime(case.filed_at),
        applicants=sides[Party.Side.APPLICANT],
        respondents=sides[Party.Side.RESPONDENT],
        centre=settings.CENTRE_NAME,
        phone=settings.HELP_PHONE,
    )
