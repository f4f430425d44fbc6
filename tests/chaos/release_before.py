"""The code of the release before this one, from the history: what people still run while they install a new one.

`.ci/release-before` names its commit. Until there are releases it is one before several migrations; from the first on,
whoever makes a release writes the commit of the one before.
"""

import subprocess
from pathlib import Path

from local.places import ROOT

COMMIT = (ROOT / ".ci" / "release-before").read_text().strip()
MISSING = f"""The commit {COMMIT} isn't in this checkout: its history is cut off.
Get it by: git fetch --depth 1 origin {COMMIT}"""


def unpack_release(folder: Path) -> Path:
    folder.mkdir()
    there = ["git", "cat-file", "-e", f"{COMMIT}^{{commit}}"]
    if subprocess.run(there, cwd=ROOT, capture_output=True).returncode:
        raise AssertionError(MISSING)
    with subprocess.Popen(["git", "archive", COMMIT], cwd=ROOT, stdout=subprocess.PIPE) as archive:
        subprocess.run(["tar", "-x", "-C", str(folder)], stdin=archive.stdout, check=True)
    if archive.returncode:
        raise AssertionError(f"git archive ended with {archive.returncode}")
    return folder


def last_migrations(folder: Path) -> dict[str, str]:
    """Of each app of ours in that code."""
    files = sorted(folder.glob("*/migrations/[0-9]*.py"))
    return {file.parent.parent.name: file.stem for file in files}
