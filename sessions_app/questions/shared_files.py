"""What a mentee shared about a question goes along when someone else is asked the same."""

from datetime import datetime

from accounts.models import User
from live.hints import tell_pages
from live.streams import Part
from sessions_app.models import Engagement, Message, ReadMarker, SharedFile


def carry_files(earlier: Engagement, engagement: Engagement, *, by: User, now: datetime) -> None:
    """Share `by`'s own files of `earlier` in the new `engagement` too, as rows that name the same stored bytes.

    The rows are locked, so that the bytes can't be removed before this is committed. There is no notice about them: the
    one about the question mentions them.
    """
    carried = list(earlier.files.to_carry(by.pk).select_for_update(of=("self",)))
    told = [share_again(old, engagement, by=by, now=now) for old in carried]
    if told:
        ReadMarker.objects.create(engagement=engagement, person=engagement.other_person(by), read_to=told[-1].pk)


def share_again(old: SharedFile, engagement: Engagement, *, by: User, now: datetime) -> Message:
    file = SharedFile.objects.create(
        engagement=engagement,
        owner=by,
        name=old.name,
        kind=old.kind,
        size=old.size,
        content=old.content.name,
        preview=old.preview.name,
        added_at=now,
        scan=old.scan,
        scan_since=old.scan_since,
    )
    tell_pages(Part.MESSAGES, engagement.stream)
    return Message.objects.create(
        engagement=engagement, author=by, body=file.name, key=f"file-{file.uuid}", is_file=True, file=file, sent_at=now
    )
