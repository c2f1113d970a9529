from django.urls import path, register_converter

from cases.web import (
    body_pages,
    bulk,
    citizen,
    code,
    dispatch,
    duplicates,
    load,
    party,
    party_choices,
    party_type,
    posters,
    workbench,
)


class CaseNumber:
    """2026-003417, as it stands in addresses."""

    regex = r"20[0-9]{2}-[0-9]{6,18}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(CaseNumber, "number")

urlpatterns = [
    # Filing: poster, steps, result
    path("", citizen.home, name="home"),
    path("privacy/", citizen.privacy, name="privacy"),
    path("accessibility/", citizen.accessibility, name="accessibility"),
    path("p/<slug:token>/", citizen.poster, name="poster"),
    path("file/", citizen.start, name="file-start"),
    path("file/resume/", citizen.resume, name="file-resume"),
    path("file/later/", citizen.later, name="file-later"),
    path("file/done/", citizen.done, name="file-done"),
    path("file/receipt.pdf", citizen.receipt, name="file-receipt"),
    path("file/code/", citizen.send_code, name="file-code"),
    path("file/type/", citizen.choose_type, name="file-type"),
    path("file/photo/<int:pk>/remove/", citizen.remove_photo, name="file-photo-remove"),
    path(
        "file/respondent/<int:place>/remove/",
        citizen.remove_respondent,
        name="file-respondent-remove",
    ),
    path("file/<slug:step>/", citizen.step, name="file-step"),
    # The code: what everybody may see
    path("c/", code.find, name="code-find"),
    path("c/<slug:token>/", code.show, name="code"),
    path("c/<slug:token>/code.svg", code.svg, name="code-svg"),
    path("c/<slug:token>/code.png", code.png, name="code-png"),
    # A party's own pages
    path("j/<slug:link>/", party.invitation, name="invitation"),
    path("c/<slug:token>/enter/", party.enter, name="party-enter"),
    path("c/<slug:token>/leave/", party.leave, name="party-leave"),
    path("c/<slug:token>/my/", party.case, name="party-case"),
    path("c/<slug:token>/my/answer/", party.answer, name="party-answer"),
    path("c/<slug:token>/my/goes-on/", party.goes_on, name="party-goes-on"),
    path("c/<slug:token>/my/type/", party_type.case_type, name="party-type"),
    path("c/<slug:token>/my/mediator/", party_choices.another, name="party-mediator"),
    path("c/<slug:token>/my/relation/", party_choices.disclosed, name="party-relation"),
    path("c/<slug:token>/my/fees/", party_choices.fees, name="party-fees"),
    path("c/<slug:token>/my/withdraw/", party.withdraw, name="party-withdraw"),
    path("c/<slug:token>/my/files/", party.files, name="party-files"),
    path("c/<slug:token>/my/files/<int:pk>/", party.file, name="party-file"),
    path("c/<slug:token>/my/sign/", party.sign, name="party-sign"),
    path("c/<slug:token>/my/agreement.pdf", party.agreement, name="party-agreement"),
    path("c/<slug:token>/my/receipt.pdf", party.receipt, name="party-receipt"),
    path("c/<slug:token>/my/confirm/", party.confirm, name="party-confirm"),
    # The mediator's workbench
    path("workbench/", workbench.inbox, name="workbench"),
    path("workbench/unanswered/", body_pages.unanswered, name="workbench-unanswered"),
    path("workbench/handover/", body_pages.hand_over, name="workbench-handover"),
    path("workbench/<number:number>/", workbench.case, name="workbench-case"),
    path("workbench/<number:number>/agreement/", workbench.agreement, name="workbench-agreement"),
    path(
        "workbench/<number:number>/agreement.pdf",
        workbench.agreement_pdf,
        name="workbench-agreement-pdf",
    ),
    path("workbench/<number:number>/files/<int:pk>/", workbench.file, name="workbench-file"),
    path(
        "workbench/<number:number>/session/<int:pk>/", workbench.session, name="workbench-session"
    ),
    path("workbench/<number:number>/<slug:deed>/", workbench.act, name="workbench-act"),
    # The dispatcher's desk
    path("dispatch/", dispatch.desk, name="dispatch"),
    path("dispatch/duplicates/", duplicates.duplicate_list, name="duplicates"),
    path("dispatch/duplicates/<int:pk>/", duplicates.duplicate_pair, name="duplicate-pair"),
    path("dispatch/duplicates/<int:pk>/unmerge/", duplicates.unmerge, name="duplicate-unmerge"),
    path("dispatch/bulk/", bulk.confirm, name="dispatch-bulk"),
    path("dispatch/bulk/send/", bulk.send, name="dispatch-bulk-send"),
    path("dispatch/sent/", bulk.sent, name="dispatch-sent"),
    path("dispatch/take-back/", bulk.take_back, name="dispatch-take-back"),
    path("dispatch/load/", load.bodies, name="dispatch-load"),
    path("dispatch/load/<int:pk>/", load.body, name="dispatch-body"),
    path("dispatch/load/<int:pk>/hand-over/", load.hand_over, name="dispatch-hand-over"),
    path("dispatch/<number:number>/", dispatch.case, name="dispatch-case"),
    path("dispatch/<number:number>/<slug:deed>/", dispatch.act, name="dispatch-act"),
    path("posters/", posters.posters, name="posters"),
    path("posters/<slug:token>.pdf", posters.poster_pdf, name="poster-pdf"),
]
