"""What tests of the court's admin share: the form as a clerk fills it in, addresses of pages."""

from django.urls import reverse

from cases.models import Case
from tests import factories

LIST = "/admin/cases/case/"
ADD = "/admin/cases/case/add/"
NUMBER = "（2026）浙0108诉前调123号"


def typed(**changes: str) -> dict[str, str]:
    """Return the registration form as a clerk fills it in."""
    values = {
        "court_number": NUMBER,
        "applicant_name": "王小明",
        "applicant_kind": "person",
        "applicant_phone": factories.new_phone(),
        "applicant_identity": "",
        "respondent1_name": "某某物业公司",
        "respondent1_kind": "company",
        "respondent1_phone": "",
        "respondent1_identity": "",
        "respondent2_name": "",
        "respondent2_kind": "person",
        "respondent2_phone": "",
        "respondent2_identity": "",
        "respondent3_name": "",
        "respondent3_kind": "person",
        "respondent3_phone": "",
        "respondent3_identity": "",
        "description": "物业公司不修电梯，要求退还物业费2000元。",
        "wish": "money",
        "amount": "2000",
        "region": "",
        "consents": "on",
    }
    return {**values, **changes}


def of_case(name: str, case: Case) -> str:
    return reverse(f"admin:cases_case_{name}", args=[case.pk])


def of_confirmation(case: Case) -> str:
    confirmation = case.confirmations.get()
    return reverse("admin:cases_confirmation_change", args=[confirmation.pk])
