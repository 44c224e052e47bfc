/* Short texts of our own in many languages and scripts, for tests of charsets, languages and signatures. Each
 * says about the same: a bridge was opened, people came, the work took years and cost less than was feared. */
#ifndef GARNER_TESTS_TEXTS_H
#define GARNER_TESTS_TEXTS_H

#include <stddef.h>

static const struct own_text {
	const char *lang, *text;
} own_texts[] = {
	{ "en", "The new bridge over the lower harbour was opened on Thursday morning, and several hundred people "
		"walked "
		"across it in spite of the rain. “We had almost given up hope,” said a teacher who has lived on the "
		"eastern bank for thirty years – the work took twice as long as planned, but it cost less than the "
		"council "
		"had feared. The old ferry, a café on deck and all, will stop running at the end of the month." },
	{ "de", "Die neue Brücke über den unteren Hafen ist am Donnerstagmorgen eröffnet worden, und mehrere hundert "
		"Menschen gingen trotz des Regens hinüber. „Wir hatten die Hoffnung schon fast aufgegeben“, sagte eine "
		"Lehrerin, die seit dreißig Jahren am östlichen Ufer wohnt. Die Arbeiten dauerten doppelt so lange wie "
		"geplant, kosteten aber weniger, als der Stadtrat befürchtet hatte. Die alte Fähre fährt künftig nicht "
		"mehr." },
	{ "fr", "Le nouveau pont sur le port inférieur a été inauguré jeudi matin et plusieurs centaines de personnes "
		"l’ont traversé malgré la pluie. « Nous avions presque perdu espoir », a déclaré une institutrice qui "
		"vit "
		"depuis trente ans sur la rive orientale. Les travaux ont duré deux fois plus longtemps que prévu, "
		"mais ils "
		"ont coûté moins cher que la mairie ne le craignait. Le vieux bac s’arrêtera à la fin du mois, où "
		"qu’il aille." },
	{ "es", "El nuevo puente sobre el puerto inferior se abrió el jueves por la mañana y varios cientos de "
		"personas lo "
		"cruzaron a pesar de la lluvia. «Casi habíamos perdido la esperanza», dijo una maestra que vive desde "
		"hace "
		"treinta años en la orilla oriental. Las obras duraron el doble de lo previsto, pero costaron menos de "
		"lo "
		"que temía el ayuntamiento. ¿Qué pasará con el viejo transbordador? Dejará de funcionar a fin de "
		"mes." },
	{ "pt", "A nova ponte sobre o porto inferior foi aberta na manhã de quinta-feira e várias centenas de pessoas "
		"atravessaram-na apesar da chuva. “Já quase tínhamos perdido a esperança”, disse uma professora que "
		"vive há "
		"trinta anos na margem oriental. As obras demoraram o dobro do previsto, mas custaram menos do que a "
		"câmara "
		"receava. A velha balsa deixará de funcionar no fim do mês, e ninguém sabe o que será da tripulação." },
	{ "it", "Il nuovo ponte sul porto inferiore è stato aperto giovedì mattina e diverse centinaia di persone lo "
		"hanno "
		"attraversato nonostante la pioggia. «Avevamo quasi perso la speranza», ha detto una maestra che abita "
		"da "
		"trent’anni sulla riva orientale. I lavori sono durati il doppio del previsto, ma sono costati meno di "
		"quanto il comune temesse. Il vecchio traghetto cesserà il servizio alla fine del mese, perché non "
		"serve più." },
	{ "nl", "De nieuwe brug over de benedenhaven is donderdagochtend geopend en enkele honderden mensen liepen er "
		"ondanks de regen overheen. “We hadden de hoop bijna opgegeven”, zei een lerares die al dertig jaar op "
		"de "
		"oostelijke oever woont. De werkzaamheden duurden twee keer zo lang als gepland, maar ze kostten "
		"minder dan "
		"de gemeente had gevreesd. De oude veerpont, met één café aan boord, vaart vanaf het einde van de "
		"maand niet meer." },
	{ "sv", "Den nya bron över den nedre hamnen öppnades på torsdagsmorgonen och flera hundra människor gick över "
		"den "
		"trots regnet. ”Vi hade nästan gett upp hoppet”, sade en lärare som har bott på den östra stranden i "
		"trettio "
		"år. Arbetet tog dubbelt så lång tid som planerat men kostade mindre än kommunen hade befarat. Den "
		"gamla "
		"färjan slutar gå i slutet av månaden." },
	{ "da", "Den nye bro over den nedre havn blev åbnet torsdag morgen, og flere hundrede mennesker gik over den "
		"på trods "
		"af regnen. »Vi havde næsten opgivet håbet,« sagde en lærer, som har boet på den østlige bred i "
		"tredive år. "
		"Arbejdet tog dobbelt så lang tid som planlagt, men det kostede mindre, end kommunen havde frygtet. "
		"Den gamle "
		"færge holder op med at sejle i slutningen af måneden." },
	{ "is", "Nýja brúin yfir neðri höfnina var opnuð á fimmtudagsmorgun og nokkur hundruð manns gengu yfir hana "
		"þrátt "
		"fyrir rigninguna. „Við vorum næstum búin að gefa upp vonina,“ sagði kennari sem hefur búið á eystri "
		"bakkanum í þrjátíu ár. Verkið tók helmingi lengri tíma en áætlað var en kostaði minna en "
		"bæjarstjórnin "
		"hafði óttast. Gamla ferjan hættir að ganga í lok mánaðarins." },
	{ "fi", "Uusi silta alasataman yli avattiin torstaiaamuna, ja useita satoja ihmisiä käveli sen yli sateesta "
		"huolimatta. ”Olimme jo melkein menettäneet toivomme”, sanoi opettaja, joka on asunut itärannalla "
		"kolmekymmentä vuotta. Työt kestivät kaksi kertaa suunniteltua kauemmin, mutta ne maksoivat vähemmän "
		"kuin "
		"kaupunki oli pelännyt. Vanha lautta lopettaa liikennöinnin kuun lopussa." },
	{ "pl", "Nowy most nad dolnym portem został otwarty w czwartek rano, a kilkaset osób przeszło po nim mimo "
		"deszczu. "
		"„Prawie straciliśmy już nadzieję” – powiedziała nauczycielka, która od trzydziestu lat mieszka na "
		"wschodnim "
		"brzegu. Prace trwały dwa razy dłużej, niż planowano, ale kosztowały mniej, niż obawiała się rada "
		"miasta. "
		"Stary prom przestanie kursować pod koniec miesiąca, choć mieszkańcy chcą go zachować jako "
		"kawiarnię." },
	{ "cs", "Nový most přes dolní přístav byl otevřen ve čtvrtek ráno a několik set lidí po něm přešlo navzdory "
		"dešti. "
		"„Už jsme skoro ztratili naději,“ řekla učitelka, která žije na východním břehu třicet let. Práce "
		"trvaly "
		"dvakrát déle, než se plánovalo, ale stály méně, než se město obávalo. Starý přívoz přestane jezdit na "
		"konci "
		"měsíce, a ještě se neví, co bude s jeho posádkou." },
	{ "hu", "Az alsó kikötő fölötti új hidat csütörtökön reggel nyitották meg, és az eső ellenére több száz ember "
		"sétált "
		"át rajta. „Már majdnem feladtuk a reményt” – mondta egy tanárnő, aki harminc éve él a keleti parton. "
		"A "
		"munkálatok kétszer annyi ideig tartottak, mint tervezték, de kevesebbe kerültek, mint amitől a város "
		"tartott. A régi komp a hónap végén befejezi működését, és még nem tudni, mi lesz a legénységgel." },
	{ "ro", "Noul pod peste portul de jos a fost deschis joi dimineață, iar câteva sute de oameni l-au traversat "
		"în "
		"ciuda ploii. „Aproape că ne pierduserăm speranța”, a spus o învățătoare care locuiește de treizeci de "
		"ani "
		"pe malul estic. Lucrările au durat de două ori mai mult decât era prevăzut, dar au costat mai puțin "
		"decât se "
		"temea primăria. Vechiul bac își va înceta activitatea la sfârșitul lunii." },
	{ "tr", "Aşağı limanın üzerindeki yeni köprü perşembe sabahı açıldı ve yağmura rağmen birkaç yüz kişi köprüden "
		"yürüyerek "
		"geçti. “Neredeyse umudumuzu kesmiştik” diyen bir öğretmen, otuz yıldır doğu kıyısında yaşıyor. "
		"Çalışmalar "
		"planlanandan iki kat uzun sürdü, ancak belediyenin korktuğundan daha ucuza mal oldu. Eski vapur ay "
		"sonunda "
		"seferlerini bırakacak." },
	{ "lt", "Naujasis tiltas per žemutinį uostą atidarytas ketvirtadienio rytą, ir keli šimtai žmonių nepaisydami "
		"lietaus "
		"perėjo juo. „Jau beveik buvome praradę viltį“, – sakė mokytoja, trisdešimt metų gyvenanti rytiniame "
		"krante. "
		"Darbai truko dvigubai ilgiau, nei planuota, bet kainavo mažiau, nei baiminosi savivaldybė. Senasis "
		"keltas "
		"mėnesio pabaigoje nustos plaukioti, o įgula ieškos kito darbo." },
	{ "lv", "Jaunais tilts pār lejas ostu tika atklāts ceturtdienas rītā, un vairāki simti cilvēku par spīti "
		"lietum to "
		"šķērsoja. “Mēs jau gandrīz bijām zaudējuši cerību,” sacīja skolotāja, kura austrumu krastā dzīvo "
		"trīsdesmit "
		"gadus. Darbi ilga divreiz ilgāk, nekā plānots, taču izmaksāja mazāk, nekā pašvaldība bija "
		"baidījusies. Vecais "
		"prāmis mēneša beigās vairs nekursēs." },
	{ "et", "Uus sild üle alumise sadama avati neljapäeva hommikul ja mitusada inimest kõndis vihmast hoolimata "
		"üle "
		"silla. „Olime lootuse juba peaaegu kaotanud,“ ütles õpetaja, kes on idakaldal elanud kolmkümmend "
		"aastat. Tööd "
		"kestsid kavandatust kaks korda kauem, kuid läksid maksma vähem, kui linn oli kartnud. Vana parv "
		"lõpetab "
		"sõitmise kuu lõpus." },
	{ "ru", "Новый мост через нижнюю гавань открыли утром в четверг, и несколько сотен человек прошли по нему, "
		"несмотря "
		"на дождь. «Мы уже почти потеряли надежду», — сказала учительница, которая тридцать лет живёт на "
		"восточном "
		"берегу. Работы заняли вдвое больше времени, чем было задумано, но обошлись дешевле, чем опасались в "
		"мэрии. "
		"Старый паром перестанет ходить в конце месяца." },
	{ "uk", "Новий міст через нижню гавань відкрили вранці в четвер, і кілька сотень людей пройшли ним, незважаючи "
		"на дощ. "
		"«Ми вже майже втратили надію», — сказала вчителька, яка тридцять років живе на східному березі. "
		"Роботи "
		"тривали вдвічі довше, ніж планували, але коштували менше, ніж побоювалися в мерії. Старий пором "
		"перестане "
		"ходити наприкінці місяця, і його ще хочуть зберегти." },
	{ "bg", "Новият мост над долното пристанище беше открит в четвъртък сутринта и няколкостотин души минаха по "
		"него "
		"въпреки дъжда. „Почти бяхме загубили надежда“, каза учителка, която от тридесет години живее на "
		"източния "
		"бряг. Работата продължи два пъти по-дълго от предвиденото, но струваше по-малко, отколкото се "
		"опасяваше "
		"общината. Старият ферибот ще спре да се движи в края на месеца." },
	{ "el", "Η νέα γέφυρα πάνω από το κάτω λιμάνι άνοιξε το πρωί της Πέμπτης και αρκετές εκατοντάδες άνθρωποι την "
		"περπάτησαν παρά τη βροχή. «Είχαμε σχεδόν χάσει την ελπίδα μας», είπε μια δασκάλα που ζει εδώ και "
		"τριάντα "
		"χρόνια στην ανατολική όχθη. Οι εργασίες κράτησαν διπλάσιο χρόνο από τον προβλεπόμενο, αλλά κόστισαν "
		"λιγότερο απ’ όσο φοβόταν ο δήμος. Άλλοι λένε ότι το παλιό πορθμείο θα λείψει στους κατοίκους." },
	{ "he", "הגשר החדש מעל הנמל התחתון נפתח ביום חמישי בבוקר, וכמה מאות בני אדם הלכו עליו למרות הגשם. „כמעט איבדנו "
		"תקווה”, אמרה מורה שגרה כבר שלושים שנה בגדה המזרחית של הנהר. העבודות נמשכו פי שניים מן המתוכנן, אבל "
		"עלו פחות "
		"ממה שחששה העירייה. המעבורת הישנה תפסיק לפעול בסוף החודש." },
	{ "ar", "افتتح الجسر الجديد فوق الميناء السفلي صباح يوم الخميس، وعبره مئات الأشخاص سيرا على الأقدام رغم المطر. "
		"وقالت "
		"معلمة تعيش منذ ثلاثين عاما على الضفة الشرقية إنهم كادوا يفقدون الأمل. واستغرقت الأعمال ضعف المدة "
		"المقررة، لكنها "
		"كلفت أقل مما كانت تخشاه البلدية. وستتوقف العبارة القديمة عن العمل في نهاية الشهر." },
	{ "fa", "پل تازه روی بندر پایین صبح پنجشنبه باز شد و چند صد نفر با وجود باران از روی آن گذشتند. آموزگاری که سی "
		"سال "
		"است در کرانهٔ شرقی زندگی می‌کند گفت: «دیگر تقریبا امیدمان را از دست داده بودیم.» کار دو برابر آنچه "
		"برنامه‌ریزی "
		"شده بود طول کشید، اما کمتر از آن خرج برداشت که شهرداری می‌ترسید. لنج کهنه در پایان ماه از کار "
		"می‌افتد." },
	{ "th", "สะพานใหม่ข้ามท่าเรือล่างเปิดใช้เมื่อเช้าวันพฤหัสบดี และมีผู้คนหลายร้อยคนเดินข้ามแม้ฝนจะตก "
		"ครูคนหนึ่งซึ่งอาศัยอยู่ฝั่งตะวันออกมาสามสิบปีกล่าวว่า "
		"พวกเราเกือบหมดหวังแล้ว งานก่อสร้างใช้เวลานานกว่าแผนสองเท่า แต่ใช้เงินน้อยกว่าที่เทศบาลกังวล "
		"เรือข้ามฟากลำเก่าจะหยุดวิ่งในสิ้นเดือนนี้" },
	{ "vi", "Cây cầu mới bắc qua cảng dưới đã được khánh thành vào sáng thứ Năm, và hàng trăm người đã đi bộ qua "
		"cầu dù "
		"trời mưa. “Chúng tôi gần như đã mất hy vọng”, một cô giáo sống ba mươi năm ở bờ đông nói. Công việc "
		"kéo dài gấp "
		"đôi thời gian dự kiến, nhưng tốn ít tiền hơn mức mà thành phố lo ngại. Chiếc phà cũ sẽ ngừng chạy vào "
		"cuối tháng." },
	{ "ja", "下流の港にかかる新しい橋が木曜日の朝に開通し、雨の中を数百人が歩いて渡った。東岸に三十年住む教師は「も"
		"うほとんどあきらめていました」と話した。"
		"工事は予定の二倍の時間がかかったが、費用は市が心配していたほどではなかった。古い渡し船は月末で運航を終"
		"え、カフェとして残したいという声もある。" },
	{ "ko", "아래쪽 항구를 가로지르는 새 다리가 목요일 아침에 열렸고, 비가 오는데도 수백 명이 걸어서 건넜다. 삼십 "
		"년째 동쪽 강가에 사는 "
		"교사는 “거의 희망을 잃고 있었다”고 말했다. 공사는 계획보다 두 배나 오래 걸렸지만 비용은 시가 걱정한 "
		"것보다 적게 들었다. "
		"낡은 나룻배는 이달 말에 운항을 멈춘다." },
	{ "zh", "横跨下游港口的新桥于星期四上午开通，尽管下着雨，仍有数百人步行过桥。一位在东岸住了三十年的教师说：“我"
		"们几乎已经放弃希望了。”"
		"工程花了比计划多一倍的时间，但费用比市政府担心的要少。旧渡船将在月底停航，有人希望把它改成一家咖啡馆"
		"。" },
	{ "zh-Hant", "橫跨下游港口的新橋於星期四上午開通，儘管下著雨，仍有數百人步行過橋。一位在東岸住了三十年的教師說"
		     "：「我們幾乎已經放棄希望了。」"
		     "工程花了比計畫多一倍的時間，但費用比市政府擔心的要少。舊渡船將在月底停航，有人希望把它改成一家咖"
		     "啡館。" },
	{ "hi", "निचले बंदरगाह पर बना नया पुल गुरुवार की सुबह खोल दिया गया और बारिश के बावजूद कई सौ लोग पैदल उस पार गए। पूर्वी "
		"किनारे पर तीस "
		"साल से रहने वाली एक अध्यापिका ने कहा कि हम तो उम्मीद लगभग छोड़ चुके थे। काम में तय समय से दोगुना समय लगा, लेकिन खर्च "
		"उससे कम "
		"हुआ जितने का नगरपालिका को डर था। पुरानी नाव महीने के अंत में चलना बंद कर देगी।" },
};
enum { OWN_TEXTS = sizeof(own_texts) / sizeof(own_texts[0]) };

#endif
