"""Reads a question: which topics it is about, how sure that is, and what else shows.

Pure: no database, no settings, no clock, no network. `training.train` makes a `Trained` from topics and examples,
`encoders.load_encoders` finds what this machine can run, and `reader.Reader` reads with both.
"""
