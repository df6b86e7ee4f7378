/* SPDX-License-Identifier: Apache-2.0 */
/* Where the broker may connect: the internet, and of everybody's own networks only what the supplier's list has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>
#include "core/peer.h"
#include "core/range.h"

static bool may(const char *text, const struct ent_str *allow, size_t n_allow)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
	bool by_address = false;

	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		by_address = range_may_connect((const struct sockaddr *)(const void *)&in, allow, n_allow);
	else if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1)
		by_address = range_may_connect((const struct sockaddr *)(const void *)&in6, allow, n_allow);
	else
		fail_msg("%s is no address", text);
	return by_address;
}

static const struct {
	const char *address;
	bool may;
} addresses[] = {
    {"1.1.1.1", true},
    {"8.8.8.8", true},
    {"9.255.255.255", true},
    {"10.0.0.0", false},
    {"10.255.255.255", false},
    {"11.0.0.0", true},
    {"0.0.0.0", false},
    {"0.255.255.255", false},
    {"100.63.255.255", true},
    {"100.64.0.0", false},
    {"100.127.255.255", false},
    {"100.128.0.0", true},
    {"126.255.255.255", true},
    {"127.0.0.1", false},
    {"127.255.255.255", false},
    {"128.0.0.0", true},
    {"169.253.255.255", true},
    {"169.254.169.254", false},
    {"169.255.0.0", true},
    {"172.15.255.255", true},
    {"172.16.0.0", false},
    {"172.31.255.255", false},
    {"172.32.0.0", true},
    {"192.0.0.0", false},
    {"192.0.0.255", false},
    {"192.0.1.0", true},
    {"192.0.2.1", false},
    {"192.0.3.0", true},
    {"192.88.98.255", true},
    {"192.88.99.1", false},
    {"192.167.255.255", true},
    {"192.168.0.1", false},
    {"192.169.0.0", true},
    {"198.17.255.255", true},
    {"198.18.0.0", false},
    {"198.19.255.255", false},
    {"198.20.0.0", true},
    {"198.51.100.7", false},
    {"203.0.113.9", false},
    {"203.0.114.0", true},
    {"223.255.255.255", true},
    {"224.0.0.1", false},
    {"239.255.255.255", false},
    {"240.0.0.0", false},
    {"255.255.255.255", false},

    {"::", false},
    {"::1", false},
    {"::2", false},
    {"::127.0.0.1", false}, /* IPv4-compatible, not used any more */
    {"::ffff:127.0.0.1", false},
    {"::ffff:10.1.2.3", false},
    {"::ffff:1.1.1.1", true},
    {"64:ff9b::7f00:1", false},
    {"64:ff9b::a9fe:a9fe", false},
    {"64:ff9b::101:101", true},
    {"64:ff9b:1::101:101", false},
    {"100::1", false},
    {"1fff:ffff::1", false},
    {"2000::1", true},
    {"2001::1", false}, /* Teredo */
    {"2001:1ff:ffff::1", false},
    {"2001:200::1", true},
    {"2001:db8::1", false},
    {"2001:db9::1", true},
    {"2002:7f00:1::", false},
    {"2002:101:101::1", false},
    {"2003::1", true},
    {"2606:4700:4700::1111", true},
    {"2620:4f:8000::1", false},
    {"3ffe::1", true},
    {"3fff::1", false},
    {"3fff:1000::1", true},
    {"4000::1", false},
    {"5f00::1", false},
    {"fc00::1", false},
    {"fd00:ec2::254", false},
    {"fe80::1", false},
    {"fec0::1", false},
    {"ff02::1", false},
};

static void special_ranges(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++)
		if (may(addresses[i].address, NULL, 0) != addresses[i].may)
			fail_msg("%s: may %sbe connected to", addresses[i].address, addresses[i].may ? "" : "not ");
}

