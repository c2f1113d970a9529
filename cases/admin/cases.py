"""Cases for the court (J3, J6): register a pre-litigation case, find, read, hand over."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases import filing, judicial, qr, receipts
from cases.admin import words
from cases.admin.forms import RegistrationForm
from cases.codes import grouped
from cases.documents import receipt_pdf
from cases.errors import CaseError, InvalidFiling, KeyReused
from cases.faces import face_of
from cases.lifecycle import Action, offered_actions
from cases.models import Agreement, Case
from cases.reading import note_read
from cases.timeline import timeline
from mediators.admin.base import HouseAdmin, staff_of


@admin.register(Case)
class CaseAdmin(HouseAdmin):
    """Lists and pages for reading; what can be done is done by the functions of the domain."""

    list_display = (
        "number",
        "tag",
        "court_number",
        "parties",
        "case_type",
        "where",
        "channel",
        "days_left",
    )
    list_display_links = ("number",)
    list_filter = ("track", "status", "case_type", "channel")
    search_fields = ("court_number", "parties__name")
    search_help_text = _("案件编号（2026-003417）、诉前调案号，或者当事人姓名、单位名称")
    list_per_page = 100
    ordering = ("-id",)
    change_form_template = "admin/cases/case/page.html"
    add_form_template = "admin/cases/case/register.html"

    # --- The list ---

    def get_queryset(self, request: HttpRequest) -> Any:
        return Case.objects.visible_to(staff_of(request)).with_people()

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        numbered = queryset.by_number(search_term)
        if search_term and numbered.exists():
            return numbered, False
        term = search_term.replace("(", "（").replace(")", "）")
        return super().get_search_results(request, queryset, term)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": _("案件"), **(extra_context or {})})

    @admin.display(description=_("编号"), ordering="id")
    def number(self, case: Case) -> str:
        return case.number

    @admin.display(description=_("状态"), ordering="status")
    def tag(self, case: Case) -> SafeString:
        return words.tag(case)

    @admin.display(description=_("当事人"))
    def parties(self, case: Case) -> str:
        return words.parties(case)

    @admin.display(description=_("在哪里"), ordering="body")
    def where(self, case: Case) -> str:
        return str(case.body) if case.body else "—"

    @admin.display(description=_("期限"))
    def days_left(self, case: Case) -> SafeString | str:
        return words.days_left(case)

    # --- Pages ---

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("<int:pk>/code/", wrap(self.code_view), name="cases_case_code"),
            path("<int:pk>/receipt.pdf", wrap(self.receipt_view), name="cases_case_receipt"),
            path("<int:pk>/agreement.pdf", wrap(self.agreement_view), name="cases_case_agreement"),
            path("<int:pk>/files/<int:file>/", wrap(self.file_view), name="cases_case_file"),
            path("<int:pk>/litigate/", wrap(self.litigate_view), name="cases_case_litigate"),
        ]
        return [*own, *super().get_urls()]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # no field of a case is edited here: steps are taken by buttons

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Register a pre-litigation case (登记诉前调): it gets its code like any other."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = RegistrationForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                receipt = filing.file_dispute(
                    form.dispute(), key=form.filing_key(), by=staff_of(request)
                )
            except InvalidFiling as error:
                form.refuse(error)
            except KeyReused:
                form.add_error("court_number", gettext("这个案号已经登记过了，请核对"))
            else:
                told = gettext("已登记，编号%(number)s")
                self.message_user(request, told % {"number": receipt.case.number})
                return HttpResponseRedirect(
                    reverse("admin:cases_case_code", args=[receipt.case.pk])
                )
        return self._page(request, "register.html", gettext("登记诉前调"), form=form)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show a case to read; that it was read is noted."""
        case = self._case(request, object_id)
        note_read(case, reader=staff_of(request))
        agreement = case.agreements.exclude(state=Agreement.State.VOID).first()
        return self._page(
            request,
            "page.html",
            case.number,
            original=case,
            tag=words.tag(case),
            days_left=words.days_left(case),
            agreement=agreement,
            signatures=agreement.signatures.select_related("party") if agreement else (),
            sessions=case.sessions.all(),
            files=case.files.select_related("party"),
            confirmations=case.confirmations.all(),
            events=timeline(case, audience="staff"),
            can_litigate=Action.LITIGATE in offered_actions(case, staff_of(request)),
        )

    def code_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the mediation code of a case, to hand to the applicant."""
        case = self._case(request, pk)
        drawn = qr.bare_svg(receipts.code_url(case), label=gettext("本案调解码二维码"))
        return self._page(
            request,
            "code.html",
            gettext("调解码 %(number)s") % {"number": case.number},
            original=case,
            face=face_of(case.status),
            qr=mark_safe(drawn),  # noqa: S308
            short_code=grouped(case.mediation_code.short),
        )

    def receipt_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer the receipt of the application as a PDF."""
        case = self._case(request, pk)
        return _file(
            receipt_pdf(receipts.receipt_data(case)), "application/pdf", f"{case.number}.pdf"
        )

    def agreement_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer the agreement's PDF as it was stored when it took effect."""
        case = self._case(request, pk)
        agreement = case.agreements.filter(state=Agreement.State.EFFECTIVE).first()
        if agreement is None or not agreement.document:
            raise Http404
        note_read(case, reader=staff_of(request))
        with agreement.document.open("rb") as stored:
            return _file(stored.read(), "application/pdf", f"{case.number}-agreement.pdf")

    def file_view(self, request: HttpRequest, pk: int, file: int) -> HttpResponse:
        """Answer one paper of the case as a download that no browser runs."""
        case = self._case(request, pk)
        paper = case.files.filter(pk=file).first()
        if paper is None:
            raise Http404
        note_read(case, reader=staff_of(request))
        with paper.stored.open("rb") as stored:
            response = _file(stored.read(), paper.content_type, paper.title, download=True)
        response["Content-Security-Policy"] = "sandbox; default-src 'none'"
        return response

    def litigate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hand a failed case over to litigation filing (转立案)."""
        case = self._case(request, pk)
        page = HttpResponseRedirect(reverse("admin:cases_case_change", args=[case.pk]))
        if request.method != "POST":
            return page
        try:
            judicial.litigate(case, actor=staff_of(request))
        except CaseError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.message_user(request, gettext("已转立案，当事人会收到通知"), messages.SUCCESS)
        return page

    def _case(self, request: HttpRequest, pk: str | int) -> Case:
        if not self.has_view_permission(request):
            raise PermissionDenied
        case: Case | None = self.get_object(request, str(pk))
        if case is None:
            raise Http404
        return case

    def _page(
        self, request: HttpRequest, template: str, title: str, **context: Any
    ) -> TemplateResponse:
        form = context.get("form")
        refused = bool(form is not None and form.is_bound)
        shared = {"opts": self.opts, "title": title, **self.admin_site.each_context(request)}
        return TemplateResponse(
            request,
            f"admin/cases/case/{template}",
            {**shared, **context},
            status=422 if refused else 200,
        )


def _file(data: bytes, content_type: str, name: str, *, download: bool = False) -> HttpResponse:
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(download, name) or "inline"
    response["Cache-Control"] = "no-store"
    return response
