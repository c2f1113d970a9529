"""What a reader's language changes beside the catalogue: names kept in two languages, and days."""

import datetime as dt

from django.utils import timezone
from django.utils.dateformat import format as in_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _


def named(name: str, name_en: str) -> str:
    """Return the name for the reader: the English one on English pages, where there is one."""
    english = (get_language() or "").startswith("en")
    return name_en if english and name_en else name


def day(date: dt.date) -> str:
    """Return a day without its year: 11月25日, Nov. 25."""
    return in_format(date, _("n月j日"))


def moment(at: dt.datetime) -> str:
    """Return a moment of this year on our clock: 11月25日 14:30, Nov. 25, 14:30."""
    return in_format(timezone.localtime(at), _("n月j日 H:i"))
