"""Which process loads what: the solver stays in workers, and a worker without it still plans."""

import subprocess
import sys

FOR_THE_WEB = ("checking", "fill", "problem", "proof", "reasons", "rounds", "tables")
LOADED = """
import sys
for name in {names}:
    __import__("events.scheduling." + name)
print(sorted(set(sys.modules) & {{"highspy", "numpy", "django"}}))
"""
WITHOUT_SOLVER = """
import sys
sys.modules["highspy"] = None
from events.scheduling.planner import propose
from tests.events.scheduling.worlds import simple_world
plan = propose(simple_world(5, 3, 3))
print(plan.proof.why_not.value, len(plan.meetings))
"""


def run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_what_web_pages_call_loads_no_solver():
    assert run(LOADED.format(names=FOR_THE_WEB)) == "[]"


def test_the_planner_loads_it():
    assert run(LOADED.format(names=("planner",))) == "['highspy', 'numpy']"


def test_where_the_solver_is_not_installed_there_are_plans_that_are_not_proven():
    assert run(WITHOUT_SOLVER) == "no_solver 9"
