/* Encodings of East Asia: decoded text shows whether they fit, since their byte ranges overlap. */
#include "decode/detect.h"
#include "util/utf8.h"

struct kinds {
	uint32_t kana, han, hangul, punctuation, other;
};

static struct kinds kinds_of(struct view text)
{
	struct kinds kinds = { 0 };
	for (size_t at = 0; at < text.n;) {
		uint32_t cp = utf8_next(text, &at);
		if (cp < 0x80)
			continue;
		if (cp >= 0x3041 && cp <= 0x30FF)
			kinds.kana++;
		else if ((cp >= 0x4E00 && cp <= 0x9FFF) || cp == 0x3005)
			kinds.han++;
		else if (cp >= 0xAC00 && cp <= 0xD7A3)
			kinds.hangul++;
		else if ((cp >= 0x2010 && cp <= 0x2030) || (cp >= 0x3000 && cp <= 0x3020) ||
			 (cp >= 0xFF01 && cp <= 0xFF5E) || cp == 0xB7)
			kinds.punctuation++;
		else
			kinds.other++;
	}
	return kinds;
}

/* Pairs whose lead byte is between @first and @last with a trail byte from @trail on: the level of common
 * characters in each of the national sets. Of all pairs whose lead is a letter's. */
static double level_share(
	struct view raw, unsigned char letters, unsigned char first, unsigned char last, unsigned char trail)
{
	uint32_t pairs = 0, common = 0;
	for (size_t i = 0; i + 1 < raw.n; i++) {
		unsigned char lead = (unsigned char)raw.p[i];
		if (lead < 0x81 || lead == 0xFF)
			continue;
		unsigned char next = (unsigned char)raw.p[++i];
		if (lead < letters && !(lead < 0xA1 && letters > 0xA1))
			continue;
		pairs++;
		common += lead >= first && lead <= last && next >= trail;
	}
	return pairs ? (double)common / pairs : 0;
}

double asian_share(enum encoding encoding, struct view raw, struct view text)
{
	struct kinds k = kinds_of(text);
	double all = k.kana + k.han + k.hangul + k.punctuation + k.other, good;
	if (all == 0)
		return 0;
	double expected = k.kana + k.han + k.hangul + k.punctuation, share = expected / all;
	switch (encoding) {
	case ENCODING_SHIFT_JIS:
	case ENCODING_EUC_JP:
		/* Japanese of any length has a kana in four; less is Chinese or chance. */
		good = k.kana / (k.kana + k.han + k.hangul + 1.0);
		return k.hangul ? 0 : share * (good > 0.25 ? 1 : good * 4);
	case ENCODING_EUC_KR:
		good = level_share(raw, 0xB0, 0xB0, 0xC8, 0xA1);
		return share * (k.kana * 20 > k.hangul ? 0 : good);
	case ENCODING_GBK:
	case ENCODING_GB18030:
		good = level_share(raw, 0xB0, 0xB0, 0xD7, 0xA1);
		return share * (k.kana * 20 > k.han ? 0 : good);
	case ENCODING_BIG5: return share * level_share(raw, 0xA4, 0xA4, 0xC6, 0x40);
	default: return 0;
	}
}
