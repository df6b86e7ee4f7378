/* SPDX-License-Identifier: Apache-2.0 */
/* XML as JSON: each kind of markup, and the errors, with name and place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "sdk/xml.h"

enum { OUT_MAX = 64 << 20 };

static enum ent_rc read_xml(struct ent_str xml, struct sdk_buf *out, struct ent_err *err)
{
	struct sdk_jsonw w;

	sdk_buf_init(out, OUT_MAX);
	sdk_jsonw_init(&w, out);
	return sdk_xml_to_json(xml, &w, err);
}

static void markup_becomes_json(void **state)
{
	static const struct {
		const char *xml, *json;
	} rows[] = {
	    {"<a/>", "{\"name\":\"a\",\"attr\":{},\"child\":[],\"text\":\"\"}"},
	    {"<?xml version='1.0' encoding='UTF-8'?>\n<a>x</a>\n",
	     "{\"name\":\"a\",\"attr\":{},\"child\":[],\"text\":\"x\"}"},
	    {"<a b='1' c=\"&lt;2&gt;\"/>",
	     "{\"name\":\"a\",\"attr\":{\"b\":\"1\",\"c\":\"<2>\"},\"child\":[],\"text\":\"\"}"},
	    {"<a>&amp;&quot;&apos;&#65;&#x42;</a>", "{\"name\":\"a\",\"attr\":{},\"child\":[],\"text\":\"&\\\"'AB\"}"},
	    {"<a><![CDATA[<b>&amp;]]></a>", "{\"name\":\"a\",\"attr\":{},\"child\":[],\"text\":\"<b>&amp;\"}"},
	    {"<!-- x --><a>1<!-- 2 -->3<?pi x?></a>", "{\"name\":\"a\",\"attr\":{},\"child\":[],\"text\":\"13\"}"},
	    {"<dc:date xml:lang=\"fr\">t</dc:date>",
	     "{\"name\":\"dc:date\",\"attr\":{\"xml:lang\":\"fr\"},\"child\":[],\"text\":\"t\"}"},
	    {"<a>1<b>2<c>3</c></b>4</a>",
	     "{\"name\":\"a\",\"attr\":{},\"child\":[{\"name\":\"b\",\"attr\":{},\"child\":[{\"name\":\"c\",\"attr\":"
	     "{},\"child\":[],\"text\":\"3\"}],\"text\":\"23\"}],\"text\":\"1234\"}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct ent_err err = {0};
		struct sdk_buf out;

		if (read_xml(sdk_str(rows[i].xml), &out, &err) != ENT_OK)
			fail_msg("%s: %s", rows[i].xml, err.msg);
		if (!sdk_eqz(sdk_buf_view(&out), rows[i].json))
			fail_msg("%s\ngives %.*s\nnot   %s", rows[i].xml, (int)out.n, out.p, rows[i].json);
		sdk_buf_release(&out);
	}
}

static void what_is_none_is_refused(void **state)
{
	static const char *const rows[] = {
	    "",
	    "text",
	    "<a",
	    "<a>",
	    "<a></b>",
	    "<a/><b/>",
	    "<a/>x",
	    "<a b/>",
	    "<a b=1/>",
	    "<a b='1/>",
	    "<a>&b;</a>",
	    "<a>&#0;</a>",
	    "<a>&#xD800;</a>",
	    "<a>&</a>",
	    "<a><![CDATA[</a>",
	    "<a><!-- </a>",
	    "<=/>",
	    "</a>",
	    "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
	    "<a \xff='1'/>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct ent_err err = {0};
		struct sdk_buf out;

		if (read_xml(sdk_str(rows[i]), &out, &err) != ENT_EINVAL || !strstr(err.msg, "the XML "))
			fail_msg("\"%s\" is taken, or without a word: %.*s %s", rows[i], (int)out.n, out.p ? out.p : "",
				 err.msg);
		sdk_buf_release(&out);
	}
}

/* "<a>" n times, each closed again. */
static enum ent_rc nested(unsigned depth)
{
	struct sdk_buf xml, out;
	struct ent_err err;
	enum ent_rc rc;

	sdk_buf_init(&xml, OUT_MAX);
	for (unsigned i = 0; i < depth; i++)
		sdk_buf_z(&xml, "<a>");
	for (unsigned i = 0; i < depth; i++)
		sdk_buf_z(&xml, "</a>");
	rc = read_xml(sdk_buf_view(&xml), &out, &err);
	sdk_buf_release(&out);
	sdk_buf_release(&xml);
	return rc;
}

static enum ent_rc beside(unsigned n)
{
	struct sdk_buf xml, out;
	struct ent_err err;
	enum ent_rc rc;

	sdk_buf_init(&xml, OUT_MAX);
	sdk_buf_z(&xml, "<r>");
	for (unsigned i = 1; i < n; i++)
		sdk_buf_z(&xml, "<a/>");
	sdk_buf_z(&xml, "</r>");
	rc = read_xml(sdk_buf_view(&xml), &out, &err);
	sdk_buf_release(&out);
	sdk_buf_release(&xml);
	return rc;
}

static void limits_are_kept(void **state)
{
	(void)state;
	assert_int_equal(nested(SDK_XML_DEPTH_MAX), ENT_OK);
	assert_int_equal(nested(SDK_XML_DEPTH_MAX + 1), ENT_EINVAL);
	assert_int_equal(beside(SDK_XML_ELEMENTS_MAX), ENT_OK);
	assert_int_equal(beside(SDK_XML_ELEMENTS_MAX + 1), ENT_EINVAL);
}

/* Every cut-off document is refused, and none is read past its end. */
static void a_cut_document_is_none(void **state)
{
	static const char whole[] = "<?xml version='1.0'?><!-- c --><a b='1'>x<c>&amp;<![CDATA[d]]></c></a>";

	(void)state;
	for (size_t n = 0; n < sizeof whole - 1; n++) {
		char *cut = malloc(n ? n : 1); /* so that a sanitizer sees a read of the byte behind it */
		struct sdk_buf out;
		struct ent_err err;

		assert_non_null(cut);
		memcpy(cut, whole, n);
		assert_int_equal(read_xml((struct ent_str){cut, n}, &out, &err), ENT_EINVAL);
		sdk_buf_release(&out);
		free(cut);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(markup_becomes_json),
	    cmocka_unit_test(what_is_none_is_refused),
	    cmocka_unit_test(limits_are_kept),
	    cmocka_unit_test(a_cut_document_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
