"""What is found out about an installation, and how it is asked."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """`WARNING`: it works, but not as well or as safely as it could."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` is for programs, such as `redis`; `said` is what was found, and `do` what to do about it, if anything."""

    code: str
    verdict: Verdict
    said: str
    do: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing to look at. `needs` is the code of a probe without whose good answer this one is left out."""

    code: str
    look: Callable[[], Iterable[Finding]]
    needs: str = ""


def good(code: str, said: str) -> Finding:
    return Finding(code, Verdict.GOOD, said)


def warning(code: str, said: str, do: str) -> Finding:
    return Finding(code, Verdict.WARNING, said, do)


def bad(code: str, said: str, do: str) -> Finding:
    return Finding(code, Verdict.BAD, said, do)


def run_probes(probes: Iterable[Probe]) -> Iterator[Finding]:
    """Each finding as soon as it is known. What a probe raises is a finding too."""
    failed: set[str] = set()
    for probe in probes:
        if probe.needs in failed:
            failed.add(probe.code)
            continue
        try:
            for finding in probe.look():
                if finding.verdict == Verdict.BAD:
                    failed.add(probe.code)
                yield finding
        except Exception as error:
            failed.add(probe.code)
            yield bad(
                probe.code, f"looking at it failed: {type(error).__name__}: {error}", "Mend this, then ask again."
            )
