"""The agreement (调解协议): drafted, fixed as one text with one digest, revised, or oral."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import clocks, events
from cases.errors import CaseError
from cases.lifecycle import Action, move
from cases.models import Agreement, AgreementNumber, Case
from cases.policies import Standing, standing
from mediators.identity import clean_text
from mediators.models import Body, BodyKind, User


@dataclass(frozen=True)
class Text:
    """What an agreement says (人民调解法 29)."""

    facts: str
    terms: str  # one term a line
    performance: str
    perform_by: dt.date | None = None
    amount: Decimal | None = None


@transaction.atomic
def draft(case: Case, *, text: Text, actor: User) -> Agreement:
    """Write or rewrite the draft of a case's agreement. Raises CaseError."""
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    _require(case, actor)
    _refuse_incomplete(text)
    agreement = _living(case) or Agreement(
        case=case, revision=case.agreements.count() + 1, by=actor
    )
    if agreement.state != Agreement.State.DRAFT:
        raise CaseError(_("协议已经定稿，要先点“改协议”"))
    agreement.facts = clean_text(text.facts).strip()
    agreement.terms = clean_text(text.terms).strip()
    agreement.performance = clean_text(text.performance).strip()
    agreement.perform_by, agreement.amount = text.perform_by, text.amount
    agreement.save()
    events.record(case, "agreement.drafted", actor=actor, revision=agreement.revision)
    return agreement


@transaction.atomic
def conclude(case: Case, *, actor: User) -> Agreement:
    """Fix the draft: from here on every signature is for exactly this text.

    Gives the number of the body's yearly series and the digest that each signer confirms.
    """
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    agreement = _drafted(case)
    agreement.fixed_at = timezone.now()
    agreement.number = agreement.number or _next_number(case.body, agreement.fixed_at)
    agreement.digest = digest_of(agreement)
    agreement.state = Agreement.State.FIXED
    agreement.save()
    move(case, Action.AGREE, actor=actor, revision=agreement.revision)
    return agreement


@transaction.atomic
def revise(case: Case, *, actor: User) -> Agreement:
    """Take a fixed agreement back for change: its signatures are void with it."""
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    old = case.agreements.select_for_update().filter(state=Agreement.State.FIXED).first()
    if old is None:
        raise CaseError(_("没有定稿的协议可以改"))
    move(case, Action.REVISE, actor=actor, revision=old.revision)
    number, old.number, old.state = old.number, None, Agreement.State.VOID
    old.save(update_fields=["number", "state"])
    return Agreement.objects.create(
        case=case,
        revision=old.revision + 1,
        by=actor,
        facts=old.facts,
        terms=old.terms,
        performance=old.performance,
        perform_by=old.perform_by,
        amount=old.amount,
        number=number,
    )


@transaction.atomic
def settle_orally(case: Case, *, text: Text, actor: User) -> Case:
    """Settle by an oral agreement that the mediator writes down (人民调解法 28, 30)."""
    agreement = draft(case, text=text, actor=actor)
    agreement.form = Agreement.Form.ORAL
    agreement.fixed_at = timezone.now()
    agreement.number = _next_number(agreement.case.body, agreement.fixed_at)
    agreement.digest = digest_of(agreement)
    agreement.save()
    take_effect(agreement)
    case = Case.objects.get(pk=case.pk)
    return move(
        case,
        Action.SETTLE_ORALLY,
        actor=actor,
        form=Agreement.Form.ORAL,
        difficulty=Case.Difficulty.SIMPLE,
        mediator=case.mediator_id,
        body=case.body_id,
    )


def take_effect(agreement: Agreement) -> None:
    """Put an agreement in force now; the clock for judicial confirmation starts (民诉 205)."""
    now = timezone.now()
    agreement.state, agreement.effective_at = Agreement.State.EFFECTIVE, now
    agreement.save(update_fields=["state", "effective_at"])
    confirm_by = clocks.due(clocks.CONFIRM, timezone.localdate(now))
    Case.objects.filter(pk=agreement.case_id).update(
        settled_at=now, ended_at=now, confirm_by=confirm_by
    )


def digest_of(agreement: Agreement) -> str:
    """Return the SHA-256 of everything that a signer agrees to."""
    said = [
        agreement.case.number,
        agreement.number,
        agreement.revision,
        sorted(agreement.case.parties.values_list("side", "kind", "name")),
        agreement.facts,
        agreement.term_list,
        agreement.performance,
        agreement.perform_by and agreement.perform_by.isoformat(),
        None if agreement.amount is None else f"{agreement.amount:.2f}",
    ]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def _require(case: Case, actor: User) -> None:
    if Standing.HANDLER not in standing(actor, case):
        raise CaseError(_("只有本案调解员可以写协议"))
    if case.status != Case.Status.MEDIATING:
        raise CaseError(_("各方同意调解以后才能写协议"))


def _refuse_incomplete(text: Text) -> None:
    if not (text.facts.strip() and text.terms.strip() and text.performance.strip()):
        raise CaseError(_("还缺：事实、协议内容或履行方式。三样都要写"))


def _living(case: Case) -> Agreement | None:
    return case.agreements.exclude(state=Agreement.State.VOID).first()


def _drafted(case: Case) -> Agreement:
    agreement = case.agreements.select_for_update().filter(state=Agreement.State.DRAFT).first()
    if agreement is None:
        raise CaseError(_("还没有写协议"))
    return agreement


def _next_number(body: Body | None, at: dt.datetime) -> str:
    """Return the body's next number of the year, without gaps: （2026）滨西兴人调字第1号."""
    assert body is not None, "a case in mediation has a body"
    year = timezone.localdate(at).year
    AgreementNumber.objects.get_or_create(body=body, year=year)
    counter = AgreementNumber.objects.filter(body=body, year=year)
    counter.update(last=F("last") + 1)
    series = "人调字" if body.kind.family == BodyKind.Family.PEOPLE else "调字"
    return f"（{year}）{body.abbreviation}{series}第{counter.get().last}号"
