"""What a partner system sends to file a dispute, and the receipt it gets."""

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import serializers

from cases.faces import face_of
from cases.filing import LONGEST, MOST_PARTIES, SHORTEST, Dispute, Person, Receipt
from cases.lifecycle import Action, offered_actions
from cases.models import Case, ChannelKey, Consent, Party
from mediators.models import Region

COURT_CHANNEL = "court"


def region_named(value: str) -> Region:
    """Return the region of this key or code. Raises ValidationError."""
    if region := Region.objects.filter(Q(key=value) | Q(code=value)).first():
        return region
    raise serializers.ValidationError(_("没有这个地区，请看 /api/v1/regions/"))


class PersonSerializer(serializers.Serializer[Person]):
    kind = serializers.ChoiceField(Party.Kind.choices, default=Party.Kind.PERSON)
    name = serializers.CharField(min_length=1, max_length=60)
    phone = serializers.CharField(max_length=30, required=False, allow_blank=True, default="")
    whereabouts = serializers.CharField(
        max_length=120,
        required=False,
        allow_blank=True,
        default="",
        help_text="Where the person can be found: shop, door, number plate.",
    )
    id_number = serializers.CharField(
        source="identity",
        max_length=30,
        required=False,
        allow_blank=True,
        default="",
        help_text=(
            "Number of the identity card, of a company the unified social credit code. Kept sealed,"
            " never sent back; it finds the same dispute filed by another channel."
        ),
    )


class ApplicantSerializer(PersonSerializer):
    phone = serializers.CharField(
        min_length=1, max_length=30, help_text="Mainland phone: the code and the messages go to it."
    )


class FilingSerializer(serializers.Serializer[Dispute]):
    """A dispute that a partner system files."""

    applicant = ApplicantSerializer()
    respondents = serializers.ListField(
        child=PersonSerializer(), min_length=1, max_length=MOST_PARTIES
    )
    description = serializers.CharField(min_length=SHORTEST, max_length=LONGEST)
    wish = serializers.ChoiceField(Case.Wish.choices, default=Case.Wish.OTHER)
    amount = serializers.DecimalField(
        max_digits=14,
        decimal_places=2,
        min_value=0,
        required=False,
        allow_null=True,
        default=None,
        help_text="In yuan.",
    )
    region = serializers.CharField(
        required=False,
        allow_null=True,
        default=None,
        max_length=60,
        help_text="Where it happened: key or code of /api/v1/regions/.",
    )
    place = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    channel = serializers.SlugField(
        required=False, help_text="The channel of the key; may be left out."
    )
    court_number = serializers.CharField(
        max_length=60,
        required=False,
        help_text="Number of a pre-litigation case (诉前调案号); court channel only.",
    )
    consents = serializers.ListField(
        child=serializers.ChoiceField(Consent.Purpose.choices),
        required=False,
        default=list,
        max_length=len(Consent.Purpose.choices),
        help_text="What the applicant has agreed to, as the partner system has recorded it.",
    )

    def validate_channel(self, value: str) -> str:
        """Refuse to file under a channel that is not the key's own."""
        if value != self._key.channel.key:
            raise serializers.ValidationError(
                _("这个密钥只能用渠道%(channel)s") % {"channel": self._key.channel.key}
            )
        return value

    def validate_region(self, value: str | None) -> Region | None:
        """Find the region that was named."""
        return None if value is None else region_named(value)

    def validate_court_number(self, value: str) -> str:
        """Only the court gives numbers of pre-litigation cases."""
        if self._key.channel.key != COURT_CHANNEL:
            raise serializers.ValidationError(_("只有诉调渠道可以填诉前调案号"))
        return value

    @property
    def _key(self) -> ChannelKey:
        key = self.context["request"].auth
        assert isinstance(key, ChannelKey)
        return key

    def dispute(self) -> Dispute:
        """Return what was sent in the form that the domain takes."""
        sent = dict(self.validated_data)
        number = sent.get("court_number")
        return Dispute(
            applicants=[Person(**sent.pop("applicant"))],
            respondents=[Person(**person) for person in sent.pop("respondents")],
            consents=list(dict.fromkeys(sent.pop("consents"))),
            channel=self._key.channel,
            track=Case.Track.COURT if number else Case.Track.CENTRE,
            means="api",
            **{name: value for name, value in sent.items() if name != "channel"},
        )


class ReceiptSerializer(serializers.Serializer[Receipt]):
    """The answer to a filing: the case as it was filed, the same however often it is asked for."""

    number = serializers.CharField(source="case.number")
    code = serializers.CharField(source="short_code", help_text="The mediation code (调解码).")
    status = serializers.SerializerMethodField()
    colour = serializers.SerializerMethodField()
    word = serializers.SerializerMethodField(help_text="The word on the code.")
    filed_at = serializers.DateTimeField(source="case.filed_at")
    case_url = serializers.SerializerMethodField(help_text="The public page that the QR opens.")
    qr_url = serializers.SerializerMethodField(help_text="The code as a picture (PNG).")
    offered_actions = serializers.SerializerMethodField()

    def get_status(self, receipt: Receipt) -> Case.Status:
        return Case.Status.FILED

    def get_colour(self, receipt: Receipt) -> str:
        return face_of(Case.Status.FILED).colour

    def get_word(self, receipt: Receipt) -> str:
        return face_of(Case.Status.FILED).word

    def get_case_url(self, receipt: Receipt) -> str:
        return f"{settings.SITE_URL}{reverse('code', args=[receipt.token])}"

    def get_qr_url(self, receipt: Receipt) -> str:
        return f"{settings.SITE_URL}{reverse('code-png', args=[receipt.token])}"

    def get_offered_actions(self, receipt: Receipt) -> list[Action]:
        return offered_actions(receipt.case, self.context["request"].user)
