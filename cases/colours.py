"""The colours of the codes as data that people change: a status never stays without a colour."""

from django.db import transaction
from django.utils.translation import gettext as _

from cases.errors import CaseError
from cases.models import Case, CodeColour, ColourScheme
from mediators import audit, reference
from mediators.models import User


class ColourMissing(CaseError):
    """A scheme would leave a status without a colour, and its cases without a face."""

    code = "colour_missing"


@transaction.atomic
def switch(scheme: ColourScheme, *, by: User) -> ColourScheme:
    """Put a scheme in force in place of the one before. Raises ColourMissing."""
    schemes = {s.pk: s for s in ColourScheme.objects.select_for_update()}
    scheme = schemes[scheme.pk]
    refuse_gaps(list(scheme.colours.all()))
    # The old one first: the database holds that never two are in force.
    for old in schemes.values():
        if old.is_active and old.pk != scheme.pk:
            _set(old, False, by)
    _set(scheme, True, by)
    audit.note("colours.switched", actor=by, capacity="admin", scheme=scheme.key)
    return scheme


@transaction.atomic
def repaint(colour: CodeColour, *, by: User) -> CodeColour:
    """Save a changed colour; the statuses it now names leave the other colours of its scheme.

    Raises ColourMissing when a status would be left without one.
    """
    others = list(
        CodeColour.objects.select_for_update().filter(scheme=colour.scheme).exclude(pk=colour.pk)
    )
    for other in others:
        other.faces = {s: said for s, said in other.faces.items() if s not in colour.faces}
    refuse_gaps([*others, colour])
    for each in [*others, colour]:
        reference.revise(each, by=by)
    return colour


def refuse_gaps(colours: list[CodeColour]) -> None:
    """Raise ColourMissing when these colours together do not show every status."""
    shown = {status for colour in colours for status in colour.faces}
    if missing := [str(s.label) for s in Case.Status if s not in shown]:
        raise ColourMissing(
            _("这些状态还没有颜色：%(statuses)s。先把它们放进一个颜色里")
            % {"statuses": _("、").join(missing)}
        )


def _set(scheme: ColourScheme, is_active: bool, by: User) -> None:
    scheme.is_active = is_active
    reference.revise(scheme, by=by)
