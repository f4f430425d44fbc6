"""Tests may ask what the commands are made of: where things are, how servers are started."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "script"))
