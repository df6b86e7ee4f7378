/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which addresses are somebody's own network and not the internet. The connected address
 * is asked about, not the name: names can answer differently a second later.
 */
#include "core/range.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* An IPv4 address stands as ::ffff:a.b.c.d, so that there is one kind. */
struct ip {
	unsigned char b[16];
};
struct cidr {
	struct ip ip;
	unsigned bits; /* 0 to 128 */
};
#define V4_BITS 96 /* what stands before an IPv4 address */

static bool cidr_holds(const struct cidr *cidr, const struct ip *ip)
{
	size_t whole = cidr->bits / 8;
	unsigned rest = cidr->bits % 8;

	if (memcmp(cidr->ip.b, ip->b, whole) != 0)
		return false;
	return rest == 0 || (cidr->ip.b[whole] ^ ip->b[whole]) >> (8 - rest) == 0;
}

/* ---- special ranges -------------------------------------------------------------- */

/* IANA's special-purpose registry of IPv4: what is not globally reachable, and what no host has. */
static const struct {
	unsigned char b[4];
	unsigned bits;
} special4[] = {
    {{0, 0, 0, 0}, 8},       /* this network */
    {{10, 0, 0, 0}, 8},      /* private */
    {{100, 64, 0, 0}, 10},   /* behind a provider's translator */
    {{127, 0, 0, 0}, 8},     /* loopback */
    {{169, 254, 0, 0}, 16},  /* link-local; clouds keep credentials there */
    {{172, 16, 0, 0}, 12},   /* private */
    {{192, 0, 0, 0}, 24},    /* protocol assignments */
    {{192, 0, 2, 0}, 24},    /* documentation */
    {{192, 88, 99, 0}, 24},  /* 6to4 relays */
    {{192, 168, 0, 0}, 16},  /* private */
    {{198, 18, 0, 0}, 15},   /* benchmarks */
    {{198, 51, 100, 0}, 24}, /* documentation */
    {{203, 0, 113, 0}, 24},  /* documentation */
    {{224, 0, 0, 0}, 4},     /* multicast */
    {{240, 0, 0, 0}, 4},     /* reserved, broadcast */
};
/* The same for what lies inside 2000::/3; all the rest of IPv6 is special but for the translator's prefix. */
static const struct cidr special6[] = {
    {{{0x20, 0x01}}, 23},                /* protocol assignments, Teredo, ORCHID, benchmarks */
    {{{0x20, 0x01, 0x0d, 0xb8}}, 32},    /* documentation */
    {{{0x20, 0x02}}, 16},                /* 6to4: carries any IPv4 address */
    {{{0x3f, 0xff}}, 20},                /* documentation */
    {{{0x26, 0x20, 0, 0x4f, 0x80}}, 48}, /* AS112, direct delegation */
};
static const struct cidr unicast6 = {{{0x20}}, 3};
static const struct cidr mapped4 = {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}}, V4_BITS};
static const struct cidr translated4 = {{{0, 0x64, 0xff, 0x9b}}, V4_BITS}; /* NAT64: an IPv4 address at its end */

static bool is_special4(const unsigned char b[4])
{
	for (size_t i = 0; i < sizeof special4 / sizeof *special4; i++) {
		struct cidr range = {.bits = special4[i].bits};
		struct ip ip = {{b[0], b[1], b[2], b[3]}};

		memcpy(range.ip.b, special4[i].b, sizeof special4[i].b);
		if (cidr_holds(&range, &ip))
			return true;
	}
	return false;
}

static bool is_special(const struct ip *ip)
{
	if (cidr_holds(&mapped4, ip) || cidr_holds(&translated4, ip))
		return is_special4(ip->b + 12);
	if (!cidr_holds(&unicast6, ip))
		return true;
	for (size_t i = 0; i < sizeof special6 / sizeof *special6; i++)
		if (cidr_holds(&special6[i], ip))
			return true;
	return false;
}

