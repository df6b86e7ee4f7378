/* SPDX-License-Identifier: Apache-2.0 */
#include "sdk/entity.h"

#include <stdlib.h>
#include <string.h>

#include "sdk/utf8.h"

#define NAME_MAX_SIZE 8u /* bytes of the longest name below */
#define REPLACEMENT   0xFFFDu

struct entity {
	char name[NAME_MAX_SIZE + 1];
	uint16_t code;
};

/* In strcmp order. */
static const struct entity entities[] = {
    {"AElig", 0xC6},    {"Aacute", 0xC1},  {"Acirc", 0xC2},   {"Agrave", 0xC0},  {"Aring", 0xC5},    {"Atilde", 0xC3},
    {"Auml", 0xC4},     {"Ccedil", 0xC7},  {"ETH", 0xD0},     {"Eacute", 0xC9},  {"Ecirc", 0xCA},    {"Egrave", 0xC8},
    {"Euml", 0xCB},     {"Iacute", 0xCD},  {"Icirc", 0xCE},   {"Igrave", 0xCC},  {"Iuml", 0xCF},     {"Ntilde", 0xD1},
    {"OElig", 0x152},   {"Oacute", 0xD3},  {"Ocirc", 0xD4},   {"Ograve", 0xD2},  {"Oslash", 0xD8},   {"Otilde", 0xD5},
    {"Ouml", 0xD6},     {"Scaron", 0x160}, {"THORN", 0xDE},   {"Uacute", 0xDA},  {"Ucirc", 0xDB},    {"Ugrave", 0xD9},
    {"Uuml", 0xDC},     {"Yacute", 0xDD},  {"Yuml", 0x178},   {"aacute", 0xE1},  {"acirc", 0xE2},    {"acute", 0xB4},
    {"aelig", 0xE6},    {"agrave", 0xE0},  {"amp", 0x26},     {"apos", 0x27},    {"aring", 0xE5},    {"asymp", 0x2248},
    {"atilde", 0xE3},   {"auml", 0xE4},    {"bdquo", 0x201E}, {"brvbar", 0xA6},  {"bull", 0x2022},   {"ccedil", 0xE7},
    {"cedil", 0xB8},    {"cent", 0xA2},    {"circ", 0x2C6},   {"copy", 0xA9},    {"curren", 0xA4},   {"dagger", 0x2020},
    {"darr", 0x2193},   {"deg", 0xB0},     {"divide", 0xF7},  {"eacute", 0xE9},  {"ecirc", 0xEA},    {"egrave", 0xE8},
    {"emsp", 0x2003},   {"ensp", 0x2002},  {"eth", 0xF0},     {"euml", 0xEB},    {"euro", 0x20AC},   {"fnof", 0x192},
    {"frac12", 0xBD},   {"frac14", 0xBC},  {"frac34", 0xBE},  {"ge", 0x2265},    {"gt", 0x3E},       {"hellip", 0x2026},
    {"iacute", 0xED},   {"icirc", 0xEE},   {"iexcl", 0xA1},   {"igrave", 0xEC},  {"infin", 0x221E},  {"iquest", 0xBF},
    {"iuml", 0xEF},     {"laquo", 0xAB},   {"larr", 0x2190},  {"ldquo", 0x201C}, {"le", 0x2264},     {"lsaquo", 0x2039},
    {"lsquo", 0x2018},  {"lt", 0x3C},      {"macr", 0xAF},    {"mdash", 0x2014}, {"micro", 0xB5},    {"middot", 0xB7},
    {"minus", 0x2212},  {"nbsp", 0xA0},    {"ndash", 0x2013}, {"ne", 0x2260},    {"not", 0xAC},      {"ntilde", 0xF1},
    {"oacute", 0xF3},   {"ocirc", 0xF4},   {"oelig", 0x153},  {"ograve", 0xF2},  {"ordf", 0xAA},     {"ordm", 0xBA},
    {"oslash", 0xF8},   {"otilde", 0xF5},  {"ouml", 0xF6},    {"para", 0xB6},    {"permil", 0x2030}, {"plusmn", 0xB1},
    {"pound", 0xA3},    {"quot", 0x22},    {"raquo", 0xBB},   {"rarr", 0x2192},  {"rdquo", 0x201D},  {"reg", 0xAE},
    {"rsaquo", 0x203A}, {"rsquo", 0x2019}, {"sbquo", 0x201A}, {"scaron", 0x161}, {"sect", 0xA7},     {"shy", 0xAD},
    {"sup1", 0xB9},     {"sup2", 0xB2},    {"sup3", 0xB3},    {"szlig", 0xDF},   {"thinsp", 0x2009}, {"thorn", 0xFE},
    {"tilde", 0x2DC},   {"times", 0xD7},   {"trade", 0x2122}, {"uacute", 0xFA},  {"uarr", 0x2191},   {"ucirc", 0xFB},
    {"ugrave", 0xF9},   {"uml", 0xA8},     {"uuml", 0xFC},    {"yacute", 0xFD},  {"yen", 0xA5},      {"yuml", 0xFF},
    {"zwj", 0x200D},    {"zwnj", 0x200C},
};

/* Numbers 0x80 to 0x9F mean Windows-1252, as in every browser: mail programs write them so. */
static const uint16_t windows_1252[32] = {
    0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178,
};

static int entity_compare(const void *name, const void *entity)
{
	return strcmp(name, ((const struct entity *)entity)->name);
}

static size_t decode_name(struct ent_str s, char ret[4], size_t *ret_n)
{
	char name[NAME_MAX_SIZE + 1] = {0};
	size_t n = 0;

	while (1 + n < s.n && s.p[1 + n] != ';') {
		if (n == NAME_MAX_SIZE)
			return 0;
		name[n] = s.p[1 + n];
		n++;
	}
	if (1 + n >= s.n)
		return 0; /* without the semicolon it may as well be part of an address */
	const struct entity *found =
	    bsearch(name, entities, sizeof entities / sizeof *entities, sizeof *entities, entity_compare);
	if (!found)
		return 0;
	*ret_n = utf8_put(ret, found->code);
	return n + 2;
}

static size_t decode_number(struct ent_str s, char ret[4], size_t *ret_n)
{
	bool hex = s.n > 2 && (s.p[2] | 0x20) == 'x';
	uint32_t base = hex ? 16 : 10, code = 0;
	size_t start = hex ? 3 : 2, i = start;

	for (; i < s.n; i++) {
		int digit = sdk_hex_value(s.p[i]);

		if (digit < 0 || (uint32_t)digit >= base)
			break;
		if (code <= 0x10FFFF) /* then it is wrong however it goes on */
			code = code * base + (uint32_t)digit;
	}
	if (i == start)
		return 0;
	if (code >= 0x80 && code <= 0x9F)
		code = windows_1252[code - 0x80];
	bool control = code < 0x20 && code != '\t' && code != '\n' && code != '\r';
	if (control || code == 0x7F || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
		code = REPLACEMENT;
	*ret_n = utf8_put(ret, code);
	return i + (i < s.n && s.p[i] == ';');
}

size_t entity_decode(struct ent_str s, char ret[4], size_t *ret_n)
{
	if (s.n < 3)
		return 0;
	return s.p[1] == '#' ? decode_number(s, ret, ret_n) : decode_name(s, ret, ret_n);
}
