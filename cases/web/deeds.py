"""One thing that staff do with a case: heading, form, and the one domain function behind it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from cases.errors import CaseError
from cases.models import Case
from cases.web.staff_forms import CaseForm
from mediators.errors import PeopleError
from mediators.models import User

Do = Callable[[Case, User, dict[str, Any]], object]


@dataclass(frozen=True)
class Deed:
    """What a page of one deed says and does; `do` takes the case, the person and the form."""

    heading: Any
    text: Any
    form: type[CaseForm]
    do: Do


def carry_out(
    request: HttpRequest, case: Case, user: User, deed: Deed, *, initial: dict[str, Any]
) -> CaseForm | None:
    """Do the deed when its form came in and is right; None when done, else the form to show.

    A rule's refusal stands on the form in the rule's own words, with what was typed kept.
    """
    form = deed.form(request.POST or None, request.FILES or None, initial=initial, case=case)
    if request.method != "POST" or not form.is_valid():
        return form
    try:
        deed.do(case, user, dict(form.cleaned_data))
    except (CaseError, PeopleError) as error:
        form.add_error(None, str(error))
        return form
    return None
