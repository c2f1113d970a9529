"""What the style guide shows: made-up values for every component, never a person's data."""

import datetime as dt
from typing import Any

from django.core.paginator import Paginator
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from cases import qr
from cases.faces import all_faces
from cases.models import CaseType
from cases.progress import Deadline, Step
from cases.timeline import Line
from cases.web.forms import CheckForm, RespondentForm, SignForm

ICONS = (
    *("tray", "clock", "talk", "tick", "signpost", "stamp", "warning", "calendar", "camera"),
    *("phone", "arrow", "check", "person", "body", "file", "download", "print", "message"),
    *("lock", "brand"),
)


def context() -> dict[str, Any]:
    """Return everything that `styleguide.html` hands to the components."""
    picture = qr.bare_svg("https://example.org/", label=_("二维码示例"))
    return {
        "faces": all_faces(),
        "icons": ICONS,
        "qr": mark_safe(picture),  # noqa: S308
        "form": RespondentForm({"kind": "person", "phone": "138"}),
        "check_form": CheckForm(),
        "sign_form": SignForm(),
        "deadlines": _deadlines(),
        "steps": _steps(),
        "todo": _todo(),
        "events": _events(),
        "boxes": _boxes(),
        "types": _types(),
        "nav_items": _nav_items(),
        "page_obj": Paginator(range(95), 30).page(2),
    }


def _deadlines() -> list[Deadline]:
    day = timezone.localdate()
    return [
        Deadline(_("最晚谈到"), day, _("还剩27天（12月22日）"), "ok"),
        Deadline(_("最晚签字"), day, _("今天到期（11月25日）"), "soon"),
        Deadline(_("调解员最晚回应"), day, _("超时2天（11月23日）"), "late"),
    ]


def _steps() -> list[Step]:
    return [
        Step(_("收到申请"), _("11月21日 09:12"), "done"),
        Step(_("安排调解员"), "", "done"),
        Step(_("双方一起谈"), _("最晚谈到12月22日"), "now"),
        Step(_("签调解协议"), _("在手机上签，不用到现场"), "todo"),
    ]


def _todo() -> list[dict[str, str]]:
    return [
        {"title": _("确认调解时间"), "detail": _("11月25日 14:30，手机视频")}
        | {"url": "#", "icon": "calendar"},
        {"title": _("补一张照片"), "detail": "", "url": "#", "icon": "camera"},
    ]


def _events() -> list[Line]:
    now = timezone.localtime()
    return [
        Line(now, _("调解员"), _("约了调解时间")),
        Line(now - dt.timedelta(hours=4), "", _("案件已安排给调解组织")),
    ]


def _boxes() -> list[tuple[str, str]]:
    return [
        ("success", _("事情办好了。")),
        ("info", _("这是一句说明。")),
        ("warning", _("请留意：这样做以后不能改回来。")),
        ("error", _("没有办成，请再试一次。")),
    ]


def _types() -> list[CaseType]:
    return [
        CaseType(key="one", name=_("物业服务"), name_en=_("物业服务")),
        CaseType(key="two", name=_("邻里纠纷"), name_en=_("邻里纠纷")),
        CaseType(key="three", name=_("房屋租赁"), name_en=_("房屋租赁")),
    ]


def _nav_items() -> list[tuple[str, str, int | str, bool]]:
    return [
        (_("全部在办"), "#", 23, True),
        (_("等我接案"), "#", 2, False),
        (_("等签字"), "#", 0, False),
        (_("已结束"), "#", "", False),
    ]