static void what_is_allowed(void **state)
{
	const struct ent_str allow[] = {ENT_STR("127.0.0.0/8"), ENT_STR("10.1.2.0/23"), ENT_STR("192.168.7.9/32"),
					ENT_STR("fd00::/8"), ENT_STR("::1/128")};

	(void)state;
	assert_true(may("127.9.9.9", allow, 5));
	assert_false(may("127.9.9.9", allow + 1, 4));
	assert_true(may("::ffff:127.0.0.1", allow, 5));
	assert_true(may("64:ff9b::7f00:1", allow, 5)); /* the same host, by the translator */
	assert_true(may("10.1.2.0", allow, 5));
	assert_true(may("10.1.3.255", allow, 5));
	assert_false(may("10.1.4.0", allow, 5));
	assert_false(may("10.1.1.255", allow, 5));
	assert_true(may("192.168.7.9", allow, 5));
	assert_false(may("192.168.7.8", allow, 5));
	assert_true(may("fdff::1", allow, 5));
	assert_false(may("fc00::1", allow, 5));
	assert_true(may("::1", allow, 5));
	assert_false(may("::2", allow, 5));
	assert_true(may("1.1.1.1", allow, 5)); /* the internet needs no leave */
	assert_false(may("127.0.0.1", (const struct ent_str[]){ENT_STR("rubbish"), ENT_STR("127.0.0.1")}, 2));
	assert_true(may("169.254.1.1", (const struct ent_str[]){ENT_STR("0.0.0.0/0")}, 1));
	assert_false(may("fe80::1", (const struct ent_str[]){ENT_STR("0.0.0.0/0")}, 1));
	assert_true(may("fe80::1", (const struct ent_str[]){ENT_STR("::/0")}, 1));
}

static void other_families(void **state)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "/run/x"};
	const struct ent_str allow = ENT_STR("::/0");

	(void)state;
	assert_false(range_may_connect((const struct sockaddr *)(const void *)&un, &allow, 1));
}

static void ranges_as_text(void **state)
{
	static const char *const good[] = {"127.0.0.0/8",   "0.0.0.0/0", "10.1.2.3/32", "::/0",
					   "2001:db8::/32", "::1/128",   "fe80::/10",   "::ffff:10.0.0.0/104"};
	static const char *const bad[] = {"",
					  "/",
					  "/8",
					  "127.0.0.0",
					  "127.0.0.0/",
					  "127.0.0.0/33",
					  "127.0.0.1/8",
					  "127.0.0.0/-1",
					  "127.0.0.0/+8",
					  "127.0.0.0/8 ",
					  "127.0.0.0/8/8",
					  "127.1/8",
					  "127.0.0/24",
					  "::1/127",
					  "::/129",
					  "::/x",
					  "localhost/8",
					  "fe80::1%lo/128",
					  "10.0.0.0/008x",
					  "0x7f.0.0.0/8"};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		if (!range_is_cidr(sdk_str(good[i])))
			fail_msg("%s is a range", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (range_is_cidr(sdk_str(bad[i])))
			fail_msg("\"%s\" is no range", bad[i]);
	assert_false(range_is_cidr(ENT_ABSENT));
	assert_false(range_is_cidr((struct ent_str){"10.0.0.0\0/8", 11}));
}

static const struct {
	const char *address, *forwarded, *peer;
} told[] = {
    {"203.0.113.9", NULL, "203.0.113.9"},
    {"203.0.113.9", "198.51.100.1", "203.0.113.9"}, /* no proxy of ours: it says what it likes */
    {"10.1.0.7", NULL, "10.1.0.7"},
    {"10.1.0.7", "198.51.100.1", "198.51.100.1"},
    {"10.1.0.7", "1.2.3.4, 198.51.100.1", "198.51.100.1"}, /* the first is what the client wrote itself */
    {"10.1.0.7", "1.2.3.4, 198.51.100.1 , 10.1.0.8", "198.51.100.1"},
    {"10.1.0.7", "evil, 10.1.0.8", "10.1.0.8"},
    {"10.1.0.7", "", "10.1.0.7"},
    {"10.1.0.7", "2001:db8::1", "2001:db8::1"},
    {"::ffff:10.1.0.7", "198.51.100.1", "198.51.100.1"},
};

static void proxy_tells_the_address(void **state)
{
	unsigned char a[16], b[16];

	(void)state;
	for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
		struct ent_str peer = peer_of(sdk_str(told[i].address), sdk_str(told[i].forwarded),
					      ENT_STR("10.1.0.0/29, fd00::/8, 10.1.0.8/32"));

		if (!sdk_eqz(peer, told[i].peer))
			fail_msg("%s, %s: %.*s", told[i].address, told[i].forwarded, (int)peer.n, peer.p);
	}
	assert_true(range_customer(ENT_STR("2001:db8:0:1::1"), a) && range_customer(ENT_STR("2001:db8:0:1:9::"), b));
	assert_memory_equal(a, b, 16);
	assert_true(range_customer(ENT_STR("10.0.0.1"), a) && range_customer(ENT_STR("10.0.0.2"), b));
	assert_memory_not_equal(a, b, 16);
	assert_false(range_customer(ENT_STR("10.0.0"), a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(proxy_tells_the_address), cmocka_unit_test(special_ranges),
	    cmocka_unit_test(what_is_allowed),         cmocka_unit_test(other_families),
	    cmocka_unit_test(ranges_as_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
