"""How a made-up case is closed: the agreement is written, signed and sealed; the court confirms."""

import io
from functools import lru_cache

from django.utils import timezone
from PIL import Image, ImageDraw

from cases import agreements, files, handling, judicial
from cases.models import Agreement, Case, Confirmation, Party
from cases.signing import requests as signing
from cases.simulation.stories import agreement_text
from cases.simulation.talks import READING
from cases.simulation.world import Ending, Going, Life, Steps

DIFFICULTIES = {
    Case.Difficulty.SIMPLE: 25,
    Case.Difficulty.GENERAL: 55,
    Case.Difficulty.DIFFICULT: 15,
    Case.Difficulty.MAJOR: 5,
}
REFUSALS = (
    Confirmation.Refusal.UNCLEAR,
    Confirmation.Refusal.JURISDICTION,
    Confirmation.Refusal.TITLE,
)
RULINGS = 900_000  # far above what a court gives, so that none of its numbers is taken


def signed(life: Life) -> Going:
    """Write the agreement, have everybody sign it; False when somebody does not."""
    difficulty = life.rng.choices(list(DIFFICULTIES), weights=list(DIFFICULTIES.values()))[0]
    handling.set_difficulty(life.case, difficulty=difficulty, actor=life.mediator())
    agreement = _fixed(life)
    if life.chance(0.06):
        yield life.office(1, 8)
        agreements.revise(life.case, actor=life.mediator())
        life.look_again()
        agreement = _fixed(life)
    if life.plan.ending == Ending.NOT_SIGNED:
        yield life.citizen(4, 72)
        [respondent] = life.parties(Party.Side.RESPONDENT)
        handling.answer_invitation(respondent, agrees=False, actor=respondent)
        life.done()
        return False
    for party in life.case.parties.all():
        yield from _party_signs(life, party, agreement)
    yield life.office(0.3, 6)
    signing.sign_as_mediator(agreement, actor=life.mediator(), shown=agreement.digest)
    yield life.office(0.3, 10)
    signing.seal(agreement, actor=life.lead(), shown=agreement.digest)
    life.done()
    return True


def _fixed(life: Life) -> Agreement:
    text = agreement_text(life.plan.story, today=timezone.localdate(), rng=life.rng)
    agreements.draft(life.case, text=text, actor=life.mediator())
    agreement = agreements.conclude(life.case, actor=life.mediator())
    life.done()
    return agreement


def _party_signs(life: Life, party: Party, agreement: Agreement) -> Steps:
    """Sign on the own phone; on paper where the law or a missing phone asks for it."""
    case_type = life.case.case_type
    if not party.phone or (case_type and case_type.is_signed_on_paper):
        yield life.office(1, 16)
        scan = files.store(files.Upload("签字页.jpg", scanned_page()), case=life.case, party=party)
        signing.sign_on_paper(
            party, agreement, scan=scan, actor=life.mediator(), shown=agreement.digest
        )
        life.done()
        return
    yield life.citizen(1, 60)
    signing.ask_code(party, agreement)
    code = life.read_code(party)
    yield life.now + READING
    draws = life.rng.random() < 0.5
    hand = signing.Hand(party.name, drawn_name() if draws else b"")
    signing.sign(party, agreement, code=code, hand=hand, shown=agreement.digest, device="演示")
    life.done()


@lru_cache(maxsize=1)
def scanned_page() -> bytes:
    """Return a blank page, as the scan of a page signed by hand."""
    out = io.BytesIO()
    Image.new("RGB", (420, 594), "white").save(out, "JPEG")
    return out.getvalue()


@lru_cache(maxsize=1)
def drawn_name() -> bytes:
    """Return a scribble, as the picture of a name drawn with a finger."""
    out = io.BytesIO()
    picture = Image.new("RGB", (300, 120), "white")
    strokes = [(20, 80), (60, 30), (90, 95), (130, 40), (170, 90), (220, 35), (280, 75)]
    ImageDraw.Draw(picture).line(strokes, fill="black", width=4)
    picture.save(out, "PNG")
    return out.getvalue()


def confirmed(life: Life) -> Steps:
    """Apply to the court together, and hear what it says."""
    family = life.case.case_type and life.case.case_type.key == "marriage_family"
    if family or life.plan.ending not in (Ending.CONFIRMED, Ending.NOT_CONFIRMED):
        return
    for party in life.case.parties.all():
        yield life.citizen(3, 110)
        confirmation = judicial.apply(party)
        life.done()
    yield life.office(8, 60)
    if life.plan.ending == Ending.CONFIRMED:
        number = _ruling_number(life.now.year)
        judicial.grant(confirmation, ruling_number=number, actor=life.world.clerk)
    else:
        refusal = life.rng.choice(REFUSALS)
        judicial.refuse(confirmation, refusal=refusal, actor=life.world.clerk)
    life.done()


def _ruling_number(year: int) -> str:
    register = f"（{year}）浙0108诉前调确"
    given = Confirmation.objects.filter(ruling_number__startswith=f"{register}9").count()
    return f"{register}{RULINGS + given + 1}号"
