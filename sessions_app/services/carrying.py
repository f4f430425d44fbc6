"""What a mentee shared about a question goes along when somebody else is asked the same."""

from datetime import datetime

from accounts.models import User
from sessions_app.models import Engagement, Message, Seat, SharedFile


def carry_files(earlier: Engagement, engagement: Engagement, *, by: User, now: datetime) -> None:
    """Share `by`'s own files of `earlier` in `engagement` too: rows of their own that name the same bytes.

    The rows are locked, so that none of the bytes is removed before this is committed. No mail tells of them: the
    question that they belong to does.
    """
    carried = list(SharedFile.objects.filter(engagement=earlier, owner=by).select_for_update())
    for old in carried:
        file = SharedFile.objects.create(
            engagement=engagement,
            owner=by,
            name=old.name,
            kind=old.kind,
            size=old.size,
            content=old.content.name,
            preview=old.preview.name,
            added_at=now,
        )
        Message.objects.create(
            engagement=engagement,
            author=by,
            body=file.name,
            key=f"file-{file.uuid}",
            is_file=True,
            file=file,
            sent_at=now,
        )
    if carried:
        Seat.objects.get_or_create(engagement=engagement, person=engagement.other(by))
