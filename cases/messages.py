"""What we write to people: one text an occasion, kept as a row until a task has sent it.

One text message holds 70 characters, longer ones go as two. No case detail, and of the other side
no more than the surname. Links are our own full addresses: a shortened one looks like fraud.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from cases.models import Case, Notice, Party
from mediators.models import User

TEXTS = {
    "one_time_code": _("验证码%(code)s，%(minutes)s分钟内有效。工作人员不会向您要验证码。"),
    "filed": _("收到您的申请，编号%(number)s。3个工作日内安排。看进度：%(link)s"),
    "dispatched": _("%(body)s来帮您调解。看进度：%(link)s"),
    "rejected": _("%(number)s不能在这里调解。原因和别的办法：%(link)s"),
    "invited": _("%(surname)s请您一起调解，不收费，不是起诉。请看：%(link)s 核实%(phone)s"),
    "begun": _("各方都同意调解了。调解员会约时间。看进度：%(link)s"),
    "session": _("调解定在%(when)s，%(mode)s。看详情：%(link)s"),
    "sign": _("调解协议写好了，请看清楚再签：%(link)s 有疑问打%(phone)s"),
    "settled": _("大家都签好了，协议已生效。请保存：%(link)s"),
    "failed": _("这次没有谈成。您接下来可以怎么办：%(link)s"),
    "withdrawn": _("申请人已撤回申请，调解结束。%(link)s"),
    "confirmed": _("法院对您的确认申请有结果了，请看：%(link)s"),
    "litigating": _("案件已转法院立案。看进度：%(link)s"),
    "proxy_filed": _("%(surname)s替您申请了调解。不是您的意思请看：%(link)s 核实%(phone)s"),
    "merged": _("您的申请%(number)s和已有的一件是同一件事，一起办，回执都有效：%(link)s"),
    "unmerged": _("您的申请%(number)s改为单独办理。看进度：%(link)s"),
    "received": _("又收到一件和%(number)s相同的申请，已并入，不用另外办。"),
    "new_case": _("有新案件等您接：%(number)s，请在%(day)s前接案。"),
    "lapsed": _("%(number)s超过时限没有响应，已收回。"),
    "taken_back": _("%(number)s已由矛调中心收回或转给别的组织，不用再办。"),
    "handed_over": _("%(number)s转给您办理，请到工作台看。"),
    "mediator_changed": _("您的调解员换了人，期限不变。看是谁：%(link)s"),
    "handed_up": _("案件交给上一级接着调解，以前说的都还算。看进度：%(link)s"),
    "disclosed": _("调解员说明了和当事人的关系，请看后答复要不要换人：%(link)s"),
    "recusal_refused": _("您提的换调解员有答复了，请看：%(link)s"),
    "fee_offered": _(
        "%(surname)s申请调解，想请收费的组织来办。请看价格再答复：%(link)s 核实%(phone)s"
    ),
    "respond_soon": _("%(number)s还没有回应，%(day)s前要接案或说明不接，过期收回。"),
    "layer_over": _("%(number)s在本层的天数用完了，谈不成可以交给上一级。"),
    "recusal_asked": _("%(number)s有人提出换调解员或回避，请决定。"),
    "recused": _("%(number)s换别的调解员办，不用您再办。"),
    "fee_answered": _("%(number)s的收费意见有结果了，请到分流台看。"),
    "decided_refused": _("法院没有确认协议，原因请看：%(link)s"),
}

# These are read in the workbench; no provider needs a template for them.
FOR_STAFF = {
    "new_case",
    "received",
    "lapsed",
    "taken_back",
    "handed_over",
    "respond_soon",
    "layer_over",
    "recusal_asked",
    "recused",
    "fee_answered",
}


def wake_sending() -> object:
    """Replaced by the Celery task in CasesConfig.ready; the beat sweep is the safety net."""
    return None


@dataclass(frozen=True)
class Recipient:
    """Who gets a message: a party, a member of staff, or a bare phone before there is a case."""

    phone: str = ""
    party: Party | None = None
    user: User | None = None


def write(
    template: str, to: Recipient, *, key: str, case: Case | None = None, **params: object
) -> Notice | None:
    """Keep one message for sending; the same key twice is one message. None without an address.

    Runs in the caller's transaction; sending is woken when that has committed.
    """
    if not (to.phone or to.user):
        return None
    words = {name: str(value) for name, value in params.items()}
    with override(settings.LANGUAGE_CODE):
        text = str(TEXTS[template]) % words
    notice, fresh = Notice.objects.get_or_create(
        key=key,
        defaults={
            "template": template,
            "case": case,
            "party": to.party,
            "user": to.user,
            "phone": to.phone,
            "text": text,
            "params": json.dumps(words, ensure_ascii=False),
        },
    )
    if fresh:
        transaction.on_commit(_wake)
    return notice


def _wake() -> None:
    wake: Callable[[], object] = wake_sending
    wake()


def to_party(party: Party) -> Recipient:
    """Address a party at the phone it is known by."""
    return Recipient(phone=party.phone, party=party)


def party_link(party: Party) -> str:
    """Return the address that belongs to this party alone."""
    return f"{settings.SITE_URL}/j/{party.link}/"


def help_phone() -> str:
    """Return the number where anyone may ask whether a message is ours."""
    phone: str = settings.HELP_PHONE
    return phone
