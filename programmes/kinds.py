"""The kinds of notices about programmes.

All but announcements always come: each asks for something, or changes what one may.
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
]
