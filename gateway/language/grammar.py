"""Words of grammar: in every text of their language, and so about nothing."""

# ruff: noqa: RUF001 - Letters and marks of many scripts are meant.
from __future__ import annotations

from functools import cache

GRAMMAR = {
    "en": """
        a an the and or but if then than that this these those there here it
        its itself he him his she her hers they them their theirs we us our
        ours you your yours i me my mine is are was were be been being am do
        does did done doing have has had having will would shall should can
        could may might must not no nor of in on at by for with about against
        between into through during before after above below to from up down
        out off over under again further once as so such only own same too
        very just also what which who whom whose when where why how all any
        both each few more most other some many much please tell
    """,
    "de": """
        der die das den dem des ein eine einen einem einer eines und oder aber
        sondern denn weil dass daß wenn als ob wie wo wann warum wieso wer wen
        wem wessen was welche welcher welches welchen welchem woher wohin
        womit wofür ist sind war waren sein bin bist wird werden wurde wurden
        worden hat haben hatte hatten kann können konnte muss müssen soll
        sollen darf dürfen will wollen ich du er sie es wir ihr mich dich sich
        uns euch mir dir ihm ihn ihnen mein dein seine seinen seinem seiner
        ihre ihren ihrem ihrer dieser diese dieses diesen diesem jener in im
        ins an am auf aus bei beim bis durch für gegen mit nach ohne über um
        unter von vom vor zu zum zur zwischen nicht kein keine keinen nur auch
        noch schon so sehr da dort hier dann doch man viel viele bitte denn
        dazu davon damit
    """,
    "fr": """
        le la les l un une des du de d et ou mais donc or ni car que qui quoi
        dont où quand comment pourquoi combien quel quelle quels quelles ce
        cet cette ces c il elle on nous vous ils elles je tu j me te se s m t
        y en lui leur leurs son sa ses mon ma mes ton ta tes notre nos votre
        vos est sont était étaient être été a ont avait avaient avoir à au aux
        dans par pour sur sous avec sans entre vers chez plus moins très pas
        ne n si aussi même tout tous toute toutes autre autres ça cela fait
    """,
    "es": """
        el la los las lo un una unos unas y e o u pero si que qué quien quién
        quienes cuál cuáles cuando cuándo donde dónde como cómo cuánto cuántos
        cuánta cuántas por porque para con sin sobre entre hasta desde de del
        al a en es son era eran ser fue fueron está están estar ha han había
        haber se su sus mi mis tu tus nos le les me te yo él ella ellos ellas
        nosotros usted ustedes este esta estos estas ese esa eso esos aquel no
        ni más menos muy también ya otro otra todo toda todos todas hay cual
    """,
    "it": """
        il lo la i gli le l un uno una e o ma se che chi cui quale quali
        quando dove come perché quanto quanti quanta quante di del dello della
        dei degli delle a al allo alla ai agli alle da dal dalla in nel nella
        nei nelle con su sul sulla per tra fra è sono era erano essere stato
        ha hanno aveva avere si suo sua suoi sue mio mia tuo tua nostro vostro
        loro lui lei noi voi io tu mi ti ci vi ne questo questa questi queste
        quello quella non più meno molto anche già altro altra tutto tutti c d
    """,
    "pt": """
        o a os as um uma uns umas e ou mas se que quem qual quais quando onde
        como porque por quê quanto quantos quanta quantas de do da dos das em
        no na nos nas ao aos à às para pelo pela com sem sobre entre até desde
        é são era eram ser foi foram está estão estar tem têm tinha ter há seu
        sua seus suas meu minha teu tua nosso ele ela eles elas nós você vocês
        eu tu me te lhe este esta isto esse essa isso aquele não nem mais
        menos muito também já outro outra todo toda todos todas
    """,
    "nl": """
        de het een en of maar want dat die dit deze als dan wat wie welke waar
        wanneer waarom hoe hoeveel is zijn was waren ben bent wordt worden
        werd werden heeft hebben had hadden kan kunnen moet moeten mag zal
        zullen zou ik jij je u hij zij ze wij we jullie hem haar hen hun mijn
        jouw ons onze in op aan van voor met door over onder tussen naar bij
        tot uit om te er niet geen ook nog al zo zeer meer meest ander
    """,
    "pl": """
        i a oraz ale lub albo że który która które którzy kto co jak gdzie
        kiedy dlaczego ile jaki jaka jakie czy jest są był była było byli być
        będzie ma mają w we na z ze do od po pod nad przed za przez dla o u
        przy między nie tak też także już jeszcze tylko bardzo ten ta to ci te
        tego tej tych tym jego jej ich się sobie on ona ono oni ja ty my wy
        mnie mi mój twój nasz swój
    """,
    "sv": """
        och eller men att som en ett den det de dem detta dessa är var varit
        vara blir blev har hade ha kan kunde ska skall skulle vill måste får i
        på av till från med för om vid mellan under över efter före inte ingen
        inget också mycket mer mest jag du han hon vi ni sig sin sitt sina min
        din hans hennes vår vad vem vilken vilket vilka var när varför hur
        många så då där här
    """,
    "tr": """
        ve veya ya da de ile için gibi kadar daha en çok bir bu şu o bunlar
        şunlar onlar ne kim hangi nerede nereye nereden ne zaman neden niçin
        nasıl kaç mı mi mu mü var yok değil olan olarak oldu olur ise ki ama
        fakat ancak her bazı tüm ben sen biz siz onun onların benim senin
    """,
    "ru": """
        и или но а в во на с со к ко по за из от до у о об при для под над
        между через без не ни же ли бы что чтобы который которая которое
        которые кто где когда почему зачем как какой какая какое какие сколько
        чей это этот эта эти тот та те он она оно они его её ее их им ей ему
        мы вы я ты мне тебе нас вас мой твой наш ваш свой себя есть был была
        было были быть будет также тоже ещё еще уже только очень более самый
        так там тут здесь если то
    """,
    "ar": """
        في من على إلى عن مع هذا هذه ذلك تلك الذي التي الذين هو هي هم أنا نحن
        أنت كان كانت يكون أن إن أو أم ثم لا ما لم لن قد كل بعض غير بين بعد قبل
        عند منذ حتى إذا كما كم كيف أين متى لماذا ماذا أي هل لكن بل و له لها
        فيه فيها منه منها عليه عليها وهو وهي
    """,
    "hi": """
        का के की को में से पर और या है हैं था थे थी हो होता होती होते कि जो यह
        वह ये वे इस उस इन उन ने भी तो ही नहीं न एक क्या कौन कब कहाँ कहां क्यों
        कैसे कितना कितने कितनी किस लिए तक साथ बाद अपने
    """,
    "el": """
        ο η το οι τα του της των τον την τους τις ένας μια ένα και ή αλλά να
        θα δεν μη που πού πως πώς ότι όταν αν για από με σε στο στη στην στον
        στους στις στα είναι ήταν έχει έχουν ποιος ποια ποιο τι πότε γιατί
        πόσο πόσα αυτός αυτή αυτό
    """,
    "he": """
        של את על עם אל מן מ ב ל ה ו ש כי אם או אבל לא גם רק כל זה זאת זו הוא
        היא הם הן אני אתה אנחנו מה מי איפה מתי למה איך כמה האם יש אין היה
        הייתה היו
    """,
}

