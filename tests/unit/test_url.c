/* SPDX-License-Identifier: Apache-2.0 */
/* URLs that may be gone to, and paths that stay under their base. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "core/url.h"
#include "sdk/time.h"

/* ---- whole URLs ------------------------------------------------------------------------ */

static const char *const good_urls[] = {
    "https://tool.example",     "https://tool.example/",           "https://tool.example:8443/rest/api?x=%20y&z",
    "https://127.0.0.1/",       "https://[2001:db8::1]/",          "https://[::1]:8443",
    "https://X_y-z.example.",   "https://xn--bcher-kva.example/a", "https://10x.example",
    "https://1.2.3.4.example/", "https://a/%C3%A9?q=%0A",          "https://tool.example?x",
};

static const struct {
	const char *url, *why;
} bad_urls[] = {
    {"", "begins neither"},
    {"tool.example", "begins neither"},
    {"//tool.example", "begins neither"},
    {"ftp://tool.example/", "begins neither"},
    {"file:///etc/passwd", "begins neither"},
    {"gopher://127.0.0.1:6379/_x", "begins neither"},
    {" https://tool.example/", "begins neither"},
    {"http://tool.example/", "is http:"},
    {"https://", "no plain name"},
    {"https:///x", "no plain name"},
    {"https://user@tool.example/", "a user stands"},
    {"https://user:word@tool.example/", "a user stands"},
    {"https://tool.example\\@evil.example/", "a character that stands in no URL"},
    {"https://tool.example/a b", "a character"},
    {"https://tool.example/\r\nX: y", "a character"},
    {"https://tool.example/\x7f", "a character"},
    {"https://tool.example/\xc3\xa9", "a character"},
    {"https://b\xc3\xbc"
     "cher.example/",
     "a character"},
    {"https://tool.example/<>", "a character"},
    {"https://tool.example/#a", "a fragment"},
    {"https://tool.example#@evil.example", "a fragment"},
    {"https://127.1/", "no plain name"},
    {"https://2130706433/", "no plain name"},
    {"https://0x7f000001/", "no plain name"},
    {"https://0x7f.1/", "no plain name"},
    {"https://1.0x7f/", "no plain name"},
    {"https://0177.0.0.1/", "no plain name"},
    {"https://1.2.3.256/", "no plain name"},
    {"https://1.2.3.4.5/", "no plain name"},
    {"https://1.2.3.4./", "no plain name"},
    {"https://0/", "no plain name"},
    {"https://.example/", "no plain name"},
    {"https://a..example/", "no plain name"},
    {"https://-a.example/", "no plain name"},
    {"https://127.0.0.1%00.example/", "no plain name"},
    {"https://tool.example:/", "its port"},
    {"https://tool.example:0/", "its port"},
    {"https://tool.example:65536/", "its port"},
    {"https://tool.example:+80/", "its port"},
    {"https://tool.example:080443/", "its port"},
    {"https://tool.example:22/", "port 22 is that of another protocol"},
    {"https://tool.example:6667/", "port 6667"},
    {"https://[::1/", "no IPv6"},
    {"https://[]/", "no IPv6"},
    {"https://[fe80::1%25lo]/", "no IPv6"},
    {"https://[::1]x/", "follows the ]"},
    {"https://[::1]:/", "its port"},
    {"https://::1/", "no plain name"},
};

static void urls_that_are_plain(void **state)
{
	char longest[9000];
	struct ent_err err;

	(void)state;
	for (size_t i = 0; i < sizeof good_urls / sizeof *good_urls; i++)
		if (url_vet(sdk_str(good_urls[i]), false, &err) != ENT_OK)
			fail_msg("%s: %s", good_urls[i], err.msg);
	for (size_t i = 0; i < sizeof bad_urls / sizeof *bad_urls; i++) {
		if (url_vet(sdk_str(bad_urls[i].url), false, &err) != ENT_EINVAL)
			fail_msg("%s was taken", bad_urls[i].url);
		if (!strstr(err.msg, bad_urls[i].why))
			fail_msg("%s: %s, and not: %s", bad_urls[i].url, err.msg, bad_urls[i].why);
	}
	assert_int_equal(url_vet(ENT_STR("http://tool.example/"), true, &err), ENT_OK);
	assert_int_equal(url_vet((struct ent_str){"https://a\0b/", 12}, true, &err), ENT_EINVAL);
	memset(longest, 'a', sizeof longest);
	memcpy(longest, "https://h/", 10);
	assert_int_equal(url_vet((struct ent_str){longest, 8192}, false, &err), ENT_OK);
	assert_int_equal(url_vet((struct ent_str){longest, 8193}, false, &err), ENT_EINVAL);
	assert_int_equal(url_vet_base(ENT_STR("https://h/rest"), false, &err), ENT_OK);
	assert_int_equal(url_vet_base(ENT_STR("https://h/rest?x"), false, &err), ENT_EINVAL);
	assert_int_equal(url_vet_base(ENT_STR("https://h/a/../b"), false, &err), ENT_EINVAL);
	assert_int_equal(url_vet_base(ENT_STR("http://h/a"), false, &err), ENT_EINVAL);
}

