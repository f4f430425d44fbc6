"""Words of someone who may be in danger: of hurting themselves, or of being hurt by others.

A false alarm costs as much as a miss: a page that answers "this deadline is killing me" with a helpline is not taken
seriously the next time. So these are forms in which people say it of themselves, in five languages, not single words.
"""

import re

from common.texts import fold

from .forms import compile_forms

# Figures of speech and subjects of work that hold one of the forms below.
HARMLESS = compile_forms(
    (
        r"kill(ing|ed)? myself (laughing|over|at work|with work|working|trying|for (a|this|the|that))",
        r"(die|dying|died) (of|from) (embarrassment|shame|boredom|laughter|laughing|hunger|thirst|curiosity)",
        r"to die for",
        r"(cut|cutting|hang|hanging|shoot|hurt) myself (some|up|off|in|out|short|loose|free|a|with|by)",
        r"(career|business|social|political|professional) suicide",
        r"suicide (squad|prevention|rates?|statistics|research|hotline|helpline)",
        r"(abuse|violence|harassment|suicide) (hotline|helpline|charity|shelter|policy|training|project|data|study"
        r"|law)",
        r"(beruflichen?r?|karriere|sozialer) ?selbstmord",
        r"suicidio (profesional|laboral|politico)",
        r"suicide (professionnel|social|politique|commercial)",
        r"(morir|morirme|muero|muerta?o?) de (risa|verguenza|hambre|sueno|ganas|aburrimiento|miedo)",
        r"mourir de (rire|honte|faim|peur|ennui)",
        r"(اموت|الموت) من (الضحك|الجوع|الخجل|الملل)",
    )
)
PEOPLE = (
    "(he|she|they|someone|(my )?(husband|wife|boyfriend|girlfriend|partner|father|mother|dad|mum|mom|brother|boss"
    "|manager|colleague|coworker|supervisor|ex))"
)
SELF_HARM = (
    # English
    r"(kill|hurt|harm|cut|hang|drown|shoot|killing|hurting|harming|cutting|hanging) myself",
    r"i('m| am)? self[ -]?harm(ing|ed)?",
    r"(i('m| am)|feel|feeling|been|becoming) (very |really |a bit )?suicidal",
    r"(suicidal thoughts|thoughts of suicide)",
    r"(commit|attempt|attempted|considering|contemplating|thinking (of|about)|think (of|about)) suicide",
    r"i('d| would| just| really| only)? (want|wish|wanna) (to )?(be dead|die)",
    r"(wish i (was|were) dead|wish i (was|were) never born|better off dead)",
    r"(end|ending|take|taking) my (own )?life",
    r"(think|thinking|thought|thoughts) (about|of) ((how|a way) to end it|ending it( all)?)",
    r"(want|going|ready) to end it all",
    r"(don'?t|do not|no longer|can'?t|cannot) (want to |wanna )?(live|be alive|wake up|exist|go on living) any ?more",
    r"(don'?t|do not|no longer) (want to|wanna) (live|be alive|wake up|exist|go on living)",
    r"no longer want to be here",
    r"(don'?t|do not) (want to|wanna) be here (any ?more|at all)",
    r"no (reason|point) (to|in) (live|living|being alive|be alive|going on living)",
    r"(everyone|everybody|they|the world|my (family|kids|children|husband|wife))('d| would| will|'ll) be better off"
    r" without me",
    # German
    r"mich (selbst )?(um(zu)?bringen|(zu )?toten|(zu )?verletzen|ritzen)",
    r"mir (selbst )?(etwas|was) an(zu)?tun",
    r"mir das leben (zu )?nehmen",
    r"meinem leben ein ende (zu )?(machen|setzen)",
    r"(ich bringe? mich um|ich ritze mich|selbstmordgedanken|suizidgedanken|suizidal|lebensmude)",
    r"(will|mag|mochte|kann) (einfach |so )?nicht mehr (leben|da sein|aufwachen|weiterleben)",
    r"ich (will|mochte) (nur noch |einfach )?(sterben|tot sein)",
    r"(ohne mich (alle )?besser dran|besser dran ohne mich)",
    # Spanish
    r"(matarme|suicidarme|quitarme la vida|hacerme dano|autolesionarme|cortarme las venas|me corto los brazos)",
    r"(quiero|quisiera|prefiero|ganas de) (morir|morirme|estar muert[oa])",
    r"(ya )?no quiero (seguir )?(vivir|viviendo|despertar|existir)",
    r"(acabar|terminar) con mi vida",
    r"(pensamientos|ideas) suicidas",
    r"(estarian|estaran|estaria) mejor sin mi",
    # French
    r"me (tuer|suicider|faire du mal|pendre|mutiler|scarifier)",
    r"(mettre fin a mes jours|en finir avec (la|ma) vie|m'oter la vie)",
    r"(pensees|idees|envies) suicidaires",
    r"(veux|voudrais|envie de|prefere) mourir",
    r"(veux|voudrais) plus (vivre|exister|me reveiller|etre en vie)",
    r"(seraient|serait|iraient|irait) mieux sans moi",
    # Arabic
    r"(افكر في|افكر ب|اريد|احاول|حاولت|محاوله|نويت) ?(ان )?(الانتحار|انتحر|بالانتحار)",
    r"(سانتحر|انتحاري|افكار انتحاريه)",
    r"(ايذاء|اوذي|اءذي|اذيه|اقتل|قتل|اجرح|جرح) نفسي",
    r"(انهي|انهاء|اضع حدا ل) ?حياتي",
    r"(اريد|بدي|اتمني|عايز|عايزه|ابغي) (ان )?(اموت|الموت)",
    r"(لا اريد|ما بدي|لم اعد اريد|مش عايز|ما عاد بدي) (ان )?(اعيش|العيش|اكمل حياتي)",
)
HARM_BY_OTHERS = (
    # English
    rf"{PEOPLE}('ll| will| would|'d| (said|says|threatened|threatens|is threatening|keeps threatening)( that)?( to|"
    rf" (s?he|they)('ll|'d| will| would))?)"
    r" (kill|hurt|beat|rape|stab|shoot) (me|us|my (kids|children|son|daughter|family))",
    rf"{PEOPLE} (just |sometimes |often |always |regularly |has |keeps )*(beats?|hits?|hitting|raped?|rapes"
    rf"|strangled|choked|punched|kicked"
    r"|assaulted|molested|slapped|slaps|is stalking|stalks|gropes|groped) (me|us|my (kids|children|son|daughter))",
    r"i('m| am| was|'ve been| have been| got|'m being| am being) (raped|sexually (assaulted|abused|harassed)"
    r"|molested|groped"
    r"|beaten|physically abused|stalked)",
    r"(sexually (assaults|assaulted|abuses|abused|harasses|harassed)|touches|touched) me( sexually)? (at|by|when|in"
    r"|every|against)",
    r"(afraid|scared|fear|frightened) for my (life|safety)",
    r"my life is in danger",
    r"(victim of|experiencing|suffering|escape|escaping|fleeing) (domestic|physical|sexual) (abuse|violence)",
    r"my (abusive|violent) (husband|wife|partner|boyfriend|girlfriend|father|mother|ex|home)",
    # German
    r"(er|sie|mann|frau|freund|freundin|vater|mutter|chef|chefin|partner|kollege) (schlagt|verprugelt|wurgt"
    r"|vergewaltigt|missbraucht)"
    r" (mich|uns|meine kinder)",
    r"hat mich (geschlagen|verprugelt|gewurgt|vergewaltigt|sexuell belastigt|begrapscht|missbraucht)",
    r"(droht|drohte|gedroht)( mir)?,? mich um(zu)?bringen",
    r"(bringt mich um, wenn|wurde vergewaltigt|werde geschlagen|werde sexuell belastigt|angst um mein leben|opfer"
    r" hauslicher gewalt)",
    # Spanish
    r"(me (pega|golpea|maltrata|violo|viola|ha pegado|ha violado|acosa sexualmente)|abusa de mi|abuso de mi)",
    r"(amenaza con matarme|me va a matar|amenazado de muerte|temo por mi vida|(sufro|victima de) (violencia"
    r"|abusos?))",
    # French
    r"(il|elle|mari|femme|pere|mere|copain|copine|conjoint|patron|chef|ex) (me frappe|me bat|me viole|m'a (frappee?"
    r"|battue?|violee?))",
    r"(menace de me tuer|menacee? de mort|peur pour ma vie|victime de (viol|violences?)|me harcele sexuellement"
    r"|subis des violences)",
    # Arabic
    r"(يضربني|ضربني|يعنفني|اغتصبني|تحرش بي|يتحرش بي|يهددني بالقتل|هددني بالقتل|اخاف علي حياتي|حياتي في خطر)",
)
WORDS_OF_SELF_HARM = compile_forms(SELF_HARM)
WORDS_OF_CRISIS = compile_forms(SELF_HARM + HARM_BY_OTHERS)


def is_crisis(text: str) -> bool:
    """Whether someone says that they may hurt themselves, or that someone hurts or threatens them."""
    return _holds(WORDS_OF_CRISIS, text)


def is_self_harm(text: str) -> bool:
    """Whether someone says that they may hurt themselves."""
    return _holds(WORDS_OF_SELF_HARM, text)


def _holds(forms: re.Pattern[str], text: str) -> bool:
    return bool(forms.search(HARMLESS.sub(" ", fold(text))))
