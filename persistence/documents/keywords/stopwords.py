"""Words that are in every text of a language, and so find nothing in it.

Grammar only: articles, pronouns, prepositions, conjunctions, auxiliaries, and what
questions begin with. A word that can be a subject ("computer", "system", "home") is
never here. Lower case; compared before stemming.
"""

from __future__ import annotations

from functools import cache

_WORDS = {
    "ar": """
        في من على إلى عن مع هذا هذه ذلك تلك الذي التي الذين هو هي هم هما أنا نحن أنت كان
        كانت كانوا يكون تكون أن إن أو أم ثم لا ما لم لن قد كل بعض غير بين بعد قبل عند منذ
        حتى إذا كما كم كيف أين متى لماذا ماذا من أي هل لكن بل و ف ب ل ك به بها له لها فيه
        فيها منه منها عليه عليها إليه إليها وهو وهي أيضا وقد كانا ليس ليست
    """,
    "bg": """
        и в във на за от с със се си да не е са съм сме сте по до при като но или че което
        който която които това този тази тези той тя то те аз ти ние вие му ѝ им го я ги
        какво кой коя кои къде кога как колко защо дали има няма беше бяха бил била било
        били ще много само също между след преди
    """,
    "ca": """
        el la els les un una uns unes de del dels d l al als a en amb per i o que qui què
        quin quina quins quines quan on com quant quants és són era eren ser està estan ha
        han hi ho es s se no més però també seu seva seus seves aquest aquesta aquests
        aquestes això molt sobre entre fins des
    """,
    "cs": """
        a i v ve na z ze s se si do o od po pro k ke u při za je jsou byl byla bylo byli
        být bude jako že ale nebo by to ten ta ty ti tento tato toto tyto který která které
        kteří co kdo kde kdy jak kolik proč jaký jaká jaké jejich jeho její ho mu jim já ty
        my vy on ona oni ne jen také již mezi před až
    """,
    "da": """
        og i på til af fra med for ved om som der den det de en et er var være været bliver
        blev har havde at ikke men eller han hun jeg du vi dem deres sin sit sine hans
        hendes hvad hvem hvor hvornår hvordan hvorfor hvilken hvilket hvilke hvis når kan
        skal vil så også over under efter mellem
    """,
    "de": """
        der die das den dem des ein eine einen einem einer eines und oder aber sondern denn
        weil dass daß wenn als ob wie wo wann warum wieso weshalb wer wen wem wessen was
        welche welcher welches welchen welchem woher wohin womit wofür wodurch woran worauf
        woraus ist sind war waren sein bin bist seid gewesen wird werden wurde wurden
        worden hat haben hatte hatten hast habe kann können konnte muss müssen musste soll
        sollen darf dürfen will wollen mag möchte ich du er sie es wir ihr mich dich sich
        uns euch mir dir ihm ihn ihnen mein dein seine seinen seinem seiner ihre ihren
        ihrem ihrer unser dieser diese dieses diesen diesem jener jene jenes in im ins an
        am ans auf aus bei beim bis durch für gegen mit nach ohne über um unter von vom vor
        zu zum zur zwischen während seit nicht kein keine keinen nur auch noch schon so
        sehr da dort hier dann doch man es etwa je
    """,
    "el": """
        ο η το οι τα του της των τον την τους τις ένας μια μία ένα και ή αλλά να θα δεν μη
        μην που πού πως πώς ότι όταν αν για από με σε στο στη στην στον στους στις στα ως
        προς κατά μετά πριν είναι ήταν έχει έχουν είχε ποιος ποια ποιο ποιοι ποιες τι πότε
        γιατί πόσο πόσα πόσοι αυτός αυτή αυτό αυτοί αυτές του τους μου σου μας σας κάθε
    """,
    "en": """
        a an the and or but nor if because as that than then this these those there here
        such so too very of at by for with about against between into through during before
        after above below to from up down in out on off over under again further once is am
        are was were be been being have has had having do does did doing done can could
        will would shall should may might must i me my mine we us our ours you your yours
        he him his she her hers it its they them their theirs itself themselves what which
        who whom whose when where why how not no only own same some any all both each few
        more most other s t re ve ll d m
    """,
    "es": """
        el la los las lo un una unos unas de del al a ante con contra desde en entre hacia
        hasta para por según sin sobre tras y e o u ni pero sino que qué quien quién
        quienes quiénes cual cuál cuales cuáles cuando cuándo donde dónde adónde como cómo
        cuanto cuánto cuanta cuánta cuantos cuántos cuantas cuántas porque si sí no es son
        era eran fue fueron ser sido siendo está están estaba estar ha han había haber hay
        he se me te nos os le les mi mis tu tus su sus nuestro nuestra este esta esto estos
        estas ese esa eso esos esas aquel aquella yo él ella ellos ellas usted ustedes muy
        más ya también puede pueden cada
    """,
    "fa": """
        و در به از که این آن با را برای است بود شد می های ها تا بر هم یک یا هر چه کدام کجا
        کی چگونه چرا چند آیا بودند هستند شده کرد کرده خود او ما شما آنها من تو نیز اما اگر
        پس پیش بین روی
    """,
    "fi": """
        ja on oli ovat olivat olla ollut ei eivät että se ne hän he minä sinä me te tämä
        nämä tuo joka jotka jonka mikä mitkä mitä missä mistä mihin milloin miksi miten
        kuinka kuka ketkä kenen kumpi tai vai mutta kun jos kuin niin myös vain sekä jo sen
        sitä hänen heidän niiden
    """,
    "fr": """
        le la les l un une des de du d au aux à en dans par pour sur sous avec sans entre
        vers chez contre depuis pendant avant après et ou où mais donc or ni car que qu qui
        quoi dont quel quelle quels quelles lequel laquelle lesquels lesquelles quand
        comment combien pourquoi si comme est sont était étaient été être fut furent sera
        seront soit a ont avait avaient avoir eu ai as ce c cet cette ces cela ça il elle
        ils elles on je j tu nous vous me m te t se s lui leur leurs y ne n pas plus mon ma
        mes ton ta tes son sa ses notre nos votre vos peut peuvent doit faut fait aussi
        très même tout tous toute toutes
    """,
    "he": """
        של על את אל עם בין לפני אחרי כדי כי אם או גם רק לא כן הוא היא הם הן אני אתה אנחנו
        זה זו זאת אלה אלו היה היתה הייתה היו יהיה תהיה להיות יש אין מה מהו מהי מי איך כיצד
        איפה היכן לאן מאין מתי מדוע למה כמה איזה איזו אילו האם אשר כל לו לה להם בו בה בהם
        ממנו ממנה עד אך אבל כמו כאשר
    """,
    "hi": """
        का के की को में से पर और या है हैं था थे थी हो होता होती होते कि जो यह ये वह वे इस उस
        इन उन इसका इसके इसकी उसका उसके उसकी ने तो भी ही तक लिए साथ बाद द्वारा एक कर करने करना
        किया करते करती क्या क्यों कब कहाँ कौन कौनसा कैसे किस किसने किसे कितना कितनी कितने नहीं
        न मैं हम तुम आप अपने अपनी अपना जब तब जिस जिसे जिसके फिर गया गई गए जाता जाती जाते
    """,
    "hr": """
        i u na za od do s sa se si je su sam smo ste bio bila bilo bili biti će da ne ali
        ili kao što koji koja koje koju kojem kojoj tko gdje kada kako koliko zašto to taj
        ta ovaj ova ovo ovi on ona ono oni mi vi ja ti njegov njezin njihov po pri pred
        između nakon prije iz k ka o te jer ako samo
    """,
    "hu": """
        a az egy és vagy de hogy nem is van vannak volt voltak lesz lehet ez azt ezt azok
        ezek aki akik ami amely amelyek mi ki kik mit kit hol hova honnan mikor miért
        hogyan mennyi hány melyik milyen mint mert ha csak már még meg el ő ők én te ti
        minden között után előtt szerint
    """,
    "id": """
        yang dan di ke dari untuk pada dengan dalam oleh adalah ialah itu ini tidak akan
        atau juga karena sebagai bahwa ada para telah sudah dapat bisa ia dia mereka kami
        kita saya anda nya apa siapa kapan mana dimana mengapa bagaimana berapa jika saat
        antara tersebut
    """,
    "it": """
        il lo la i gli le l un uno una di del dello della dei degli delle d a al allo alla
        ai agli alle da dal dallo dalla dai dagli dalle in nel nello nella nei negli nelle
        con su sul sullo sulla sui sugli sulle per tra fra e ed o od ma che chi cui quale
        quali quando dove come quanto quanta quanti quante perché cosa se non è sono era
        erano fu furono essere stato stata stati state sia ha hanno ho aveva avevano avere
        si mi ti ci vi ne lui lei loro io tu noi voi mio mia tuo tua suo sua suoi sue
        nostro questo questa questi queste quello quella quelli quelle più anche già molto
        può possono deve c s
    """,
    "ja": """
        の は が を に で と も へ や か から まで より など です ます でした ました である だっ た
        て し な い う る れ さ する した して いる ある なる この その あの どの これ それ 何 なぜ
        いつ どこ 誰 どう
    """,
    "ko": """
        은 는 이 가 을 를 의 에 에서 로 으로 와 과 도 만 무엇 언제 어디 누구 어느 왜 어떻게
        몇 무슨 어떤 및 그 이것 그것
    """,
    "nl": """
        de het een en of maar want dat die dit deze wie wat waar wanneer waarom hoe hoeveel
        welke welk waarvoor waarmee waarvan is zijn was waren ben bent geweest wordt worden
        werd werden heeft hebben had hadden heb kan kunnen kon moet moeten mag mogen wil
        zal zullen zou ik jij je u hij zij ze wij we jullie hem haar hen hun mijn uw onze
        ons er niet geen ook nog al in op aan van voor met bij door over om tot uit naar
        onder tussen tegen als dan te zo men
    """,
    "no": """
        og i på til av fra med for ved om som der den det de en ei et er var være vært blir
        ble har hadde at ikke men eller han hun jeg du vi dem deres sin sitt sine hans
        hennes hva hvem hvor når hvordan hvorfor hvilken hvilket hvilke hvis kan skal vil
        så også over under etter mellom
    """,
    "pl": """
        i w we z ze na do od po za o u przy dla przez pod nad przed między a ale lub albo
        oraz że się nie jest są był była było były być będzie to ten ta te ci tego tej tym
        tych który która które którzy którego której których co kto gdzie kiedy jak ile
        dlaczego czy jaki jaka jakie jakim czym czego kogo komu kim jego jej ich mu im go
        on ona ono oni ja ty my wy mi mnie już tylko także też jako tak skąd dokąd
    """,
    "pt": """
        o a os as um uma uns umas de do da dos das em no na nos nas por pelo pela pelos
        pelas para com sem sob sobre entre até desde e ou mas nem que quê quem qual quais
        quando onde como quanto quanta quantos quantas porque porquê se não é são era eram
        foi foram ser sido sendo está estão estava estar tem têm tinha ter há havia ao aos
        à às eu tu ele ela eles elas nós vós me te lhe lhes meu minha teu tua seu sua seus
        suas este esta isto estes estas esse essa isso aquele aquela aquilo muito mais já
        também pode podem num numa
    """,
    "ro": """
        și în la de din pe cu pentru prin despre între sub după până fără un o unei unui
        cel cea cei cele al ai ale este sunt era erau fost fi are au avea a să se nu că
        care ce cine unde când cum cât câtă câți câte de dacă sau dar iar ca mai acest
        această acești aceste el ea ei ele eu tu noi voi lui lor
    """,
    "ru": """
        и в во на с со к ко у о об от до из за по под над при для без через между перед не
        ни но а или же ли бы что чтобы как так это этот эта эти этого этой этих тот та те
        то того той тех он она оно они его её ее их ему ей им них него нее я ты мы вы мне
        меня тебя нас вас мой моя свой своя свои кто кого кому чем чего какой какая какое
        какие какую каком каких который которая которое которые которого которой которых
        где когда куда откуда почему зачем сколько был была было были быть есть будет если
        только уже еще ещё также можно
    """,
    "sk": """
        a i v vo na z zo s so sa si do o od po pre k ku u pri za je sú bol bola bolo boli
        byť bude ako že ale alebo by to ten tá tí tento táto toto tieto ktorý ktorá ktoré
        ktorí čo kto kde kedy koľko prečo aký aká aké ich jeho jej ho mu im ja ty my vy on
        ona oni nie len tiež už medzi pred až
    """,
    "sl": """
        in v na za od do s z se si je so sem smo ste bil bila bilo bili biti bo da ne pa
        ali kot ki kaj kdo kje kdaj kako koliko zakaj kateri katera katero to ta ti te on
        ona oni mi vi jaz njegov njen njihov po pri pred med iz k h o ker če samo tudi
    """,
    "sr": """
        и у на за од до с са се си је су сам смо сте био била било били бити ће да не али
        или као што који која које коју ко где када како колико зашто то тај та овај ова
        ово ови он она оно они ми ви ја ти његов њен њихов по при пред између после пре из
        о те јер ако само i u na za od do s sa se si je su da ne ali ili kao što koji koja
        koje ko gde kada kako koliko zašto
    """,
    "sv": """
        och i på till av från med för vid om som den det de en ett är var vara varit blir
        blev har hade att inte men eller han hon jag du vi ni dem deras sin sitt sina hans
        hennes vad vem vilka vilken vilket var vart när hur varför kan ska skall vill så
        också över under efter mellan finns
    """,
    "tr": """
        ve ile bir bu şu o da de ki mi mı mu mü için gibi kadar daha en çok ise ya veya ama
        ancak çünkü ne neden niçin niye nasıl nerede nereye nereden kim kimin hangi kaç
        hangisi nedir değil var yok olan olarak olur oldu ben sen biz siz onlar onun bunun
        her göre sonra önce ne zaman
    """,
    "uk": """
        і й та в у на з із зі до від по за під над при для без через між перед не ні але
        або чи що щоб як так це цей ця ці цього той та ті того він вона воно вони його її
        їх йому їй я ти ми ви хто кого кому чим чого який яка яке які якого якої яких де
        коли куди звідки чому скільки був була було були бути є буде якщо тільки вже ще
        також
    """,
    "vi": """
        là của và các có được cho trong với không một những này đó để khi đã đang sẽ từ tại
        theo về như cũng vào ra nên thì mà bị bởi gì ai nào đâu sao bao nhiêu hay hoặc
    """,
}


@cache
def stopwords(language: str) -> frozenset[str]:
    """Returns the words of grammar of a language, in lower case; empty if unknown."""
    return frozenset(_WORDS.get(language, "").split())
