"""Plans who meets whom in which round of an event, and proves that no plan is fairer.

Pure: no database, no settings, no clock. Callers say what they know in ids and facts.
"""