/* ---- paths under a base ------------------------------------------------------------------ */

static const struct {
	const char *base, *path, *url; /* url NULL: refused */
} paths[] = {
    {"https://h", "/", "https://h/"},
    {"https://h", "/a/b?c=d", "https://h/a/b?c=d"},
    {"https://h/", "/a", "https://h/a"},
    {"https://h/base", "/a", "https://h/base/a"},
    {"https://h/base/", "/a", "https://h/base/a"},
    {"https://h/base", "/a%2Fb", "https://h/base/a%2Fb"},
    {"https://h/base", "/100%25", "https://h/base/100%25"},
    {"https://h/base", "/a?x=../../y&z=%2e%2e/", "https://h/base/a?x=../../y&z=%2e%2e/"}, /* a query climbs nowhere */
    {"https://h/base", "/a...b/..c/c..", "https://h/base/a...b/..c/c.."},
    {"https://h/base", "//evil.example/", "https://h/base//evil.example/"}, /* host is the base's all the same */
    {"https://h/base", "https://h/base/a", "https://h/base/a"},
    {"https://h/base", "https://H:443/base/a", "https://H:443/base/a"},
    {"https://h/base", "https://h/base?x", "https://h/base?x"},
    {"https://h/base/", "https://h/base", "https://h/base"},
    {"https://[::1]:8443", "https://[::1]:8443/a", "https://[::1]:8443/a"},
    {"http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x/y", "http://127.0.0.1:8080/x/y"},

    {"https://h/base", "", NULL},
    {"https://h/base", "a", NULL},
    {"https://h/base", "@evil.example/", NULL},
    {"https://h/base", ".evil.example/", NULL},
    {"https://h/base", ":8080/", NULL},
    {"https://h/base", "/a b", NULL},
    {"https://h/base", "/a\tb", NULL},
    {"https://h/base", "/a\r\nHost: evil", NULL},
    {"https://h/base", "/a\x01", NULL},
    {"https://h/base", "/a#b", NULL},
    {"https://h/base", "/a\\..\\b", NULL},
    {"https://h/base", "/..", NULL},
    {"https://h/base", "/../x", NULL},
    {"https://h/base", "/a/./b", NULL},
    {"https://h/base", "/a/..?x", NULL},
    {"https://h/base", "/%2e%2e/x", NULL},
    {"https://h/base", "/.%2E/x", NULL},
    {"https://h/base", "/..%2fx", NULL},
    {"https://h/base", "/a%2f..%2fx", NULL},
    {"https://h/base", "/a%5c..%5cx", NULL},
    {"https://h/base", "/%252e%252e/x", NULL},
    {"https://h/base", "/%25252e%25252e/x", NULL},
    {"https://h/base", "/%2525252525252e", NULL},
    {"https://h/base", "/a%00b", NULL},
    {"https://h/base", "/a%0d%0ab", NULL},
    {"https://h/base", "/a%2", NULL},
    {"https://h/base", "/a%zz", NULL},
    {"https://h/base", "https://h/", NULL},
    {"https://h/base", "https://h/basement", NULL},
    {"https://h/base", "https://h/base/../x", NULL},
    {"https://h/base", "https://h/base%2f..", NULL},
    {"https://h/base", "http://h/base/a", NULL},
    {"https://h/base", "https://h:444/base/a", NULL},
    {"https://h/base", "https://evil.example/base/a", NULL},
    {"https://h/base", "https://h.evil.example/base/a", NULL},
    {"https://h/base", "https://h@evil.example/base/a", NULL},
    {"https://h/base", "https://u@h/base/a", NULL},
    {"https://h/base", "https://h/base/a#x", NULL},
    {"https://h/base", "HTTPS://h/base/a", NULL},
    {"https://h/base", "ftp://h/base/a", NULL},
};

