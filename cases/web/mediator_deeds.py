"""What mediators and leads do with a case, one row a deed; the workbench shows and does them."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases import agreements, handling, handover, recusals
from cases.errors import CaseError
from cases.files import Upload, store
from cases.lifecycle import Action
from cases.models import Agreement, Case, Session
from cases.signing import requests as signing
from cases.web import people_forms, staff_forms
from cases.web.deeds import IN_HAND, Deed, Position, Status
from mediators.models import User

Said = dict[str, Any]
DRAFT, FIXED = Agreement.State.DRAFT, Agreement.State.FIXED
TEXT_FIELDS = ("facts", "terms", "performance", "perform_by", "amount")


def _fixed(case: Case) -> Agreement:
    agreement = case.agreements.filter(state=FIXED).first()
    if agreement is None:
        raise CaseError(gettext("协议还没有定稿"))
    return agreement


@transaction.atomic
def _sign_on_paper(case: Case, user: User, said: Said) -> object:
    scan = store(Upload(said["scan"].name, said["scan"].read()), case=case, party=said["party"])
    return signing.sign_on_paper(
        said["party"], _fixed(case), scan=scan, actor=user, shown=said["shown"]
    )


def _text(said: Said) -> agreements.Text:
    return agreements.Text(**said)


def _shown(at: Position) -> Said:
    return {"shown": at.agreement.digest if at.agreement else ""}


def _written(at: Position) -> Said:
    """Return what is known of the agreement: the draft, or what the file already says."""
    if at.agreement and at.agreement.state == DRAFT:
        return {name: getattr(at.agreement, name) for name in TEXT_FIELDS}
    undisputed = at.case.sessions.exclude(undisputed_facts="").last()
    facts = undisputed.undisputed_facts if undisputed else at.case.description
    return {"facts": facts, "amount": at.case.amount}


def _is_answering(at: Position) -> bool:
    return at.case.status == Status.DISPATCHED and (at.is_handler or at.is_lead)


def _may_sign(at: Position) -> bool:
    return at.case.status == Status.AGREED and at.is_handler and not at.mediator_signed


def _wait_for_paper(at: Position) -> bool:
    others = len(at.missing) - (not at.mediator_signed)
    return at.case.status == Status.AGREED and at.is_handler and others > 0


def _may_seal(at: Position) -> bool:
    return at.case.status == Status.AGREED and at.is_lead and not at.missing


def may_rule(at: Position) -> bool:
    return bool(at.to_rule_on)


RULING = Deed(
    _("决定换不换调解员"),
    _("想换的理由不用当事人证明；说有关系的，请核实。不换要写理由，当事人会看到。"),
    people_forms.RuleForm,
    lambda case, user, said: recusals.rule(
        said["recusal"], granted=said["granted"] == "yes", actor=user, ruling=said["ruling"]
    ),
    when=may_rule,
    begin=lambda at: {"recusal": at.to_rule_on[0].pk} if at.to_rule_on else {},
)
DRAFTING = Deed(
    _("写调解协议"),
    _("写好先存草稿，看过再定稿发给各方签字。"),
    staff_forms.AgreementForm,
    lambda case, user, said: agreements.draft(case, text=_text(said), actor=user),
    when=lambda at: at.is_writing("", DRAFT),
    begin=_written,
)


def recording(meeting: Session) -> Deed:
    """Return the deed of writing the record of this meeting."""
    return Deed(
        _("调解记录"),
        "",
        staff_forms.RecordForm,
        lambda case, user, said: handling.record_session(meeting, actor=user, **said),
        when=lambda at: at.is_at_work and not meeting.held_at,
        begin=lambda at: {"present": at.case.parties.all()},
    )


DEEDS: dict[str, Deed] = {
    "accept": Deed(
        _("接案"),
        _("接案后开始计调解期限，系统会发短信请对方来调解。"),
        staff_forms.NothingForm,
        lambda case, user, said: handling.accept(case, actor=user),
        when=_is_answering,
        shows="story",
    ),
    "refuse": Deed(
        _("不接"),
        _("写明原因，案件会派给别的组织（在线调解规则第12条）。"),
        staff_forms.RefuseForm,
        lambda case, user, said: handling.refuse(case, actor=user, **said),
        when=lambda at: Action.REFUSE in at.actions,
    ),
    "contact": Deed(
        _("记一次联系"),
        "",
        staff_forms.ContactForm,
        lambda case, user, said: handling.log_contact(said.pop("party"), actor=user, **said),
        when=lambda at: at.is_at_work,
    ),
    "answer": Deed(
        _("记当事人的回答"),
        _("当事人在电话里或当面说了愿不愿意，记在这里。"),
        staff_forms.AnswerForm,
        lambda case, user, said: handling.answer_invitation(
            said["party"], agrees=said["agrees"] == "yes", actor=user
        ),
        when=lambda at: at.is_at_work,
    ),
    "phone": Deed(
        _("改电话"),
        _("新号码要重新验证，以后的短信都发到新号码。"),
        staff_forms.PhoneForm,
        lambda case, user, said: handling.correct_phone(
            said["party"], phone=said["phone"], actor=user
        ),
        when=lambda at: at.is_at_work,
    ),
    "plan": Deed(
        _("约调解时间"),
        _("约好后各方会收到短信。"),
        staff_forms.SessionForm,
        lambda case, user, said: handling.plan_session(case, actor=user, **said),
        when=lambda at: at.is_at_work,
    ),
    "difficulty": Deed(
        _("定难度"),
        "",
        staff_forms.DifficultyForm,
        lambda case, user, said: handling.set_difficulty(case, actor=user, **said),
        when=lambda at: at.is_at_work,
        begin=lambda at: {"difficulty": at.case.difficulty},
    ),
    "mediator": Deed(
        _("换调解员"),
        _("只能换成本组织在岗的调解员。期限不重新算。"),
        staff_forms.MediatorForm,
        lambda case, user, said: handling.assign_mediator(case, actor=user, **said),
        when=lambda at: at.is_lead and at.case.status in (Status.DISPATCHED, *IN_HAND),
    ),
    "disclose": Deed(
        _("申报关系"),
        _(
            "您和当事人有可能影响公正的关系，要在调解前或调解中说出来（在线调解规则第13条）。"
            "您可以马上回避；也可以说明情况，各方都同意的，由您继续。"
        ),
        people_forms.DiscloseForm,
        lambda case, user, said: recusals.disclose(
            case,
            actor=user,
            reason=said["reason"],
            note=said["note"],
            steps_aside=said["steps_aside"] == "yes",
        ),
        when=lambda at: at.is_handler and at.case.status in recusals.CHANGEABLE,
    ),
    "rule": RULING,
    "hand_up": Deed(
        _("交给上一级"),
        _(
            "谈不拢、涉及面大的，交给上一级接着调解（人民调解工作若干规定第21条）。"
            "以前的记录都跟着走，调解期限不重新算。"
        ),
        people_forms.HandUpForm,
        lambda case, user, said: handover.hand_up(case, actor=user, **said),
        when=lambda at: at.is_at_work and bool(at.next_layer),
    ),
    "conclude": Deed(
        _("协议定稿"),
        _("请再看一遍。定稿后各方收到短信来签字；要改，得收回重签。"),
        staff_forms.NothingForm,
        lambda case, user, said: agreements.conclude(case, actor=user),
        when=lambda at: at.is_writing(DRAFT),
        shows="agreement",
    ),
    "revise": Deed(
        _("收回协议修改"),
        _("已经签的字都作废，各方要重新签。"),
        staff_forms.NothingForm,
        lambda case, user, said: agreements.revise(case, actor=user),
        when=lambda at: Action.REVISE in at.actions,
        shows="agreement",
    ),
    "oral": Deed(
        _("口头协议结案"),
        _(
            "各方认为不用书面协议时，由您记下内容（人民调解法第28条），马上生效。"
            "口头协议不能申请司法确认。"
        ),
        staff_forms.AgreementForm,
        lambda case, user, said: agreements.settle_orally(case, text=_text(said), actor=user),
        when=lambda at: at.is_writing("", DRAFT),
        begin=_written,
    ),
    "sign": Deed(
        _("调解员签字"),
        _("请先看一遍协议。您签的就是这一份。"),
        staff_forms.ShownForm,
        lambda case, user, said: signing.sign_as_mediator(
            _fixed(case), actor=user, shown=said["shown"]
        ),
        when=_may_sign,
        begin=_shown,
        shows="agreement",
    ),
    "paper": Deed(
        _("登记纸上签字"),
        _("当事人当着您的面在纸上签了字，把签字页拍下来存这里。"),
        staff_forms.PaperForm,
        _sign_on_paper,
        when=_wait_for_paper,
        begin=_shown,
        shows="agreement",
    ),
    "seal": Deed(
        _("盖章"),
        _("盖章后协议马上生效，调解码变绿，不能收回。盖章也是核定难度。"),
        staff_forms.ShownForm,
        lambda case, user, said: signing.seal(_fixed(case), actor=user, shown=said["shown"]),
        when=_may_seal,
        begin=_shown,
        shows="agreement",
    ),
    "fail": Deed(
        _("没有谈成，结束"),
        _("结束后当事人会收到短信，可以去法院。让步记录不会交给法院。这一步不能撤销。"),
        staff_forms.FailForm,
        lambda case, user, said: handling.fail(case, actor=user, **said),
        when=lambda at: Action.FAIL in at.actions,
    ),
}
