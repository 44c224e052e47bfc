#include "meta/months.h"

#include <stdlib.h>
#include "meta/fold.h"

/* Twelve groups separated by '|', forms of one month by a space, '_' inside a name of two words. Where two
 * languages use one word for different months, the earlier row wins unless the page's language says otherwise. */
static const struct {
	char lang[3];
	uint8_t calendar;
	const char *names;
} table[] = {
	{ "en", MONTH_GREGORIAN,
		"january jan|february feb febr|march mar|april apr|may|june jun|july jul|august aug|"
		"september sep sept|october oct|november nov|december dec" },
	{ "de", MONTH_GREGORIAN,
		"januar jänner jän|februar feber|märz mär mrz maerz|april|mai|juni|juli|august|september|oktober "
		"okt|november|dezember dez" },
	{ "fr", MONTH_GREGORIAN,
		"janvier janv|février févr fév|mars|avril avr|mai|juin|juillet juil|août|septembre|octobre|novembre|"
		"décembre déc" },
	{ "es", MONTH_GREGORIAN,
		"enero ene|febrero|marzo|abril abr|mayo|junio|julio|agosto ago agto|septiembre setiembre set|octubre|"
		"noviembre|diciembre dic" },
	{ "pt", MONTH_GREGORIAN,
		"janeiro|fevereiro fev|março|abril|maio|junho|julho|agosto|setembro|outubro out|novembro|dezembro "
		"dez" },
	{ "it", MONTH_GREGORIAN,
		"gennaio gen|febbraio febb|marzo|aprile|maggio mag magg|giugno giu|luglio lug|agosto|settembre sett|"
		"ottobre ott|novembre|dicembre" },
	{ "ca", MONTH_GREGORIAN,
		"gener|febrer|març|abril|maig|juny|juliol|agost|setembre|octubre|novembre|desembre des" },
	{ "gl", MONTH_GREGORIAN,
		"xaneiro xan|febreiro|marzo|abril|maio|xuño xuñ|xullo xull|agosto|setembro|outubro|novembro|decembro" },
	{ "eu", MONTH_GREGORIAN,
		"urtarrila urtarrilaren urtarrilak urt|otsaila otsailaren ots|martxoa martxoaren|apirila apirilaren "
		"api|"
		"maiatza maiatzaren|ekaina ekainaren|uztaila uztailaren|abuztua abuztuaren|iraila irailaren|"
		"urria urriaren|azaroa azaroaren|abendua abenduaren" },
	{ "ro", MONTH_GREGORIAN,
		"ianuarie ian|februarie|martie|aprilie|mai|iunie iun|iulie iul|august|septembrie|octombrie|noiembrie "
		"noi|decembrie" },
	{ "nl", MONTH_GREGORIAN,
		"januari|februari|maart mrt|april|mei|juni|juli|augustus|september|oktober|november|december" },
	{ "sv", MONTH_GREGORIAN,
		"januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december" },
	{ "da", MONTH_GREGORIAN,
		"januar|februar|marts|april|maj|juni|juli|august|september|oktober|november|december" },
	{ "no", MONTH_GREGORIAN, "januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember" },
	{ "is", MONTH_GREGORIAN, "janúar|febrúar|mars|apríl|maí|júní|júlí|ágúst|september|október|nóvember|desember" },
	{ "fo", MONTH_GREGORIAN, "januar|februar|mars|apríl|mai|juni|juli|august|september|oktober|november|desember" },
	{ "fi", MONTH_GREGORIAN,
		"tammikuu tammikuuta tammikuun|helmikuu helmikuuta helmikuun|maaliskuu maaliskuuta maaliskuun|"
		"huhtikuu huhtikuuta huhtikuun|toukokuu toukokuuta toukokuun|kesäkuu kesäkuuta kesäkuun|"
		"heinäkuu heinäkuuta heinäkuun|elokuu elokuuta elokuun|syyskuu syyskuuta syyskuun|"
		"lokakuu lokakuuta lokakuun|marraskuu marraskuuta marraskuun|joulukuu joulukuuta joulukuun" },
	{ "et", MONTH_GREGORIAN,
		"jaanuar jaanuari jaan|veebruar veebruari veebr|märts märtsi|aprill aprilli|mai|juuni|juuli|"
		"august augusti|september|oktoober oktoobri|november novembri|detsember detsembri dets" },
	{ "lv", MONTH_GREGORIAN,
		"janvāris janvārī janvāra|februāris februārī februāra|marts martā marta|aprīlis aprīlī aprīļa|"
		"maijs maijā maija|jūnijs jūnijā jūnija|jūlijs jūlijā jūlija|augusts augustā augusta|"
		"septembris septembrī septembra|oktobris oktobrī oktobra|novembris novembrī novembra|"
		"decembris decembrī decembra" },
	{ "lt", MONTH_GREGORIAN,
		"sausis sausio saus|vasaris vasario vas|kovas kovo|balandis balandžio bal|gegužė gegužės geg|"
		"birželis birželio birž|liepa liepos|rugpjūtis rugpjūčio rugp|rugsėjis rugsėjo rugs|spalis spalio spal|"
		"lapkritis lapkričio lapkr|gruodis gruodžio gruod" },
	{ "pl", MONTH_GREGORIAN,
		"styczeń stycznia sty|luty lutego lut|marzec marca|kwiecień kwietnia kwi|maj maja|czerwiec czerwca cze|"
		"lipiec lipca lip|sierpień sierpnia sie|wrzesień września wrz|październik października paź|"
		"listopad listopada lis|grudzień grudnia gru" },
	{ "cs", MONTH_GREGORIAN,
		"leden ledna led|únor února úno|březen března bře|duben dubna dub|květen května kvě|"
		"červen června čvn|červenec července čvc|srpen srpna srp|září zář|říjen října říj|"
		"listopad listopadu|prosinec prosince pro" },
	{ "sk", MONTH_GREGORIAN,
		"január januára|február februára|marec marca|apríl apríla|máj mája|jún júna|júl júla|august augusta|"
		"september septembra|október októbra|november novembra|december decembra" },
	{ "sl", MONTH_GREGORIAN,
		"januar januarja|februar februarja|marec marca|april aprila|maj maja|junij junija|julij julija|"
		"avgust avgusta avg|september septembra|oktober oktobra|november novembra|december decembra" },
	{ "hr", MONTH_GREGORIAN,
		"siječanj siječnja sij|veljača veljače velj|ožujak ožujka ožu|travanj travnja tra|svibanj svibnja svi|"
		"lipanj lipnja|srpanj srpnja|kolovoz kolovoza kol|rujan rujna ruj|listopad listopada lis|"
		"studeni studenoga studenog stu|prosinac prosinca" },
	{ "sr", MONTH_GREGORIAN,
		"januar januara јануар јануара јан|februar februara фебруар фебруара феб|mart marta март марта мар|"
		"april aprila април априла апр|maj maja мај маја|jun juna јун јуна juni|jul jula јул јула juli|"
		"avgust avgusta август августа авг|septembar septembra септембар септембра сеп|"
		"oktobar oktobra октобар октобра окт|novembar novembra новембар новембра нов|"
		"decembar decembra децембар децембра дец" },
	{ "mk", MONTH_GREGORIAN,
		"јануари|февруари фев|март|април|мај|јуни|јули|август|септември септ|октомври|ноември|декември дек" },
	{ "sq", MONTH_GREGORIAN,
		"janar|shkurt shk|mars|prill pri|maj|qershor qer|korrik kor|gusht gush|shtator sht|tetor tet|nëntor "
		"nën|"
		"dhjetor dhj" },
	{ "hu", MONTH_GREGORIAN,
		"január|február|március márc|április ápr|május máj|június jún|július júl|augusztus|szeptember szept|"
		"október|november|december" },
	{ "bg", MONTH_GREGORIAN,
		"януари ян яну|февруари фев февр|март|април апр|май|юни|юли|август авг|септември септ|октомври окт|"
		"ноември ноем|декември дек" },
	{ "ru", MONTH_GREGORIAN,
		"январь января янв|февраль февраля фев февр|март марта мар|апрель апреля апр|май мая|июнь июня июн|"
		"июль июля июл|август августа авг|сентябрь сентября сен сент|октябрь октября окт|"
		"ноябрь ноября ноя нояб|декабрь декабря дек" },
	{ "uk", MONTH_GREGORIAN,
		"січень січня січ|лютий лютого лют|березень березня бер|квітень квітня квіт кві|травень травня трав "
		"тра|"
		"червень червня черв чер|липень липня лип|серпень серпня серп сер|вересень вересня вер|"
		"жовтень жовтня жовт жов|листопад листопада лист лис|грудень грудня груд гру" },
	{ "be", MONTH_GREGORIAN,
		"студзень студзеня|люты лютага|сакавік сакавіка|красавік красавіка|май мая травень|чэрвень чэрвеня|"
		"ліпень ліпеня|жнівень жніўня|верасень верасня|кастрычнік кастрычніка|лістапад лістапада|"
		"снежань снежня" },
	{ "kk", MONTH_GREGORIAN, "қаңтар|ақпан|наурыз|сәуір|мамыр|маусым|шілде|тамыз|қыркүйек|қазан|қараша|желтоқсан" },
	{ "uz", MONTH_GREGORIAN,
		"yanvar январ|fevral феврал|mart|aprel апрел|may|iyun июн|iyul июл|avgust|sentabr sentyabr сентабр|"
		"oktabr oktyabr октабр|noyabr ноябр|dekabr декабр" },
	{ "az", MONTH_GREGORIAN, "yanvar|fevral|mart|aprel|may|iyun|iyul|avqust|sentyabr|oktyabr|noyabr|dekabr" },
	{ "tr", MONTH_GREGORIAN,
		"ocak oca|şubat şub|mart|nisan nis|mayıs|haziran haz|temmuz tem|ağustos ağu|eylül eyl|ekim eki|kasım "
		"kas|"
		"aralık ara" },
	{ "el", MONTH_GREGORIAN,
		"ιανουάριος ιανουαρίου ιαν|φεβρουάριος φεβρουαρίου φεβ φεβρ|μάρτιος μαρτίου μαρ|απρίλιος απριλίου απρ|"
		"μάιος μαΐου μαι μαϊ|ιούνιος ιουνίου ιουν ιούν|ιούλιος ιουλίου ιουλ ιούλ|αύγουστος αυγούστου αυγ|"
		"σεπτέμβριος σεπτεμβρίου σεπ σεπτ|οκτώβριος οκτωβρίου οκτ|νοέμβριος νοεμβρίου νοε νοεμ|"
		"δεκέμβριος δεκεμβρίου δεκ" },
	{ "ka", MONTH_GREGORIAN,
		"იანვარი იანვარს იან|თებერვალი თებერვალს თებ|მარტი მარტს მარ|აპრილი აპრილს აპრ|მაისი მაისს მაი|"
		"ივნისი ივნისს ივნ|ივლისი ივლისს ივლ|აგვისტო აგვისტოს აგვ|სექტემბერი სექტემბერს სექ|"
		"ოქტომბერი ოქტომბერს ოქტ|ნოემბერი ნოემბერს ნოე|დეკემბერი დეკემბერს დეკ" },
	{ "hy", MONTH_GREGORIAN,
		"հունվար հունվարի|փետրվար փետրվարի|մարտ մարտի|ապրիլ ապրիլի|մայիս մայիսի|հունիս հունիսի|հուլիս հուլիսի|"
		"օգոստոս օգոստոսի|սեպտեմբեր սեպտեմբերի|հոկտեմբեր հոկտեմբերի|նոյեմբեր նոյեմբերի|"
		"դեկտեմբեր դեկտեմբերի" },
	{ "he", MONTH_GREGORIAN,
		"ינואר בינואר|פברואר בפברואר|מרץ במרץ מרס במרס|אפריל באפריל|מאי במאי|יוני ביוני|יולי ביולי|"
		"אוגוסט באוגוסט|ספטמבר בספטמבר|אוקטובר באוקטובר|נובמבר בנובמבר|דצמבר בדצמבר" },
	{ "ar", MONTH_GREGORIAN,
		"يناير كانون_الثاني جانفي|فبراير شباط فيفري|مارس آذار|أبريل ابريل إبريل نيسان أفريل|مايو أيار ماي|"
		"يونيو يونية حزيران جوان|يوليو يوليه تموز جويلية يوليوز|أغسطس آب أوت غشت|سبتمبر أيلول شتنبر|"
		"أكتوبر تشرين_الأول تشرين_الاول|نوفمبر تشرين_الثاني نونبر|ديسمبر كانون_الأول كانون_الاول دجنبر" },
	{ "fa", MONTH_GREGORIAN,
		"ژانویه ژانویهٔ|فوریه|مارس|آوریل|مه می|ژوئن|ژوئیه جولای|اوت آگوست|سپتامبر|اکتبر|نوامبر|دسامبر" },
	{ "fa", MONTH_JALALI, "فروردین|اردیبهشت|خرداد|تیر|مرداد امرداد|شهریور|مهر|آبان|آذر|دی|بهمن|اسفند" },
	{ "ps", MONTH_JALALI,
		"وری حمل|غویی ثور|غبرګولی جوزا|چنګاښ سرطان|زمری اسد|وږی سنبله|تله میزان|لړم عقرب|لیندۍ قوس|"
		"مرغومی جدی|سلواغه دلو|کب حوت" },
	{ "ar", MONTH_HIJRI,
		"محرم المحرم|صفر|ربيع_الأول ربيع_اول|ربيع_الآخر ربيع_الثاني|جمادى_الأولى جمادى_الاول|"
		"جمادى_الآخرة جمادى_الثانية جمادى_الآخر|رجب|شعبان|رمضان|شوال|ذو_القعدة ذي_القعدة ذوالقعدة|"
		"ذو_الحجة ذي_الحجة ذوالحجة" },
	{ "ur", MONTH_GREGORIAN, "جنوری|فروری|مارچ|اپریل|مئی|جون|جولائی|اگست|ستمبر|اکتوبر|نومبر|دسمبر" },
	{ "hi", MONTH_GREGORIAN,
		"जनवरी जन|फरवरी फ़रवरी फर|मार्च|अप्रैल|मई|जून|जुलाई|अगस्त|सितंबर सितम्बर|अक्टूबर अक्तूबर|"
		"नवंबर नवम्बर|दिसंबर दिसम्बर" },
	{ "mr", MONTH_GREGORIAN, "जानेवारी|फेब्रुवारी|मार्च|एप्रिल|मे|जून|जुलै|ऑगस्ट|सप्टेंबर|ऑक्टोबर|नोव्हेंबर|डिसेंबर" },
	{ "ne", MONTH_GREGORIAN, "जनवरी|फेब्रुअरी|मार्च|अप्रिल|मे|जुन|जुलाई|अगस्ट|सेप्टेम्बर|अक्टोबर|नोभेम्बर|डिसेम्बर" },
	{ "bn", MONTH_GREGORIAN,
		"জানুয়ারি জানুয়ারী|ফেব্রুয়ারি ফেব্রুয়ারী|মার্চ|এপ্রিল|মে|জুন|জুলাই|আগস্ট আগষ্ট|"
		"সেপ্টেম্বর|অক্টোবর|নভেম্বর|ডিসেম্বর" },
	{ "gu", MONTH_GREGORIAN, "જાન્યુઆરી|ફેબ્રુઆરી|માર્ચ|એપ્રિલ|મે|જૂન|જુલાઈ|ઑગસ્ટ ઓગસ્ટ|સપ્ટેમ્બર|ઑક્ટોબર ઓક્ટોબર|નવેમ્બર|ડિસેમ્બર" },
	{ "pa", MONTH_GREGORIAN, "ਜਨਵਰੀ|ਫ਼ਰਵਰੀ ਫਰਵਰੀ|ਮਾਰਚ|ਅਪ੍ਰੈਲ|ਮਈ|ਜੂਨ|ਜੁਲਾਈ|ਅਗਸਤ|ਸਤੰਬਰ|ਅਕਤੂਬਰ|ਨਵੰਬਰ|ਦਸੰਬਰ" },
	{ "ta", MONTH_GREGORIAN, "ஜனவரி|பிப்ரவரி|மார்ச்|ஏப்ரல்|மே|ஜூன்|ஜூலை|ஆகஸ்ட்|செப்டம்பர்|அக்டோபர்|நவம்பர்|டிசம்பர்" },
	{ "te", MONTH_GREGORIAN, "జనవరి|ఫిబ్రవరి|మార్చి|ఏప్రిల్|మే|జూన్|జులై|ఆగస్టు|సెప్టెంబర్|అక్టోబర్|నవంబర్|డిసెంబర్" },
	{ "kn", MONTH_GREGORIAN, "ಜನವರಿ|ಫೆಬ್ರವರಿ|ಮಾರ್ಚ್|ಏಪ್ರಿಲ್|ಮೇ|ಜೂನ್|ಜುಲೈ|ಆಗಸ್ಟ್|ಸೆಪ್ಟೆಂಬರ್|ಅಕ್ಟೋಬರ್|ನವೆಂಬರ್|ಡಿಸೆಂಬರ್" },
	{ "ml", MONTH_GREGORIAN, "ജനുവരി|ഫെബ്രുവരി|മാർച്ച്|ഏപ്രിൽ|മേയ് മെയ്|ജൂൺ|ജൂലൈ|ഓഗസ്റ്റ്|സെപ്റ്റംബർ|ഒക്ടോബർ|നവംബർ|ഡിസംബർ" },
	{ "si", MONTH_GREGORIAN, "ජනවාරි|පෙබරවාරි|මාර්තු|අප්‍රේල් අප්රේල්|මැයි|ජූනි|ජූලි|අගෝස්තු|සැප්තැම්බර්|ඔක්තෝබර්|නොවැම්බර්|දෙසැම්බර්" },
	{ "tg", MONTH_GREGORIAN, "январи|феврали|марти|апрели|майи|июни|июли|августи|сентябри|октябри|ноябри|декабри" },
	{ "ha", MONTH_GREGORIAN,
		"janairu|faburairu|maris|afrilu|mayu|yuni|yuli|agusta|satumba|oktoba|nuwamba|disamba" },
	{ "th", MONTH_GREGORIAN,
		"มกราคม ม.ค|กุมภาพันธ์ ก.พ|มีนาคม มี.ค|เมษายน เม.ย|พฤษภาคม พ.ค|มิถุนายน มิ.ย|กรกฎาคม ก.ค|สิงหาคม ส.ค|"
		"กันยายน ก.ย|ตุลาคม ต.ค|พฤศจิกายน พ.ย|ธันวาคม ธ.ค" },
	{ "lo", MONTH_GREGORIAN, "ມັງກອນ|ກຸມພາ|ມີນາ|ເມສາ|ພຶດສະພາ|ມິຖຸນາ|ກໍລະກົດ|ສິງຫາ|ກັນຍາ|ຕຸລາ|ພະຈິກ|ທັນວາ" },
	{ "km", MONTH_GREGORIAN, "មករា|កុម្ភៈ|មីនា|មេសា|ឧសភា|មិថុនា|កក្កដា|សីហា|កញ្ញា|តុលា|វិច្ឆិកា|ធ្នូ" },
	{ "my", MONTH_GREGORIAN, "ဇန်နဝါရီ|ဖေဖော်ဝါရီ|မတ်|ဧပြီ|မေ|ဇွန်|ဇူလိုင်|ဩဂုတ်|စက်တင်ဘာ|အောက်တိုဘာ|နိုဝင်ဘာ|ဒီဇင်ဘာ" },
	{ "id", MONTH_GREGORIAN,
		"januari|februari|maret|april|mei|juni|juli|agustus agu|september|oktober|november|desember" },
	{ "ms", MONTH_GREGORIAN,
		"januari|februari|mac|april|mei|jun|julai|ogos|september|oktober|november|disember dis" },
	{ "tl", MONTH_GREGORIAN,
		"enero|pebrero|marso|abril|mayo|hunyo|hulyo|agosto|setyembre|oktubre|nobyembre|disyembre" },
	{ "sw", MONTH_GREGORIAN,
		"januari|februari|machi|aprili|mei|juni|julai|agosti|septemba|oktoba|novemba|desemba" },
	{ "af", MONTH_GREGORIAN,
		"januarie|februarie|maart|april|mei|junie|julie|augustus|september|oktober|november|desember" },
	{ "ga", MONTH_GREGORIAN,
		"eanáir|feabhra|márta|aibreán|bealtaine|meitheamh|iúil|lúnasa|meán_fómhair|deireadh_fómhair|samhain|"
		"nollaig" },
	{ "cy", MONTH_GREGORIAN,
		"ionawr|chwefror|mawrth|ebrill|mai|mehefin|gorffennaf|awst|medi|hydref|tachwedd|rhagfyr" },
	{ "mt", MONTH_GREGORIAN,
		"jannar|frar|marzu|april|mejju|ġunju|lulju|awwissu|settembru|ottubru|novembru|diċembru" },
	{ "so", MONTH_GREGORIAN,
		"janaayo|febraayo|maarso|abriil|maajo|juun|luuliyo|agoosto|sebtembar|oktoobar|nofembar|desembar" },
	{ "eo", MONTH_GREGORIAN,
		"januaro|februaro|marto|aprilo|majo|junio|julio|aŭgusto|septembro|oktobro|novembro|decembro" },
};