# Words that stand for something said before, and words that go on from there.
POINTING = {
    "en": """
        it its he him his she her they them their this that these those there else
    """,
    "de": """
        er ihn ihm sie ihr es dies diese dieser dieses das davon dazu damit dort sonst
    """,
    "fr": "il elle ils elles lui leur leurs cela ça celui celle ceux",
    "es": "él ella ellos ellas su sus esto eso este ese esta esa allí",
    "it": "lui lei loro suo sua questo quello ciò ci ne lì",
    "pt": "ele ela eles elas seu sua isto isso aquilo lá",
    "nl": "hij hem zij haar ze hun het dit dat deze die er daar",
    "pl": "on ona ono oni jego jej ich ten ta tam",
    "sv": "den det dem han hon detta dessa där",
    "tr": "o bu şu onu bunu onun bunun orada",
    "ru": "он она оно они его её ее их ему ей это этот эта там",
    "ar": "هم هذا هذه ذلك تلك هناك",
    "hi": "यह वह इस उस इसका उसका वहाँ",
}
JOINING = {
    "en": "and but or so also then",
    "de": "und aber oder also dann auch",
    "fr": "et mais ou alors aussi",
    "es": "y e pero o entonces también",
    "it": "e ma o allora anche",
    "pt": "e mas ou então também",
    "nl": "en maar of dan ook",
    "pl": "a i ale lub też",
    "sv": "och men eller då också",
    "tr": "ve ama peki ya",
    "ru": "а и но или тогда",
    "ar": "و لكن ثم أو",
    "hi": "और लेकिन तो",
}
# What an answer is asked for in another form with.
REPHRASING = {
    "en": "example examples simpler simply shorter longer detail details again",
    "de": "beispiel beispiele einfacher kürzer länger genauer ausführlicher nochmal",
    "fr": "exemple exemples simplement court long détail détails encore",
    "es": "ejemplo ejemplos sencillo corto largo detalle detalles",
    "it": "esempio esempi semplice breve dettaglio dettagli",
    "pt": "exemplo exemplos simples curto detalhe detalhes",
    "nl": "voorbeeld voorbeelden eenvoudiger korter langer nogmaals",
    "pl": "przykład przykłady prościej krócej dokładniej",
    "sv": "exempel enklare kortare längre igen",
    "tr": "örnek kısa ayrıntılı tekrar",
    "ru": "пример примеры проще короче подробнее",
    "ar": "مثال مثالا",
    "hi": "उदाहरण",
}
# What joins a question's word to the one thing that is asked about: "what is …".
SINGULAR = """
    is was ist war est était es está fue era è é foi jest był była är var такое
"""


@cache
def grammar(language: str = "") -> frozenset[str]:
    """Returns the words of grammar of a language; empty or unknown: of all of them."""
    words = GRAMMAR.get(language)
    if words is not None:
        return frozenset(words.split())
    return frozenset(word for each in GRAMMAR.values() for word in each.split())


@cache
def singular() -> frozenset[str]:
    """Returns the words of `SINGULAR`."""
    return frozenset(SINGULAR.split())


@cache
def pointing(language: str = "") -> frozenset[str]:
    """Returns the words that stand for something said before; see `grammar`."""
    return _of(POINTING, language)


@cache
def joining(language: str = "") -> frozenset[str]:
    """Returns the words that a question which goes on begins with; see `grammar`."""
    return _of(JOINING, language)


@cache
def rephrasing() -> frozenset[str]:
    """Returns the words that ask for an answer in another form, of all languages."""
    return _of(REPHRASING)


def _of(lists: dict[str, str], language: str = "") -> frozenset[str]:
    chosen = [lists[language]] if language in lists else lists.values()
    return frozenset(word for words in chosen for word in words.split())
