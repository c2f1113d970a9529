"""What the house sent and whom it let in by key: to be read, never edited, the texts hidden."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from cases.models import ChannelKey, Notice
from mediators.admin.base import ReadOnlyAdmin, column


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """Whether messages went out. Phone, text and parameters stay hidden from everybody here."""

    fields = (
        "written",
        "template",
        "case_number",
        "to",
        "state",
        "attempts",
        "due_at",
        "sent_at",
        "receipt",
        "error",
    )
    list_display = ("written", "template", "case_number", "state", "attempts", "error")
    list_filter = ("state", "template")
    list_select_related = ("case",)
    search_fields = ("=receipt", "=template")

    written = column("created_at", _("写成时间"))
    to = column("user", _("给哪位工作人员"))

    @admin.display(description=_("案件"))
    def case_number(self, notice: Notice) -> str:
        return notice.case.number if notice.case else "—"


@admin.register(ChannelKey)
class ChannelKeyAdmin(ReadOnlyAdmin):
    """Keys of partner systems. They are issued by a command, which shows the secret once."""

    fields = ("name", "channel", "user", "is_active", "expires_on", "issued")
    list_display = ("name", "channel", "user", "is_active", "expires_on")
    list_select_related = ("channel", "user")
    issued = column("created_at", _("发放时间"))
