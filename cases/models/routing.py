from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case, RefuseReason
from cases.models.reference import CaseType
from mediators.models import Body, Mediator, Tier


class RuleBook(models.Model):
    """One version of the keywords that route cases: a draft until it is published first.

    In force is the book of the newest publication. What was published never changes again;
    `settings` holds the calibration of its scores, `revision` counts the edits of the draft.
    """

    version = models.PositiveIntegerField(_("版本"), unique=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    based_on = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="drafts",
        verbose_name=_("从哪一版改来"),
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("起草人"),
    )
    created_at = models.DateTimeField(_("起草时间"), default=timezone.now, editable=False)
    settings = models.JSONField(_("参数"), default=dict, blank=True)
    revision = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = _("关键词规则")
        ordering = ["-version"]

    def __str__(self) -> str:
        return f"v{self.version}"


class Publication(models.Model):
    """A rule book put in force, for the first time or again (回退); the newest one counts."""

    rule_book = models.ForeignKey(
        RuleBook, models.PROTECT, related_name="publications", verbose_name=_("关键词规则")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("启用人")
    )
    at = models.DateTimeField(_("启用时间"), default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = _("规则启用记录")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.rule_book} {self.at:%Y-%m-%d %H:%M}"


class Keyword(models.Model):
    """A word that speaks for a case type, or against it when its weight is negative.

    Without a case type it speaks for there being nothing to mediate.
    """

    rule_book = models.ForeignKey(RuleBook, models.CASCADE, related_name="keywords")
    case_type = models.ForeignKey(
        CaseType,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="keywords",
        verbose_name=_("案由"),
    )
    word = models.CharField(_("关键词"), max_length=40)
    weight = models.FloatField(_("分量"), help_text=_("负数表示不像这一类"))

    class Meta:
        verbose_name = verbose_name_plural = _("关键词")
        constraints = [
            models.UniqueConstraint(
                fields=["rule_book", "case_type", "word"], name="one_weight_a_type_and_word"
            ),
            models.UniqueConstraint(
                fields=["rule_book", "word"],
                condition=models.Q(case_type=None),
                name="one_weight_a_word_for_nothing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.word} {self.weight:+g}"


class KeywordProposal(models.Model):
    """A change to a draft that was learned from labelled texts; a person takes it or not.

    `evidence` holds counts and the texts it fixes and breaks, by id, never by their words.
    """

    class Kind(models.TextChoices):
        ADD = "add", _("增加")
        REMOVE = "remove", _("删除")
        REWEIGH = "reweigh", _("改分量")

    class State(models.TextChoices):
        OPEN = "open", _("待定")
        ACCEPTED = "accepted", _("已采纳")
        DECLINED = "declined", _("不采纳")

    draft = models.ForeignKey(
        RuleBook, models.CASCADE, related_name="proposals", verbose_name=_("草稿")
    )
    kind = models.CharField(_("建议"), max_length=8, choices=Kind.choices)
    case_type = models.ForeignKey(
        CaseType, models.PROTECT, null=True, blank=True, verbose_name=_("案由")
    )
    word = models.CharField(_("关键词"), max_length=40)
    old_weight = models.FloatField(_("原分量"), null=True)
    new_weight = models.FloatField(_("新分量"), null=True)
    evidence = models.JSONField(_("依据"), default=dict)
    gain = models.IntegerField(_("改对减改错"), default=0)
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("关键词建议")
        ordering = ["-gain", "id"]
        indexes = [models.Index(fields=["draft", "state"], name="proposal_to_decide")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.word}"


class Replay(models.Model):
    """A draft run over past cases and a labelled file before it is published.

    `before` and `after` hold the figures of `measure.evaluate` on the labelled texts ("file") and
    on cases whose type a person decided ("cases"); the cases that would move are its `moves`.
    `revision` says which content of the draft was run, `reached` is the last case it looked at.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("等待")
        RUNNING = "running", _("进行中")
        DONE = "done", _("完成")
        FAILED = "failed", _("没有完成")

    draft = models.ForeignKey(
        RuleBook, models.CASCADE, related_name="replays", verbose_name=_("草稿")
    )
    against = models.ForeignKey(
        RuleBook, models.PROTECT, related_name="+", verbose_name=_("对比的版本")
    )
    revision = models.PositiveIntegerField(default=0, editable=False)
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.WAITING)
    reached = models.BigIntegerField(null=True, editable=False)
    file_name = models.CharField(_("标注文件"), max_length=120, blank=True)
    cases = models.PositiveIntegerField(_("看过的案件"), default=0)
    before = models.JSONField(_("现行版的成绩"), default=dict)
    after = models.JSONField(_("草稿的成绩"), default=dict)
    error = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("发起人")
    )
    at = models.DateTimeField(_("时间"), default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("规则重放")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.draft} / {self.against}"


class ReplayMove(models.Model):
    """A past case that the draft would judge otherwise; types and decisions by their keys."""

    replay = models.ForeignKey(Replay, models.CASCADE, related_name="moves")
    case = models.ForeignKey(Case, models.CASCADE, related_name="+")
    before = models.CharField(_("原来"), max_length=30, blank=True)
    after = models.CharField(_("以后"), max_length=30, blank=True)
    before_decision = models.CharField(max_length=14)
    after_decision = models.CharField(max_length=14)
    decided = models.CharField(_("人定的案由"), max_length=30, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.before} → {self.after}"


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
