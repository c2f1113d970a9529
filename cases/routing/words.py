"""How the rules chose, in words: for the desk, for the mediator's page, for the API.

What is stored are keys and counts (`assign`); the sentences are made when they are read, in the
language of the reader.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases.models import Assignment, TierRule
from cases.routing.choose import Why
from mediators.models import Body, Language, Tier

PASSED_OVER = {
    Why.BARRED_KIND: gettext_lazy("这种组织不得办这一类案件"),
    Why.CHARGES: gettext_lazy("要收费，须先给各方看收费说明，都同意才能派"),
    Why.NOT_THEIR_REGION: gettext_lazy("不服务发生地"),
    Why.NOT_THEIR_FIELD: gettext_lazy("不办这一类"),
    Why.BELOW_TIER: gettext_lazy("层级不够：这一件要在%(tier)s办"),
    Why.REFUSED_BEFORE: gettext_lazy("这一件它没有接"),
    Why.SILENT_BEFORE: gettext_lazy("这一件它超过时限没有响应"),
    Why.HAD_BEFORE: gettext_lazy("这一件派过它"),
    Why.NO_PRESENT_MEDIATOR: gettext_lazy("没有在岗的调解员"),
    Why.CONFLICT: gettext_lazy("在岗的调解员都要回避"),
    Why.LANGUAGE: gettext_lazy("在岗的调解员里没有会说%(language)s的"),
    Why.FULL: gettext_lazy("满员：在办%(open)d件，上限%(capacity)d件"),
    Why.CHANNEL: gettext_lazy("这个渠道先派给选中的组织"),
    Why.KIND: gettext_lazy("这一类先派给选中的那种组织"),
    Why.TIER: gettext_lazy("选中的组织层级更合适"),
    Why.FIELD: gettext_lazy("选中的组织专门办这一类"),
    Why.LOAD: gettext_lazy("比选中的忙：在办%(open)d件，上限%(capacity)d件"),
    Why.ANSWERS: gettext_lazy("近90天按时响应%(answers)d%%，比选中的少"),
    Why.LATELY: gettext_lazy("近90天分到%(given)d件，按份额比选中的多"),
    Why.TURN: gettext_lazy("刚派过案件，轮到选中的"),
    Why.LOT: gettext_lazy("条件一样，这一件抽签抽到选中的"),
    Why.PERSON: gettext_lazy("规则本来排在第一，分流员另派了"),
}
DECIDED = {
    Why.CHANNEL: gettext_lazy("这个渠道先派给它"),
    Why.KIND: gettext_lazy("这一类先派给这种组织"),
    Why.TIER: gettext_lazy("层级最合适"),
    Why.FIELD: gettext_lazy("专门办这一类"),
    Why.LOAD: gettext_lazy("最不忙"),
    Why.ANSWERS: gettext_lazy("按时响应最多"),
    Why.LATELY: gettext_lazy("近90天按份额分到的最少"),
    Why.TURN: gettext_lazy("轮到它"),
    Why.LOT: gettext_lazy("条件一样，抽签抽到"),
}
TIER_REASONS = {
    "type": gettext_lazy("这一类从%(tier)s开始"),
    "silent": gettext_lazy("%(tier)s多次没有响应，上移一层"),
    "handed_up": gettext_lazy("%(tier)s没有谈成，上移一层"),
}


def passed_over(why: str, facts: Mapping[str, Any]) -> str:
    """Return the sentence that says why a body was passed over.

    `facts` are those of the body (`explain.facts_of`) with the tier and language of the case;
    about a group of bodies counts are not known.
    """
    said = {
        **dict.fromkeys(("open", "capacity", "answers", "given"), 0),
        **facts,
        "tier": tier_name(str(facts.get("tier", ""))),
        "language": dict(Language.choices).get(str(facts.get("language", "")), ""),
    }
    return str(PASSED_OVER[Why(why)]) % said


def chosen(why: str, facts: Mapping[str, Any]) -> str:
    """Return the sentence that says why a body was chosen; `why` is what it was ahead in."""
    load = _("在办%(open)d件，上限%(capacity)d件") % facts
    if not why:
        return _("只有它合适；%(load)s") % {"load": load}
    return _("%(why)s；%(load)s") % {"why": DECIDED[Why(why)], "load": load}


def tier_name(tier: str) -> str:
    """Return the name of a tier: 社区, 街道 …"""
    return str(Tier(tier).label) if tier else ""


def tier_in_words(explanation: Mapping[str, Any]) -> list[str]:
    """Return why a case is in its layer, one sentence a reason."""
    return tier_sentences(explanation.get("tier_why", ()))


def tier_sentences(why: Iterable[str]) -> list[str]:
    """Return the sentences of the keys that `layers.place` gave. One query where rules decided."""
    pairs = [key.split(":", 1) for key in why]
    rules = [name for kind, name in pairs if kind == "rule"]
    named = {row.key: str(row) for row in TierRule.objects.filter(key__in=rules)} if rules else {}
    return [
        named.get(name, name)
        if kind == "rule"
        else str(TIER_REASONS[kind]) % {"tier": tier_name(name)}
        for kind, name in pairs
    ]


def explanation_in_words(assignment: Assignment) -> list[tuple[str, str]]:
    """Return the bodies that were considered, the chosen one first, each with its sentence.

    Empty for assignments from before explanations were kept. One query.
    """
    told = assignment.explanation
    if not told:
        return []
    rows = told["considered"]
    named = Body.objects.filter(pk__in=[row["body"] for row in rows])
    names = dict(named.values_list("pk", "name"))
    lines = [(str(assignment.body), why_chosen(assignment))]
    for row in rows:
        if row["body"] in names:
            lines.append((names[row["body"]], passed_over(row["why"], {**told, **row["facts"]})))
    return lines + [
        (_other_bodies(count), passed_over(why, told)) for why, count in told["more"].items()
    ]


def _other_bodies(count: int) -> str:
    return ngettext("另%(count)d家", "另%(count)d家", count) % {"count": count}


def why_chosen(assignment: Assignment) -> str:
    """Return in one sentence why the body was given the case; a person's own words first."""
    told = assignment.explanation.get("chosen")
    if assignment.reason or not told:
        return assignment.reason
    if told.get("against"):
        said = passed_over(told["against"], {**assignment.explanation, **told["facts"]})
        return _("分流员指派（规则原来不派它：%(why)s）") % {"why": said}
    return chosen(told["why"], told["facts"])
