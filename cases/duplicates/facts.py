"""What speaks for and against two filings being one dispute, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.duplicates.compare import AGAINST, Bond
from cases.models import Party

BONDS = {
    Bond.NAMED: gettext_lazy("%(side)s在另一件的文字里提到"),
    Bond.HOUSEHOLD: gettext_lazy("%(side)s同姓同址"),
    Bond.SHARED_PHONE: gettext_lazy("%(side)s手机号相同，名字不同"),
    Bond.NEAR_NAME: gettext_lazy("%(side)s名字相近"),
    Bond.NAME_OTHER_PHONE: gettext_lazy("%(side)s同名，手机号不同"),
    Bond.NAME: gettext_lazy("%(side)s同名"),
    Bond.COMPANY_NAME: gettext_lazy("%(side)s单位名称相同"),
    Bond.PHONE: gettext_lazy("%(side)s手机号相同"),
    Bond.IDENTITY: gettext_lazy("%(side)s证件号相同"),
}
FACTS = {
    "swapped_sides": gettext_lazy("双方位置对调"),
    "same_amount": gettext_lazy("金额相同"),
    "near_amount": gettext_lazy("金额相近"),
    "other_amount": gettext_lazy("金额不同"),
    "same_numbers": gettext_lazy("提到的数字和日期相同"),
    "other_numbers": gettext_lazy("提到的数字或日期不同"),
    "same_place": gettext_lazy("地点相同"),
    "other_street": gettext_lazy("不在同一个街道"),
}


def fact_label(fact: str) -> str:
    """Return a fact of a pair in words, e.g. 申请人手机号相同; the key itself if it is unknown."""
    if fact in FACTS:
        return str(FACTS[fact])
    head, _underscore, rest = fact.partition("_")
    if head == "text":
        return _("文字有%(percent)s%%相同") % {"percent": rest}
    named = {bond.name.lower(): words for bond, words in BONDS.items()}
    if head in Party.Side.values and rest in named:
        return str(named[rest]) % {"side": Party.Side(head).label}
    return fact


def speaks_against(fact: str) -> bool:
    """Say whether a fact of a pair speaks against its being one dispute."""
    return fact in AGAINST or fact.endswith("_name_other_phone")
