from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.models.reference import CaseType


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
