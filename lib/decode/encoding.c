/* Labels after the WHATWG Encoding Standard, 4.2. */
#include "decode/encoding.h"

/* Labels beside the name itself, separated by one space. */
static const struct {
	const char *name, *labels;
} encodings[ENCODING_COUNT] = {
	[ENCODING_UTF8] = { "utf-8", "utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8" },
	[ENCODING_UTF16LE] = { "utf-16le", "utf-16 csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff" },
	[ENCODING_UTF16BE] = { "utf-16be", "unicodefffe" },
	[ENCODING_GBK] = { "gbk", "gb2312 chinese csgb2312 csiso58gb231280 gb_2312 gb_2312-80 iso-ir-58 x-gbk" },
	[ENCODING_GB18030] = { "gb18030", "" },
	[ENCODING_BIG5] = { "big5", "big5-hkscs cn-big5 csbig5 x-x-big5" },
	[ENCODING_EUC_JP] = { "euc-jp", "x-euc-jp cseucpkdfmtjapanese" },
	[ENCODING_ISO_2022_JP] = { "iso-2022-jp", "csiso2022jp" },
	[ENCODING_SHIFT_JIS] = { "shift_jis", "shift-jis sjis x-sjis windows-31j ms_kanji ms932 csshiftjis" },
	[ENCODING_EUC_KR] = { "euc-kr", "windows-949 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 cseuckr "
					"csksc56011987 iso-ir-149" },
	[ENCODING_ISO_2022_KR] = { "iso-2022-kr", "csiso2022kr" },
	[ENCODING_WINDOWS_1252] = { "windows-1252",
		"iso-8859-1 latin1 us-ascii ascii ansi_x3.4-1968 cp1252 cp819 csisolatin1 ibm819 iso-ir-100 iso8859-1 "
		"iso88591 iso_8859-1 iso_8859-1:1987 l1 x-cp1252 x-user-defined" },
	[ENCODING_WINDOWS_1250] = { "windows-1250", "cp1250 x-cp1250" },
	[ENCODING_WINDOWS_1251] = { "windows-1251", "cp1251 x-cp1251" },
	[ENCODING_WINDOWS_1253] = { "windows-1253", "cp1253 x-cp1253" },
	[ENCODING_WINDOWS_1254] = { "windows-1254",
		"iso-8859-9 latin5 cp1254 csisolatin5 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 "
		"x-cp1254" },
	[ENCODING_WINDOWS_1255] = { "windows-1255", "cp1255 x-cp1255" },
	[ENCODING_WINDOWS_1256] = { "windows-1256", "cp1256 x-cp1256" },
	[ENCODING_WINDOWS_1257] = { "windows-1257", "cp1257 x-cp1257" },
	[ENCODING_WINDOWS_1258] = { "windows-1258", "cp1258 x-cp1258" },
	[ENCODING_WINDOWS_874] = { "windows-874", "tis-620 dos-874 iso-8859-11 iso8859-11 iso885911" },
	[ENCODING_ISO_8859_2] = { "iso-8859-2",
		"latin2 csisolatin2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2" },
	[ENCODING_ISO_8859_3] = { "iso-8859-3",
		"latin3 csisolatin3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3" },
	[ENCODING_ISO_8859_4] = { "iso-8859-4",
		"latin4 csisolatin4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4" },
	[ENCODING_ISO_8859_5] = { "iso-8859-5",
		"cyrillic csisolatincyrillic iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988" },
	[ENCODING_ISO_8859_6] = { "iso-8859-6", "arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 "
						"iso-8859-6-e iso-8859-6-i iso-ir-127 "
						"iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987" },
	[ENCODING_ISO_8859_7] = { "iso-8859-7",
		"greek greek8 csisolatingreek ecma-118 elot_928 iso-ir-126 iso8859-7 iso88597 iso_8859-7 "
		"iso_8859-7:1987 sun_eu_greek" },
	[ENCODING_ISO_8859_8] = { "iso-8859-8",
		"hebrew visual csiso88598e csisolatinhebrew iso-8859-8-e iso-ir-138 iso8859-8 iso88598 iso_8859-8 "
		"iso_8859-8:1988" },
	[ENCODING_ISO_8859_8_I] = { "iso-8859-8-i", "logical csiso88598i" },
	[ENCODING_ISO_8859_10] = { "iso-8859-10", "latin6 csisolatin6 iso-ir-157 iso8859-10 iso885910 l6" },
	[ENCODING_ISO_8859_13] = { "iso-8859-13", "iso8859-13 iso885913" },
	[ENCODING_ISO_8859_14] = { "iso-8859-14", "iso8859-14 iso885914" },
	[ENCODING_ISO_8859_15] = { "iso-8859-15", "csisolatin9 iso8859-15 iso885915 iso_8859-15 l9" },
	[ENCODING_ISO_8859_16] = { "iso-8859-16", "" },
	[ENCODING_KOI8_R] = { "koi8-r", "koi8 koi koi8_r cskoi8r" },
	[ENCODING_KOI8_U] = { "koi8-u", "koi8-ru" },
	[ENCODING_IBM866] = { "ibm866", "866 cp866 csibm866" },
	[ENCODING_MACINTOSH] = { "macintosh", "mac x-mac-roman csmacintosh" },
	[ENCODING_MAC_CYRILLIC] = { "x-mac-cyrillic", "x-mac-ukrainian" },
};

static bool lists(struct view labels, struct view label)
{
	while (labels.n) {
		size_t end = view_find_byte(labels, ' ');
		if (view_eq_nocase(view_first(labels, end), label))
			return true;
		labels = view_from(labels, end + 1);
	}
	return false;
}

enum encoding encoding_of_label(struct view label)
{
	label = view_trim(label);
	if (label.n < 2 || label.n > 24)
		return ENCODING_NONE;
	for (int i = 0; i < ENCODING_COUNT; i++)
		if (view_eq_nocase(view_of(encodings[i].name), label) || lists(view_of(encodings[i].labels), label))
			return (enum encoding)i;
	return ENCODING_NONE;
}

const char *encoding_name(enum encoding encoding)
{
	return encoding < 0 ? NULL : encodings[encoding].name;
}
