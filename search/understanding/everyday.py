"""English words that say nothing about a subject: a phrase needs two others to be more than one everyday word."""

EVERYDAY = frozenset(
    """
    a about after again all also always am an and another any anybody anyone anything are around as asked ask asking at
    away back be because been before being between both but by came can cannot come coming could did do does doing done
    don down each either else ever every everybody everyone everything few first for from gave get gets getting give go
    goes going gone good got had has have having he her here hers him his how i if in into is it its itself just keep
    kept know last least less let like made make making many may me might mine more most much must my myself need
    needed needs never new next no nobody none nor not nothing now of off on once one only onto or other others our
    ours out over own put quite rather really right s said same say saying see she should since so some somebody
    someone something soon still such t take taken taking than that the their theirs them then there these they thing
    things this those though through to too took tried try trying under until up upon us use very want wanted wants was
    way we well went were what when where whether which while who whom whose why will with without would yes yet you
    your yours
    """.split()
)