enum { ROWS = sizeof(table) / sizeof(table[0]), WORD_BYTES = 44 };

struct entry {
	struct entry *next;
	uint8_t row, month, n;
	char word[WORD_BYTES];
};

enum { BUCKETS = 4096 };

struct months {
	uint64_t
		used[BUCKETS / 64]; /* buckets with an entry: few words get farther, and these bits stay in the cache */
	struct entry *buckets[BUCKETS];
	bool joins[128]; /* ASCII letters that a name of two words begins with, or a dotted one */
	size_t count;
	struct entry entries[];
};

static size_t bucket_of(const char *p, size_t n)
{
	uint32_t hash = 2166136261u;
	for (size_t i = 0; i < n; i++)
		hash = (hash ^ (unsigned char)p[i]) * 16777619u;
	return (hash ^ hash >> 15) % BUCKETS;
}

static void add(struct months *months, size_t row, unsigned month, struct view word)
{
	struct entry *entry = &months->entries[months->count++];
	entry->n = (uint8_t)fold_word(word, entry->word, sizeof(entry->word));
	entry->row = (uint8_t)row;
	entry->month = (uint8_t)month;
	unsigned char first = (unsigned char)entry->word[0];
	if (first < 0x80 && (view_find_byte(word, '_') < word.n || view_find_byte(word, '.') < word.n))
		months->joins[first] = true;
	size_t bucket = bucket_of(entry->word, entry->n);
	struct entry **at = &months->buckets[bucket];
	months->used[bucket / 64] |= UINT64_C(1) << bucket % 64;
	while (*at) /* at the end: the earlier row stays first */
		at = &(*at)->next;
	*at = entry;
}

