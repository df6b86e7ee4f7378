/* SPDX-License-Identifier: Apache-2.0 */
/* What an uploaded file is called, what it is, and how it is sent. */
#include "core/file_name.h"
#include "core/sniff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void same(struct ent_str got, const char *want)
{
	char text[2048];

	snprintf(text, sizeof text, "%.*s", (int)got.n, got.p);
	assert_string_equal(text, want);
}

static void test_names(void **state)
{
	static const struct {
		const char *given, *want;
	} rows[] = {{"trace.log", "trace.log"},
		    {"../../x", "x"},
		    {"..\\..\\boot.ini", "boot.ini"},
		    {"a/", "file"},
		    {"..", "file"},
		    {"", "file"},
		    {" . x . ", ". x"},
		    {".profile", ".profile"},
		    {"exe.\xe2\x80\xae"
		     "fdp",
		     "exe.fdp"},
		    {"a\r\nb\x7f\xc2\x85", "ab"},
		    {"\xef\xbb\xbf"
		     "bom",
		     "bom"},
		    {"\xf3\xa0\x80\x81tag", "tag"},
		    {"\xe5\x90\x8d\xe5\x89\x8d.txt", "\xe5\x90\x8d\xe5\x89\x8d.txt"},
		    {"a\"b;c.txt", "a\"b;c.txt"}};
	struct sdk_arena arena;
	char name[400];

	(void)state;
	sdk_arena_init(&arena);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		same(file_name_safe(&arena.abi, sdk_str(rows[i].given)), rows[i].want);
	memset(name, 'x', sizeof name);
	memcpy(name + sizeof name - 5, ".gz", 4);
	struct ent_str got = file_name_safe(&arena.abi, sdk_str(name));
	assert_int_equal(got.n, FILE_NAME_MAX);
	assert_memory_equal(got.p + got.n - 3, ".gz", 3);
	same(file_name_disposition(&arena.abi, ENT_STR("a\"b \xc3\xa9.txt")),
	     "Content-Disposition: attachment; filename=\"a_b _.txt\"; filename*=UTF-8''a%22b%20%C3%A9.txt\r\n");
	same(file_name_size(&arena.abi, 999, false), "999 bytes");
	same(file_name_size(&arena.abi, 1234567, false), "1.2 MB");
	same(file_name_size(&arena.abi, 1234567, true), "1,2 Mo");
	sdk_arena_release(&arena);
}

static void test_types(void **state)
{
	static const struct {
		struct ent_str head;
		bool whole;
		const char *want;
	} rows[] = {
	    {{"\x89PNG\r\n\x1a\n", 8}, true, "image/png"},
	    {{"GIF89a<script>", 14}, true, "image/gif"},
	    {{"%PDF-1.7", 8}, true, "application/pdf"},
	    {{"<?xml version='1.0'?><SVG onload=x>", 35}, true, "image/svg+xml"},
	    {{"  <!DOCTYPE HTML>", 17}, true, "text/html"},
	    {{"<?xml version='1.0'?><a/>", 25}, true, "application/xml"},
	    {{"#!/bin/sh\n", 10}, true, "text/x-script"},
	    {{"words\n", 6}, true, "text/plain"},
	    {{"caf\xc3", 4}, false, "text/plain"}, /* the character is cut off */
	    {{"caf\xc3", 4}, true, "application/octet-stream"},
	    {{"a\0b", 3}, true, "application/octet-stream"},
	    {{"", 0}, true, "application/octet-stream"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(sniff_type(rows[i].head, rows[i].whole), rows[i].want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_names), cmocka_unit_test(test_types)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
