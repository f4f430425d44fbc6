"""Reads a question: which topics it is about, how sure that is, and what else shows.

Pure: no database, no settings, no clock, no network. `training.train` makes a `Trained` from topics and examples,
`encoders.load_encoders` finds what this machine can run, and `reader.Reader` reads with both.
"""

import os

# NumPy reads this when it is loaded, which nothing here does earlier. With a thread for each core, those that wait for
# their turn spin: on a busy server a question then takes ten times the CPU.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# onnxruntime reports to its makers from release 1.29 on. We install an earlier one, but
# another may be there.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