/* ---- text -------------------------------------------------------------------------- */

static bool ip_read(const char *text, struct ip *ret, bool *ret_is_v4)
{
	*ret = mapped4.ip;
	*ret_is_v4 = inet_pton(AF_INET, text, ret->b + 12) == 1;
	return *ret_is_v4 || inet_pton(AF_INET6, text, ret->b) == 1;
}

/* Bits beyond the length are refused: 10.1.2.3/8 is more than whoever wrote it thought of. */
static bool cidr_read(struct ent_str text, struct cidr *ret)
{
	char z[INET6_ADDRSTRLEN];
	struct ent_str length, address = sdk_cut(text, '/', &length);
	int64_t bits;
	bool is_v4;

	if (!length.p || length.n == 0 || length.n > 3 || address.n == 0 || address.n >= sizeof z)
		return false;
	if (memchr(address.p, '\0', address.n) || length.p[0] < '0' || length.p[0] > '9')
		return false;
	memcpy(z, address.p, address.n);
	z[address.n] = '\0';
	if (!ip_read(z, &ret->ip, &is_v4) || !sdk_to_int(length, &bits) || bits > (is_v4 ? 32 : 128))
		return false;
	ret->bits = (unsigned)bits + (is_v4 ? V4_BITS : 0);
	for (unsigned i = ret->bits; i < 128; i++)
		if (ret->ip.b[i / 8] >> (7 - i % 8) & 1)
			return false;
	return true;
}

bool range_is_cidr(struct ent_str text)
{
	struct cidr cidr;

	return cidr_read(text, &cidr);
}

static bool address_text_read(struct ent_str text, struct ip *ret)
{
	char z[INET6_ADDRSTRLEN];
	bool is_v4;

	if (text.n == 0 || text.n >= sizeof z || memchr(text.p, '\0', text.n))
		return false;
	memcpy(z, text.p, text.n);
	z[text.n] = '\0';
	return ip_read(z, ret, &is_v4);
}

bool range_holds(struct ent_str ranges, struct ent_str address)
{
	struct cidr cidr;
	struct ip ip;

	if (!address_text_read(address, &ip))
		return false;
	while (ranges.n)
		if (cidr_read(sdk_trim(sdk_cut(ranges, ',', &ranges)), &cidr) && cidr_holds(&cidr, &ip))
			return true;
	return false;
}

bool range_customer(struct ent_str address, unsigned char ret[16])
{
	struct ip ip;

	if (!address_text_read(address, &ip))
		return false;
	if (!cidr_holds(&mapped4, &ip))
		memset(ip.b + 8, 0, 8);
	memcpy(ret, ip.b, 16);
	return true;
}

/* ---- the question --------------------------------------------------------------------- */

static bool may_connect(const struct ip *ip, const struct ent_str *allow, size_t n_allow)
{
	struct ip inner = mapped4.ip;
	struct cidr cidr;

	if (!is_special(ip))
		return true;
	/* a range of IPv4 is meant whichever way the address is reached */
	memcpy(inner.b + 12, ip->b + 12, 4);
	for (size_t i = 0; i < n_allow; i++)
		if (cidr_read(allow[i], &cidr) &&
		    (cidr_holds(&cidr, ip) || (cidr_holds(&translated4, ip) && cidr_holds(&cidr, &inner))))
			return true;
	return false;
}

bool range_may_connect(const struct sockaddr *address, const struct ent_str *allow, size_t n_allow)
{
	struct ip ip = mapped4.ip;

	/* copied: the caller's bytes need not be aligned for the wider struct */
	if (address->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, address, sizeof in);
		memcpy(ip.b + 12, &in.sin_addr, 4);
	} else if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, address, sizeof in6);
		memcpy(ip.b, &in6.sin6_addr, 16);
	} else {
		return false;
	}
	return may_connect(&ip, allow, n_allow);
}
