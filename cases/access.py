"""How citizens come to a case: a code shows its colour, a proved phone shows one's own papers."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from cases import events, onetime
from cases.budgets import HOUR, give_back, spend
from cases.codes import clean_short_code
from cases.errors import CodeRefused, TooOften
from cases.models import Case, Party
from mediators.identity import clean_phone
from mediators.sealing import blind_index

GUESSES_AN_HOUR = 30  # per address
HOUSE_GUESSES_AN_HOUR = 3000  # wrong codes from all addresses together: then nobody may guess


@dataclass(frozen=True)
class Found:
    """A case found by its code; the code alone opens nothing personal."""

    case: Case
    token: str


def by_token(token: str) -> Case | None:
    """Return the case whose QR carries this token."""
    rows = Case.objects.select_related("mediation_code", "body", "case_type")
    return rows.filter(mediation_code__token_index=blind_index(token, purpose="token")).first()


def by_short_code(typed: str, *, address: str) -> Found | None:
    """Return the case of a typed code, or None; wrong codes are counted. Raises TooOften.

    Counted before it is looked up, and taken back when it is right: past the limit a right code
    is refused like a wrong one, else the limit would stop nobody who guesses.
    """
    here = f"guess:{address}"
    if not (
        spend(here, limit=GUESSES_AN_HOUR, seconds=HOUR)
        and spend("guesses", limit=HOUSE_GUESSES_AN_HOUR, seconds=HOUR)
    ):
        raise TooOften(_("试得太多了，请过一小时再试，或者打电话问"))
    code = clean_short_code(typed)
    index = blind_index(code or typed[:40], purpose="code")
    case = code and Case.objects.filter(mediation_code__short_index=index).first()
    if not case:
        return None
    give_back(here, seconds=HOUR)
    give_back("guesses", seconds=HOUR)
    return Found(case, case.mediation_code.token)


def by_link(link: str) -> Party | None:
    """Return the party that this personal link was sent to."""
    rows = Party.objects.select_related("case__mediation_code", "case__body", "case__case_type")
    return rows.filter(link_index=blind_index(link, purpose="link")).first()


def purpose(case: Case) -> str:
    """Return what a one-time code for entering this case is good for."""
    return f"case:{case.pk}"


def ask_code(case: Case, *, phone: str) -> str:
    """Send a code to this phone if it is a party's; answer the same either way.

    Whoever is not a party learns nothing from the answer. Returns the cleaned phone. Raises
    InvalidIdentity, TooOften.
    """
    phone = clean_phone(phone)
    if _party(case, phone):
        onetime.send(phone, purpose=purpose(case))
    else:
        onetime.pretend(phone, purpose=purpose(case))
    return phone


def prove_phone(case: Case, *, phone: str, code: str) -> Party:
    """Return the party that this phone and code prove. Raises InvalidIdentity, CodeRefused: in
    the same words whether the phone is unknown or the code wrong."""
    phone = clean_phone(phone)
    onetime.check(phone, purpose=purpose(case), code=code)
    party = _party(case, phone)
    if party is None:  # a code that was never sent, guessed
        raise CodeRefused(_("验证码过期了，请再发一个"))
    if party.phone_proved_at is None:
        party.phone_proved_at = timezone.now()
        party.save(update_fields=["phone_proved_at"])
        events.record(case, "party.phone_proved", actor=party)
    return party


def same_party(party: Party, case: Case) -> Party | None:
    """Return who a party of a merged case is in the case that goes on: whoever has the same phone
    there, provided that the party has proved it; None for anybody else, who learns nothing."""
    proved = party.phone_index and party.phone_proved_at
    return case.parties.filter(phone_index=party.phone_index).first() if proved else None


def _party(case: Case, phone: str) -> Party | None:
    index = blind_index(phone, purpose="phone")
    return case.parties.filter(phone_index=index).order_by("id").first()
