"""不是这一类: the applicant says that a case goes under a wrong type, with one tap."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.errors import CaseError
from cases.models import CaseType, Party
from cases.routing import said
from cases.web.guesses import guess_of
from cases.web.party import for_party
from cases.web.type_guess import OFFERED, UNSURE


@for_party
def case_type(request: HttpRequest, party: Party) -> HttpResponse:
    """Show what the case is taken for, or take what the applicant says; nothing is typed again."""
    token = party.case.mediation_code.token
    types = {one.key: one for one in CaseType.objects.all()}
    key = request.POST.get("type", "")
    if request.method == "POST" and (key == UNSURE or key in types):
        try:
            said.say_type(party, case_type=types.get(key))
        except CaseError as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, _("记下了。分流员会重新看，您写过的不用再填。"))
        return redirect("party-case", token)
    context = {"party": party, "case": party.case, "token": token, **_types(party, types)}
    return render(request, "party/type.html", context, status=422 if request.POST else 200)


def _types(party: Party, types: dict[str, CaseType]) -> dict[str, Any]:
    """The type that the case goes under, or is taken for, and the next likely ones."""
    case = party.case
    likely = [one.case_type for one in guess_of(case, types).ranked if one.case_type][:OFFERED]
    now = case.case_type or next(iter(likely), None)
    return {
        "may_say": said.may_say(party),
        "now": now,
        "likely": [one for one in likely if one != now],
        "types": list(types.values()),
    }
