"""The code of the release before this one, from the history: what people still run while they install a new one.

`.ci/release-before` names its commit. Until there are releases it is one before several migrations; from the first on,
who makes a release writes the commit of the one before.
"""

import subprocess
from pathlib import Path

from local.places import RELEASE_BEFORE, ROOT, has_commit

MISSING = f"""The commit {RELEASE_BEFORE} isn't in this checkout: its history is cut off.
Get it by: git fetch --depth 1 origin {RELEASE_BEFORE}"""


def unpack_release(folder: Path) -> Path:
    folder.mkdir()
    if not has_commit(RELEASE_BEFORE):
        raise AssertionError(MISSING)
    with subprocess.Popen(["git", "archive", RELEASE_BEFORE], cwd=ROOT, stdout=subprocess.PIPE) as archive:
        subprocess.run(["tar", "-x", "-C", str(folder)], stdin=archive.stdout, check=True)
    if archive.returncode:
        raise AssertionError(f"git archive ended with {archive.returncode}")
    return folder


def last_migrations(folder: Path) -> dict[str, str]:
    """Of each app of ours in that code."""
    files = sorted(folder.glob("*/migrations/[0-9]*.py"))
    return {file.parent.parent.name: file.stem for file in files}
