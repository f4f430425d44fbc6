"""The kinds of notices about programmes.

All but announcements always come: each asks for something, or changes what one may. That another manager has applied a
list does neither, so it is a line of the inbox alone.
"""

from notifications.registry import Kind

from . import notices
from .models import Membership
from .words.notices import KINDS as ANNOUNCEMENTS

KINDS = [
    *ANNOUNCEMENTS,
    *(
        Kind(
            news,
            notices.MEMBERSHIP,
            notices.render_membership_email,
            notices.membership_lines,
            model=Membership,
            passing=news == notices.News.ASKED,
        )
        for news in notices.News
    ),
    *(
        Kind(kind, notices.MANAGER, notices.render_manager_email, notices.manager_lines)
        for kind in (notices.MANAGER_NAMED, notices.MANAGER_ENDED)
    ),
    Kind(notices.LIST_APPLIED, notices.LIST, None, notices.list_lines),
]
