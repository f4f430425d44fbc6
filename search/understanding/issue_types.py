"""What kind of help a question asks for, from its words: "mock" is practice, "read my" is feedback on work.

The values are those of `mentors.models.IssueType`, kept as plain strings so that nothing here needs a database.
"""

from collections.abc import Mapping

from common.texts import fold

from .forms import compile_forms

CAREER, SKILL, FEEDBACK, DECISION, INTERVIEW, OTHER = "career", "skill", "feedback", "decision", "interview", "other"
WORK = (
    "(cv|resume|cover ?letter|letter|portfolio|deck|slides?|presentation|code|essay|statement|thesis|paper|abstract"
    "|report"
    "|proposal|application|profile|draft|design|plan|pitch|text|website|page|script|speech|email|e-mail|article"
    "|summary"
    "|lebenslauf|anschreiben|bewerbung|mappe|prasentation|folien|arbeit|entwurf|bericht"
    "|curriculum|carta|presentacion|portafolio|tesis|informe|borrador|propuesta"
    "|lettre|dossier|presentation|memoire|rapport|brouillon|projet)"
)
# In this order: the first that fits is the answer.
FORMS: Mapping[str, tuple[str, ...]] = {
    INTERVIEW: (
        r"mock( \w+)?",
        r"(practi[cs]e|rehearse|role ?play|dry run|trial run|run through)( \w+){0,4} (interview|case|answers?"
        r"|questions?|panel|round|screen)",
        r"interview (practice|prep|preparation|training|coaching|tomorrow|next week|coming up|on \w+day|questions?)",
        r"(practice|coding|technical|panel|case|competency|behaviou?ral|final|second|phone) (interview|screen"
        r"|round)s?",
        r"(have|got|had|an?|my|the|next|first) (\w+ )?interview(?! (questions?|guide|notes)| with (users?"
        r"|customers?))",
        r"(vorstellungsgesprache?s?|bewerbungsgesprache?s?|probeinterview)",
        r"entrevista( de trabajo)?",
        r"entretien( d'embauche)?",
        r"(مقابله|المقابله)",
    ),
    FEEDBACK: (
        rf"(read|review|check|look (at|over|through)|go (over|through)|critique|proofread|fix|roast|rate|edit"
        rf"|shorten|improve|feedback on"
        rf"|comments on|opinions? on|thoughts on|second pair of eyes on)( (through|over))? (my|our|this|these|the"
        rf"|one|a|his|her) (\w+ ){{0,3}}{WORK}s?",
        r"(feedback|critique|comments|honest opinion|second opinion|second pair of eyes) (on|for|about|please"
        r"|wanted|needed)",
        r"(need|want|looking for|would like|get|some|honest) (\w+ )?(feedback|critique)",
        rf"(is|does|are) (my|our|this) (\w+ ){{0,2}}{WORK}s? (too|ok|okay|good|clear|fine|enough|any good|make|read"
        rf"|say|work)",
        rf"(lesen|anschauen|durchsehen|korrigieren|schau|feedback zu)( \w+){{0,3}} {WORK}",
        rf"{WORK} (\w+ ){{0,4}}(anschaun|anschauen|ansehen|durchlesen|korrigieren|gegenlesen|prufen)",
        rf"(revisar|leer|mirar|corregir|revisen|lean|echar un vistazo a) (\w+ ){{0,2}}{WORK}",
        rf"(relire|corriger|regarder|relisez|avis sur) (\w+ ){{0,2}}{WORK}",
        r"(راجع|مراجعه|اقرا|قراءه|رايكم في|رايك في)( \w+){0,2} (سيرتي|السيره|رسالتي|عرضي|بحثي|كودي|ملفي)",
    ),
    DECISION: (
        r"(?<!how )(?<!what )should (i|we|my \w+)",
        r"(stay or (go|leave)|take it or leave it|yes or no|left or right|now or later)",
        r"(is|would) it (\w+ )?(be )?(worth|wise|too (late|early|soon)|a mistake|stupid|crazy|mad)",
        r"(worth it|which (one|offer|job|of (the|these) two|option|university|course|master))",
        r"(decide|deciding|decision|choose|choosing|torn between|dilemma|crossroads?|cross roads)",
        r"\w+ (vs|versus)\.? \w+",
        r"(accept|take|turn down|decline|reject) (the|this|that|a|an|my|their) (\w+ )?(offer|job|counter-?offer"
        r"|position|role|post)",
        r"((?<!jetzt )soll(te)? (ich|wir)|entscheid(en|ung)|lohnt (es )?sich|kundigen oder|oder doch)",
        r"(deberia|debo|me conviene|vale la pena|decidir|decision|elegir|acepto|que hago|me quedo)",
        r"(dois-?je|devrais-?je|faut-?il|vaut-?il|decider|choisir|decision|accepter (l'|cette|une) ?offre|j'accepte"
        r"|que faire)",
        r"(هل (اقبل|اترك|يجب|انتقل|استقيل)|اختار|قرار|محتار|محتاره|ايهما)",
    ),
    CAREER: (
        r"(career|profession)s?( \w+)? (change|switch|move|path|advice|break|step|choice|coach)",
        r"(chang(e|ing)|switch(ing)?) (career|careers|field|fields|industry|profession)",
        r"(break|get|move|pivot|transition|go|come|switch) (back )?(in)?to (a |the |an )?(\w+ )?(industry|field"
        r"|tech|work|workforce|role|career)",
        r"(find|get|land|getting|finding|applying for|apply for) (a|an|my|any|the|some) (\w+ )?(first )?(job"
        r"|internship|position|role|apprenticeship)s?",
        r"(first job|entry[ -]level|graduate job|no call ?backs?)",
        r"(quereinstieg|umschulung|berufswechsel|wiedereinstieg|karriere|berufseinstieg|ausbildung(splatz)?"
        r"|bewerbungen)",
        r"(cambiar de (carrera|profesion|trabajo|sector)|primer (empleo|trabajo)|volver a trabajar|reconvertirme)",
        r"(reconversion|changer de (metier|voie|carriere)|premier (emploi|job)|reprendre le travail)",
        r"(تغيير (مجالي|المجال|مهنتي)|اول وظيفه|العوده الي العمل)",
    ),
}
COMPILED = tuple((kind, compile_forms(forms)) for kind, forms in FORMS.items())
EITHER_OR = compile_forms((r"\w+ (or|oder|ou|أو|o) \w+",))
HOW = compile_forms((r"(how|what|where|why|wie|was|como|que|comment)",))
SHORT = 60  # in a long question "or" joins anything


def read_issue_type(text: str) -> str | None:
    """The kind that the words show, or None where they show none. For text without its negated clauses."""
    folded = fold(text)
    for kind, forms in COMPILED:
        if forms.search(folded):
            return kind
        if (
            kind == FEEDBACK
            and len(folded) <= SHORT
            and not HOW.match(folded)
            and folded.rstrip().endswith("?")
            and EITHER_OR.search(folded)
        ):
            return DECISION
    return None
