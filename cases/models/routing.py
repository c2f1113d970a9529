from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case, RefuseReason
from cases.models.reference import CaseType
from cases.models.rulebook import RuleBook
from mediators.models import Body, Mediator, Tier


class Classification(models.Model):
    """What the keywords said of a case, under which rule book: kept as it was decided."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="classifications")
    rule_book = models.ForeignKey(RuleBook, models.PROTECT)
    ranked = models.JSONField(_("排序和关键词"))
    decision = models.CharField(_("结论"), max_length=14)
    confidence = models.FloatField(_("把握"), null=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = _("分类结论")
        ordering = ["-id"]
        indexes = [models.Index(fields=["decision", "at"], name="classification_by_time")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.decision}"


class TypeDecision(models.Model):
    """The case type that a person decided on: a labelled example to learn from.

    Without a case type the person found nothing to mediate. `agrees` says whether the first guess
    of the keywords was the same.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="type_decisions")
    classification = models.ForeignKey(Classification, models.PROTECT, null=True)
    case_type = models.ForeignKey(CaseType, models.PROTECT, null=True)
    agrees = models.BooleanField(_("和关键词一致"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = _("人定的案由")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.case_type_id}"


class TypePause(models.Model):
    """Automatic routing of a case type, stopped because people corrected too much of it.

    It holds until a person resumes it; meanwhile such cases wait for the dispatcher.
    """

    case_type = models.ForeignKey(
        CaseType, models.PROTECT, related_name="pauses", verbose_name=_("案由")
    )
    since = models.DateTimeField(_("暂停时间"), default=timezone.now)
    judged = models.PositiveIntegerField(_("最近自动分流"))
    corrected = models.PositiveIntegerField(_("其中被人改正"))
    resumed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    resumed_at = models.DateTimeField(_("恢复时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("暂停自动分流")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case_type"],
                condition=models.Q(resumed_at=None),
                name="one_open_pause_a_type",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_type} {self.since:%Y-%m-%d}"


class Assignment(models.Model):
    """A case given to a body: when, in which layer, by when it must answer, what it answered.

    `explanation` says how the rules chose: which bodies were considered and why each was passed
    over (`routing.choose`). Where a person chose, it says what the rules said at that moment.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("等接案")
        ACCEPTED = "accepted", _("已接案")
        REFUSED = "refused", _("不接")
        LAPSED = "lapsed", _("超时未响应")
        TAKEN_BACK = "taken_back", _("已收回")
        RECALLED = "recalled", _("派出后收回")
        HANDED_UP = "handed_up", _("已交给上一级")

    case = models.ForeignKey(Case, models.PROTECT, related_name="assignments")
    body = models.ForeignKey(Body, models.PROTECT, related_name="assignments")
    mediator = models.ForeignKey(Mediator, models.PROTECT, null=True, related_name="assignments")
    tier = models.CharField(_("层级"), max_length=12, choices=Tier.choices, blank=True)
    reason = models.CharField(_("为什么派给它"), max_length=200, blank=True)
    explanation = models.JSONField(_("怎么选的"), default=dict)
    at = models.DateTimeField(default=timezone.now)
    respond_by = models.DateField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.WAITING)
    refuse_reason = models.CharField(max_length=10, choices=RefuseReason.choices, blank=True)
    note = models.CharField(max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("派案")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(outcome__in=["waiting", "accepted"]),
                name="one_open_assignment_a_case",
            )
        ]
        indexes = [models.Index(fields=["body", "at"], name="assignment_of_late")]

    def __str__(self) -> str:
        return f"{self.case_id} → {self.body_id} {self.outcome}"


class Recusal(models.Model):
    """A mediator who is not to have a case: asked for by a party, or for a relation (回避).

    A party's wish for another mediator needs no reason and no ruling (在线调解规则 14); a claim of
    a relation is ruled on by the body's lead or the centre (特邀调解规定 15).
    """

    class Reason(models.TextChoices):
        WISH = "wish", _("想换一位调解员")
        RELATIVE = "relative", _("是一方的近亲属")
        INTEREST = "interest", _("和纠纷有利害关系")
        OTHER = "other", _("有其他可能影响公正的关系")
        EARLIER_ROLE = "earlier_role", _("在本案里担任过其他角色")

    class State(models.TextChoices):
        ASKED = "asked", _("待决定")
        GRANTED = "granted", _("同意回避")
        REFUSED = "refused", _("不同意回避")

    case = models.ForeignKey(Case, models.PROTECT, related_name="recusals")
    mediator = models.ForeignKey(Mediator, models.PROTECT, related_name="recusals")
    party = models.ForeignKey("cases.Party", models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("理由"), max_length=14, choices=Reason.choices)
    note = models.CharField(_("说明"), max_length=500, blank=True)
    asked_at = models.DateTimeField(_("提出时间"), default=timezone.now)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    ruled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    ruled_at = models.DateTimeField(null=True)
    ruling = models.CharField(_("决定的理由"), max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("回避")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.case_id} ✕ {self.mediator_id} {self.state}"


class FeeOffer(models.Model):
    """A body that charges, offered to the parties with its prices (商事调解条例 16).

    The case goes there only when every party has agreed to the price list as shown.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="fee_offers")
    body = models.ForeignKey(Body, models.PROTECT, related_name="+")
    price_list = models.CharField(_("收费说明"), max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("收费调解征求意见")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(closed_at=None),
                name="one_open_fee_offer_a_case",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} → {self.body_id}"


class FeeAnswer(models.Model):
    """What a party said to a price list."""

    offer = models.ForeignKey(FeeOffer, models.PROTECT, related_name="answers")
    party = models.ForeignKey("cases.Party", models.PROTECT, related_name="fee_answers")
    agrees = models.BooleanField(_("同意"))
    means = models.CharField(_("方式"), max_length=20)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offer", "party"], name="one_answer_a_party_and_offer")
        ]

    def __str__(self) -> str:
        return f"{self.offer_id} {self.party_id} {self.agrees}"
