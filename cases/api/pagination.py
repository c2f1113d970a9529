"""Lists of cases, page by page, without counting them all."""

from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

LARGEST_ID_DIGITS = 18


class NewestFirst(CursorPagination):
    """Newest first, 50 a page; what is filed meanwhile shifts nobody's page."""

    ordering = "-id"
    page_size = 50

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Return where the page begins. Raises NotFound for a cursor that is not ours."""
        cursor = super().decode_cursor(request)
        if cursor and cursor.position is not None and not _is_id(str(cursor.position)):
            raise NotFound(self.invalid_cursor_message)
        return cursor


def _is_id(position: str) -> bool:
    return position.isascii() and position.isdigit() and len(position) <= LARGEST_ID_DIGITS