static void add_row(struct months *months, size_t row)
{
	struct view rest = view_of(table[row].names), group, word;
	for (unsigned month = 1; view_next_token(&rest, '|', &group); month++)
		while (view_next_token(&group, ' ', &word))
			if (word.n)
				add(months, row, month, word);
}

struct months *months_new(void)
{
	size_t words = 0;
	for (size_t row = 0; row < ROWS; row++) {
		words++;
		for (const char *p = table[row].names; *p; p++)
			words += *p == '|' || *p == ' ';
	}
	struct months *months = calloc(1, sizeof(*months) + words * sizeof(struct entry));
	for (size_t row = 0; months && row < ROWS; row++)
		add_row(months, row);
	return months;
}

struct months *months_free(struct months *months)
{
	free(months);
	return NULL;
}

bool months_may_join(const struct months *months, struct view word)
{
	unsigned char first = word.n ? (unsigned char)word.p[0] : 0;
	return first >= 0x80 || months->joins[(unsigned char)ascii_lower((char)first)];
}

struct month_name months_find(const struct months *months, struct view word, struct view lang)
{
	struct month_name found = { 0, MONTH_GREGORIAN };
	if (word.n == 0 || word.n > WORD_BYTES)
		return found;
	size_t bucket = bucket_of(word.p, word.n);
	if (!(months->used[bucket / 64] >> bucket % 64 & 1))
		return found;
	for (const struct entry *e = months->buckets[bucket]; e; e = e->next) {
		if (e->n != word.n || memcmp(e->word, word.p, word.n) != 0)
			continue;
		bool spoken = lang.n >= 2 && table[e->row].lang[0] == lang.p[0] && table[e->row].lang[1] == lang.p[1];
		if (found.month == 0 || spoken)
			found = (struct month_name){ e->month, table[e->row].calendar };
		if (spoken)
			break;
	}
	return found;
}
