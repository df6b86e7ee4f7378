/* SPDX-License-Identifier: Apache-2.0 */
#include "base/charset.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "sdk/webhook.h"

struct charset {
	const char *name, *known_as; /* known_as: to the C library; NULL: the bytes stay */
	size_t unit;                 /* bytes passed over where no character is */
};

/* A list, because a sender chooses the name: converters with a state that few tools use have had holes. */
static const struct charset charsets[] = {
    {"utf-8", NULL, 0},
    {"utf8", NULL, 0},
    {"us-ascii", NULL, 0},
    {"ascii", NULL, 0},
    {"iso-8859-1", "ISO-8859-1", 1},
    {"latin1", "ISO-8859-1", 1},
    {"iso-8859-2", "ISO-8859-2", 1},
    {"iso-8859-3", "ISO-8859-3", 1},
    {"iso-8859-4", "ISO-8859-4", 1},
    {"iso-8859-5", "ISO-8859-5", 1},
    {"iso-8859-6", "ISO-8859-6", 1},
    {"iso-8859-7", "ISO-8859-7", 1},
    {"iso-8859-8", "ISO-8859-8", 1},
    {"iso-8859-9", "ISO-8859-9", 1},
    {"iso-8859-10", "ISO-8859-10", 1},
    {"iso-8859-13", "ISO-8859-13", 1},
    {"iso-8859-14", "ISO-8859-14", 1},
    {"iso-8859-15", "ISO-8859-15", 1},
    {"latin-9", "ISO-8859-15", 1},
    {"iso-8859-16", "ISO-8859-16", 1},
    {"windows-1250", "CP1250", 1},
    {"windows-1251", "CP1251", 1},
    {"windows-1252", "CP1252", 1},
    {"cp1252", "CP1252", 1},
    {"windows-1253", "CP1253", 1},
    {"windows-1254", "CP1254", 1},
    {"windows-1255", "CP1255", 1},
    {"windows-1256", "CP1256", 1},
    {"windows-1257", "CP1257", 1},
    {"windows-1258", "CP1258", 1},
    {"koi8-r", "KOI8-R", 1},
    {"koi8-u", "KOI8-U", 1},
    {"macintosh", "MACINTOSH", 1},
    {"shift_jis", "CP932", 1},
    {"windows-31j", "CP932", 1},
    {"euc-jp", "EUC-JP", 1},
    {"gb2312", "GB18030", 1},
    {"gbk", "GB18030", 1},
    {"gb18030", "GB18030", 1},
    {"big5", "BIG5", 1},
    {"euc-kr", "CP949", 1},
    {"utf-16", "UTF-16", 2},
    {"utf-16le", "UTF-16LE", 2},
    {"utf-16be", "UTF-16BE", 2},
    {"utf-32", "UTF-32", 4},
    {"utf-32le", "UTF-32LE", 4},
    {"utf-32be", "UTF-32BE", 4},
};

/* "application/json; charset="ISO-8859-1"": its charset, absent when it declares none. A ';' inside quotes belongs to
 * no charset's name, so it need not be told from one that separates. */
static struct ent_str charset_declared(struct ent_str type)
{
	struct ent_str rest, name, value;

	for ((void)sdk_cut(type, ';', &rest); rest.p;) {
		name = sdk_trim(sdk_cut(sdk_cut(rest, ';', &rest), '=', &value));
		value = sdk_trim(value);
		if (!value.p || !sdk_ieqz(name, "charset"))
			continue;
		if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
			value = (struct ent_str){value.p + 1, value.n - 2};
		return value.n > 0 ? value : ENT_ABSENT;
	}
	return ENT_ABSENT;
}

static const struct charset *charset_find(struct ent_str name)
{
	for (size_t i = 0; i < sizeof charsets / sizeof *charsets; i++)
		if (sdk_ieqz(name, charsets[i].name))
			return &charsets[i];
	return NULL;
}

/* Some converters keep a letter back, for a mark that may follow it. */
static void decode_end(iconv_t of, struct sdk_buf *out)
{
	char kept[16], *to = kept;
	size_t room = sizeof kept;

	(void)iconv(of, NULL, NULL, &to, &room);
	sdk_buf_add(out, kept, sizeof kept - room);
}

static struct ent_str decode_with(struct ent_arena *arena, iconv_t of, const struct charset *charset,
				  struct ent_str bytes)
{
	char *p = (char *)(uintptr_t)bytes.p, chunk[4096];
	size_t left = bytes.n;
	struct ent_str text;
	struct sdk_buf out;

	sdk_buf_init(&out, SIZE_MAX); /* a byte of any of them becomes at most three */
	while (left > 0) {
		char *to = chunk;
		size_t room = sizeof chunk, got = iconv(of, &p, &left, &to, &room);
		int why = errno;

		sdk_buf_add(&out, chunk, sizeof chunk - room);
		if (got != (size_t)-1 || why == E2BIG)
			continue;
		if (charset->unit == 1) /* the others keep nothing but their byte order, and would forget it */
			decode_end(of, &out);
		sdk_buf_z(&out, "\xEF\xBF\xBD");
		p += left < charset->unit ? left : charset->unit;
		left -= left < charset->unit ? left : charset->unit;
	}
	decode_end(of, &out);
	text = sdk_dup(arena, sdk_buf_view(&out));
	sdk_buf_release(&out);
	return text;
}

enum ent_rc charset_read(struct ent_arena *arena, const struct ent_header *header, size_t n_header,
			 struct ent_str *body, struct ent_err *err)
{
	struct ent_str name = charset_declared(sdk_header(header, n_header, "Content-Type"));
	const struct charset *charset = name.p ? charset_find(name) : NULL;

	if (body->n == 0)
		return ENT_OK;
	if (name.p && !charset)
		return sdk_fail_as(
		    err, ENT_EINVAL, "arrival.charset",
		    "the body is in charset \"{charset=%.*s}\", which is not read here: have the tool send UTF-8",
		    ENT_F(sdk_head(name, 40)));
	if (charset && charset->known_as) {
		iconv_t of = iconv_open("UTF-8", charset->known_as);

		if (of == (iconv_t)-1)
			return sdk_fail_as(err, ENT_EINVAL, "arrival.charset_table",
					   "the body is in charset \"{charset=%s}\", for which this machine has no "
					   "table: have the tool send UTF-8, or install the C library's charsets",
					   charset->name);
		*body = decode_with(arena, of, charset, *body);
		(void)iconv_close(of);
	}
	if (sdk_starts(*body, "\xEF\xBB\xBF"))
		*body = (struct ent_str){body->p + 3, body->n - 3};
	return ENT_OK;
}
