"""The same files in a bucket: asked of a real server that speaks S3, on this machine."""

from collections.abc import Iterator
from datetime import timedelta

import boto3
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from moto.server import ThreadedMotoServer

from sessions_app.conversation.files import remove_file, sweep_orphans
from tests.mentors.pictures import picture
from tests.sessions_app.conversation.test_files import add, address_of, upload

pytestmark = pytest.mark.django_db
BUCKET = "shared-files"


@pytest.fixture
def bucket(settings) -> Iterator:
    """Keys and size of what lies in the bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    options = {
        "bucket_name": BUCKET,
        "endpoint_url": f"http://{host}:{port}",
        "region_name": "us-east-1",
        "access_key": "local",
        "secret_key": "local",
        "file_overwrite": False,
    }
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    }
    client = boto3.client(
        "s3",
        endpoint_url=options["endpoint_url"],
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    client.create_bucket(Bucket=BUCKET)
    yield lambda: {row["Key"] for row in client.list_objects_v2(Bucket=BUCKET).get("Contents", [])}
    server.stop()


def test_files_live_in_the_bucket_and_leave_it(booking, bob, bucket, client_for, django_capture_on_commit_callbacks):
    client, content = client_for(bob), upload("shot.png", picture(format="PNG")).content
    file = add(booking, bob, "shot.png", picture(format="PNG"))
    assert bucket() == set(file.stored)

    answer = client.get(address_of(file))
    small = client.get(address_of(file, "small/"))
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, content)
    assert answer["Content-Disposition"] == 'attachment; filename="shot.png"'
    assert b"".join(small.streaming_content)[8:12] == b"WEBP"

    default_storage.save("files/lost", ContentFile(b"x"))
    assert sweep_orphans(now=timezone.now()) == 0
    assert sweep_orphans(now=timezone.now() + timedelta(hours=2)) == 1
    assert bucket() == set(file.stored)

    with django_capture_on_commit_callbacks(execute=True):
        remove_file(file=file, by=bob)
    assert bucket() == set()

    file.content.name = "files/gone"
    file.save(force_insert=True)
    assert client.get(address_of(file)).status_code == 404
