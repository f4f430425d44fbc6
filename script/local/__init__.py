"""What script/server, script/test and script/manage share: everything from a Python 3.11 and nothing else."""

# This file alone must be readable by an older Python: it looks for a newer one, or says what is missing.
import os
import shutil
import sys

if sys.version_info < (3, 11):
    for name in ("python3.11", "python3.12", "python3.13", "python3.14"):
        if shutil.which(name):
            os.execvp(name, [name, *sys.argv])
    sys.exit("Python 3.11 or newer is needed; this one is {}.{}.".format(*sys.version_info[:2]))
