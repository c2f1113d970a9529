"""What the pages of rule books share: who may, the frame, and doing one thing with its words."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext

from cases.errors import CaseError, NoRuleBook
from cases.models import RuleBook
from cases.routing import rulebook
from cases.routing.drafting import Edited
from mediators.admin.base import HouseAdmin


class RuleBookPages(HouseAdmin):
    """The frame around every page of a book, open to whoever keeps rule books."""

    def page(
        self,
        request: HttpRequest,
        template: str,
        title: str,
        book: RuleBook | None = None,
        **context: Any,
    ) -> TemplateResponse:
        form = context.get("form")
        refused = bool(form is not None and form.is_bound and form.errors)
        shared = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "book": book,
            "may_edit": self.has_change_permission(request),
        }
        if book:
            shared |= {"is_draft": rulebook.is_draft(book), "in_force": in_force_or_none()}
        return TemplateResponse(
            request,
            f"admin/cases/rulebook/{template}",
            {**shared, **context},
            status=422 if refused else 200,
        )

    def book(self, request: HttpRequest, pk: int | str, *, to_change: bool = False) -> RuleBook:
        """Return a book for somebody who may see books, or change them; 403 and 404 otherwise."""
        may = self.has_change_permission if to_change else self.has_view_permission
        if not may(request):
            raise PermissionDenied
        found: RuleBook | None = self.get_object(request, str(pk))
        if found is None:
            raise Http404
        return found

    def carry_out(self, request: HttpRequest, call: Callable[[], str]) -> bool:
        """Do one thing and say what came of it; what a rule refuses is told in its words."""
        try:
            told = call()
        except CaseError as error:
            self.message_user(request, str(error), messages.ERROR)
            return False
        self.message_user(request, told, messages.SUCCESS)
        return True


def in_force_or_none() -> RuleBook | None:
    """Return the book in force; None before the first one was loaded."""
    try:
        return rulebook.in_force()
    except NoRuleBook:
        return None


def address(name: str, book: RuleBook) -> str:
    """Return the address of one of a book's pages."""
    return reverse(f"admin:cases_rulebook_{name}", args=[book.pk])


def to(name: str, book: RuleBook) -> HttpResponseRedirect:
    """Send the browser to one of a book's pages."""
    return HttpResponseRedirect(address(name, book))


def in_words(edited: Edited) -> str:
    """Return what an edit did: 增加3个、删除1个、改分量2个."""
    if not edited.total:
        return gettext("没有变化")
    parts = [
        (edited.added, gettext("增加%(n)d个")),
        (edited.removed, gettext("删除%(n)d个")),
        (edited.reweighed, gettext("改分量%(n)d个")),
    ]
    return gettext("、").join(words % {"n": n} for n, words in parts if n)
