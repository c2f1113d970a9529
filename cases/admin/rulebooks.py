"""Rule books in the admin: drafted, edited, tried, replayed, published and rolled back by people.

The pages that judge a draft (proposals, trying, differences, replays) are in `rulebook_checks`.
"""

from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.admin.misroutes import MisroutePages
from cases.admin.rulebook_checks import CheckPages
from cases.admin.rulebook_forms import (
    NONE,
    DraftForm,
    KeywordForm,
    PublishForm,
    TableForm,
    ThresholdForm,
    type_names,
)
from cases.admin.rulebook_pages import in_force_or_none, in_words, to
from cases.errors import CaseError
from cases.models import Keyword, Publication, RuleBook, TypePause
from cases.routing import drafting, publishing, rulebook, tables
from mediators.admin.base import ReadOnlyAdmin, column, staff_of

KEYWORDS_A_PAGE = 50


@admin.register(RuleBook)
class RuleBookAdmin(CheckPages, MisroutePages):
    """The list of books, the keywords of one, and what brings a book in force."""

    list_display = ("version", "state", "note", "words", "author", "created_at")
    list_select_related = ("author",)
    ordering = ("-version",)
    change_list_template = "admin/cases/rulebook/change_list.html"
    actions = None

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False  # a draft is made from another book

    # --- The list ---

    def get_queryset(self, request: HttpRequest) -> Any:
        words = (
            Keyword.objects.filter(rule_book=OuterRef("pk"))
            .order_by()
            .values("rule_book")
            .annotate(n=Count("pk"))
            .values("n")
        )
        published = Publication.objects.filter(rule_book=OuterRef("pk"))
        newest = Publication.objects.order_by("-id").values("rule_book")[:1]
        return (
            super()
            .get_queryset(request)
            .annotate(
                words=Coalesce(Subquery(words), 0),
                published=Exists(published),
                current=Subquery(newest),
            )
        )

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        extra = {
            "title": _("关键词规则"),
            "in_force": in_force_or_none(),
            "form": DraftForm(),
            "may_edit": self.has_change_permission(request),
            "pauses": TypePause.objects.filter(resumed_at=None).select_related("case_type"),
        }
        return super().changelist_view(request, {**extra, **(extra_context or {})})

    @admin.display(description=_("状态"))
    def state(self, book: Any) -> str:
        if book.pk == book.current:
            return gettext("正在使用")
        return gettext("用过") if book.published else gettext("草稿")

    @admin.display(description=_("关键词"), ordering="words")
    def words(self, book: Any) -> int:
        return int(book.words)

    # --- Addresses ---

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path(f"<int:pk>/{route}", wrap(view), name=f"cases_rulebook_{name}")
            for name, route, view in (
                ("draft", "draft/", self.draft_view),
                ("thresholds", "thresholds/", self.thresholds_view),
                ("export", "table.tsv", self.export_view),
                ("import", "import/", self.import_view),
                ("proposals", "proposals/", self.proposals_view),
                ("try", "try/", self.try_view),
                ("diff", "diff/", self.diff_view),
                ("replay", "replay/", self.replay_view),
                ("publish", "publish/", self.publish_view),
                ("discard", "discard/", self.discard_view),
            )
        ]
        report = path("misroutes/", wrap(self.misroutes_view), name="cases_rulebook_misroutes")
        return [report, *own, *super().get_urls()]

    # --- Keywords ---

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show a book's keywords, filtered; in a draft set or remove one."""
        book = self.book(request, object_id, to_change=request.method == "POST")
        form = KeywordForm(request.POST or None)
        sent = request.method == "POST" and form.is_valid()
        if sent and self.carry_out(request, lambda: self._edit(request, book, form.cleaned_data)):
            return HttpResponseRedirect(request.get_full_path())
        names = type_names()
        found = self._keywords(book, request.GET.get("q", ""), request.GET.get("type", ""))
        page = Paginator(found, KEYWORDS_A_PAGE).get_page(request.GET.get("page"))
        return self.page(
            request,
            "keywords.html",
            gettext("第%(version)d版规则") % {"version": book.version},
            book,
            form=form,
            page_obj=page,
            types=names,
            q=request.GET.get("q", ""),
            chosen=request.GET.get("type", ""),
        )

    def _keywords(self, book: RuleBook, words: str, code: str) -> Any:
        rows = book.keywords.select_related("case_type").order_by("-weight", "word")
        if words.strip():
            rows = rows.filter(word__icontains=words.strip()[:40])
        if code:
            rows = rows.filter(case_type__key=code) if code != NONE else rows.filter(case_type=None)
        return rows

    def _edit(self, request: HttpRequest, book: RuleBook, said: dict[str, Any]) -> str:
        by = staff_of(request)
        named = {"case_type": said["case_type"], "word": said["word"], "by": by}
        if request.POST.get("deed") == "remove":
            edited = drafting.remove_keyword(book, **named)
        else:
            edited = drafting.set_keyword(book, weight=said["weight"], **named)
        return gettext("“%(word)s”：%(done)s") % {"word": said["word"], "done": in_words(edited)}

    def thresholds_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Set from which confidence on a draft decides by itself."""
        book = self.book(request, pk, to_change=request.method == "POST")
        form = ThresholdForm(request.POST or None, rulebook.calibration(book))
        sent = request.method == "POST" and form.is_valid()
        if sent and self.carry_out(request, lambda: self._set(request, book, form)):
            return to("thresholds", book)
        return self.page(request, "thresholds.html", gettext("门槛"), book, form=form)

    def _set(self, request: HttpRequest, book: RuleBook, form: ThresholdForm) -> str:
        drafting.set_calibration(book, form.chosen(), by=staff_of(request))
        return gettext("门槛已存")

    def export_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer a book's keywords as a table that a spreadsheet opens."""
        book = self.book(request, pk)
        response = HttpResponse(
            "\ufeff" + tables.to_tsv(book), content_type="text/tab-separated-values; charset=utf-8"
        )
        response["Content-Disposition"] = f'attachment; filename="keywords-v{book.version}.tsv"'
        return response

    def import_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Bring a table into a draft, or say which of its lines cannot be read."""
        book = self.book(request, pk, to_change=True)
        form = TableForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                edited = tables.take_over(
                    book,
                    form.cleaned_data["table"].read(),
                    replace=form.cleaned_data["replace"],
                    by=staff_of(request),
                )
            except tables.BadTable as error:
                for line in error.lines:
                    form.add_error("table", line)
            except CaseError as error:
                form.add_error(None, str(error))
            else:
                self.message_user(request, in_words(edited), messages.SUCCESS)
                return to("change", book)
        return self.page(request, "import.html", gettext("导入关键词表"), book, form=form)

    # --- Drafting, publishing, rolling back ---

    def draft_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Draft the next book from this one."""
        book = self.book(request, pk, to_change=True)
        form = DraftForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            note = form.cleaned_data["note"]
            draft = drafting.draft(based_on=book, author=staff_of(request), note=note)
            told = gettext("已起草第%(version)d版。改好、重放以后再启用")
            self.message_user(request, told % {"version": draft.version}, messages.SUCCESS)
            return to("change", draft)
        return self.page(request, "draft.html", gettext("起草新一版"), book, form=form)

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Confirm, then put a draft in force, or an earlier book in force again."""
        book = self.book(request, pk, to_change=True)
        if request.method == "POST":
            unreplayed = bool(request.POST.get("unreplayed"))
            if self.carry_out(request, lambda: self._publish(request, book, unreplayed)):
                return HttpResponseRedirect(reverse("admin:cases_rulebook_changelist"))
        current = in_force_or_none()
        changed = tables.differences(current, book) if current else []
        return self.page(
            request,
            "publish.html",
            gettext("启用这一版") if rulebook.is_draft(book) else gettext("回退到这一版"),
            book,
            form=PublishForm(),
            is_replayed=publishing.is_replayed(book),
            replay=book.replays.filter(state="done", revision=book.revision).first(),
            added=sum(one.before is None for one in changed),
            removed=sum(one.after is None for one in changed),
            reweighed=sum(None not in (one.before, one.after) for one in changed),
        )

    def _publish(self, request: HttpRequest, book: RuleBook, unreplayed: bool) -> str:
        if rulebook.is_draft(book):
            publishing.publish(book, by=staff_of(request), unreplayed=unreplayed)
        else:
            publishing.roll_back(book, by=staff_of(request))
        told = gettext("已启用第%(version)d版，从现在起的案件按它分流")
        return told % {"version": book.version}

    def discard_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Confirm, then delete a draft."""
        book = self.book(request, pk, to_change=True)
        sent = request.method == "POST"
        if sent and self.carry_out(request, lambda: self._discard(request, book)):
            return HttpResponseRedirect(reverse("admin:cases_rulebook_changelist"))
        return self.page(request, "discard.html", gettext("删除草稿"), book)

    def _discard(self, request: HttpRequest, book: RuleBook) -> str:
        version = book.version
        drafting.discard(book, by=staff_of(request))
        return gettext("已删除草稿第%(version)d版") % {"version": version}


@admin.register(Keyword)
class KeywordAdmin(ReadOnlyAdmin):
    """Every keyword of the books, found by the word itself."""

    book = column("rule_book", _("规则版本"))
    fields = ("word", "case_type", "weight", "book")
    list_display = ("word", "case_type", "weight", "book")
    list_filter = ("rule_book__version", "case_type")
    list_select_related = ("case_type", "rule_book")
    search_fields = ("word",)
    ordering = ("-rule_book__version", "word")