static void paths_stay_under_their_base(void **state)
{
	struct sdk_arena arena;

	(void)state;
	sdk_arena_init(&arena);
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		struct ent_str url = ENT_ABSENT;
		struct ent_err err;
		enum ent_rc rc = url_join(&arena.abi, sdk_str(paths[i].base), sdk_str(paths[i].path), &url, &err);

		if (paths[i].url && rc != ENT_OK)
			fail_msg("%s under %s: %s", paths[i].path, paths[i].base, err.msg);
		if (paths[i].url && !sdk_eqz(url, paths[i].url))
			fail_msg("%s under %s is %.*s", paths[i].path, paths[i].base, ENT_F(url));
		if (!paths[i].url && rc != ENT_EINVAL)
			fail_msg("%s under %s was taken: %.*s", paths[i].path, paths[i].base, ENT_F(url));
	}
	sdk_arena_release(&arena);
}

static const struct {
	const char *method;
	int status;
	const char *location, *want; /* NULL: not followed */
} redirects[] = {
    {"GET", 301, "/new", "https://x.example:8443/new"},
    {"GET", 302, "https://x.example:8443/new?a=b#part", "https://x.example:8443/new?a=b"},
    {"HEAD", 302, "https://X.EXAMPLE:8443/new", "https://X.EXAMPLE:8443/new"},
    {"GET", 307, "//x.example:8443/new", "https://x.example:8443/new"},
    {"GET", 308, "other", "https://x.example:8443/api/other"},
    {"GET", 308, "?page=2", "https://x.example:8443/api/list?page=2"},
    {"POST", 307, "/new", "https://x.example:8443/new"},
    {"PATCH", 308, "/new/", "https://x.example:8443/new/"},
    {"POST", 301, "/new", NULL},
    {"POST", 302, "/new", NULL},
    {"PUT", 303, "/new", NULL},
    {"GET", 303, "/new", NULL},
    {"GET", 300, "/new", NULL},
    {"GET", 304, "/new", NULL},
    {"GET", 200, "/new", NULL},
    {"GET", 302, "", NULL},
    {"GET", 302, "http://x.example:8443/new", NULL},
    {"GET", 302, "https://x.example/new", NULL},
    {"GET", 302, "https://y.example:8443/new", NULL},
    {"GET", 302, "https://x.example:8443@y.example/new", NULL},
    {"GET", 302, "https://user@x.example:8443/new", NULL},
    {"GET", 302, "//y.example/new", NULL},
    {"GET", 302, "/\\y.example/new", NULL},
    {"GET", 302, "///y.example/new", NULL},
    {"GET", 302, "file:///etc/passwd", NULL},
    {"GET", 302, "/a/../b", NULL},
    {"GET", 302, "/a/%2e%2e/b", NULL},
    {"GET", 302, "/a b", NULL},
    {"GET", 302, "https://169.254.169.254/", NULL},
};

static void redirects_stay_on_their_origin(void **state)
{
	struct sdk_arena arena;

	(void)state;
	sdk_arena_init(&arena);
	for (size_t i = 0; i < sizeof redirects / sizeof *redirects; i++) {
		struct ent_str to = ENT_ABSENT;
		struct ent_err err = {0};
		enum ent_rc rc = url_redirect(&arena.abi, redirects[i].method, redirects[i].status,
					      ENT_STR("https://x.example:8443/api/list?a=b"),
					      sdk_str(redirects[i].location), &to, &err);

		if ((rc == ENT_OK) != (redirects[i].want != NULL) || (rc == ENT_OK && !sdk_eqz(to, redirects[i].want)))
			fail_msg("%s %d %s: %.*s %s", redirects[i].method, redirects[i].status, redirects[i].location,
				 ENT_F(to), err.msg);
		assert_true(rc == ENT_OK || err.msg[0] != '\0');
	}
	sdk_arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(urls_that_are_plain),
	    cmocka_unit_test(paths_stay_under_their_base),
	    cmocka_unit_test(redirects_stay_on_their_origin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
