"""Where things are."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = str(VENV / "bin" / "python")


def data_dir() -> Path:
    """Everything that the product writes on this machine: servers, mail, media, logs, the secret key."""
    return Path(os.environ.get("DATA_DIR") or ROOT / "var").expanduser().absolute()
