/* SPDX-License-Identifier: Apache-2.0 */
/*
 * URLs that requests may go to. Two readers of one URL that see different hosts are how
 * requests are led astray, so only what has one reading is taken.
 */
#include "core/url.h"

#include <string.h>

#define URL_MAX     8192 /* bytes */
#define HOST_MAX    255
#define DECODES_MAX 4 /* a path that is still encoded after so many is refused */

/* Ports where a server of another protocol could take our bytes for its own; the fetch standard's list. */
static const unsigned short bad_port[] = {
    1,    7,    9,    11,   13,   15,   17,   19,   20,   21,   22,   23,   25,   37,   42,   43,   53,
    69,   77,   79,   87,   95,   101,  102,  103,  104,  109,  110,  111,  113,  115,  117,  119,  123,
    135,  137,  139,  143,  161,  179,  389,  427,  465,  512,  513,  514,  515,  526,  530,  531,  532,
    540,  548,  554,  556,  563,  587,  601,  636,  989,  990,  993,  995,  1719, 1720, 1723, 2049, 3659,
    4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080};

/* ---- host and port ------------------------------------------------------------------- */

static bool is_all(struct ent_str text, const char *of)
{
	for (size_t i = 0; i < text.n; i++)
		if (!text.p[i] || !strchr(of, text.p[i]))
			return false;
	return text.n > 0;
}

/* "127.0.0.1": four numbers as everybody writes them. 127.1, 0177.0.0.1 and 2130706433 are the same to some readers. */
static bool is_dotted_quad(struct ent_str host)
{
	size_t n = 0;

	while (host.p) {
		struct ent_str part = sdk_cut(host, '.', &host);
		int64_t value;

		if (part.n > 3 || !is_all(part, "0123456789") || (part.n > 1 && part.p[0] == '0') ||
		    !sdk_to_int(part, &value) || value > 255)
			return false;
		n++;
	}
	return n == 4;
}

/* The last label tells whether a reader takes the host for a number. */
static bool looks_numeric(struct ent_str host)
{
	struct ent_str last = host;

	if (last.n > 0 && last.p[last.n - 1] == '.')
		last.n--;
	for (size_t i = last.n; i > 0; i--)
		if (last.p[i - 1] == '.') {
			last = (struct ent_str){last.p + i, last.n - i};
			break;
		}
	return is_all(last, "0123456789") ||
	       ((sdk_starts(last, "0x") || sdk_starts(last, "0X")) &&
		(last.n == 2 || is_all((struct ent_str){last.p + 2, last.n - 2}, "0123456789abcdefABCDEF")));
}

static bool is_host(struct ent_str host)
{
	if (host.n > HOST_MAX || !is_all(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._"))
		return false;
	if (host.p[0] == '.' || host.p[0] == '-' || memmem(host.p, host.n, "..", 2))
		return false;
	return !looks_numeric(host) || is_dotted_quad(host);
}

static enum ent_rc port_read(struct ent_str text, int *ret, struct ent_err *err)
{
	int64_t port;

	if (text.n > 5 || !is_all(text, "0123456789") || !sdk_to_int(text, &port) || port < 1 || port > 65535)
		return sdk_fail_as(err, ENT_EINVAL, "url.port", "its port is none (1 to 65535)");
	for (size_t i = 0; i < sizeof bad_port / sizeof *bad_port; i++)
		if (port == bad_port[i])
			return sdk_fail_as(err, ENT_EINVAL, "url.port_other",
					   "port {port=%d} is that of another protocol", (int)port);
	*ret = (int)port;
	return ENT_OK;
}

/* "host", "host:port", "[address]", "[address]:port" */
static enum ent_rc authority_read(struct ent_str text, struct url *url, struct ent_err *err)
{
	struct ent_str rest = ENT_ABSENT;

	url->port = url->is_tls ? 443 : 80;
	if (text.n > 0 && text.p[0] == '[') {
		url->host = sdk_cut((struct ent_str){text.p + 1, text.n - 1}, ']', &rest);
		if (!rest.p || url->host.n > 45 || !memchr(url->host.p, ':', url->host.n) ||
		    !is_all(url->host, "0123456789abcdefABCDEF:."))
			return sdk_fail_as(err, ENT_EINVAL, "url.ipv6", "what stands in [] is no IPv6 address");
		if (rest.n > 0 && rest.p[0] != ':')
			return sdk_fail_as(err, ENT_EINVAL, "url.after_host", "something follows the ] of its host");
		return rest.n > 0 ? port_read((struct ent_str){rest.p + 1, rest.n - 1}, &url->port, err) : ENT_OK;
	}
	if (memchr(text.p, '@', text.n))
		return sdk_fail_as(err, ENT_EINVAL, "url.user", "a user stands before its host (@)");
	url->host = sdk_cut(text, ':', &rest);
	if (!is_host(url->host))
		return sdk_fail_as(
		    err, ENT_EINVAL, "url.host",
		    "its host is no plain name or address (a-z, 0-9, . and -; other letters as xn--...)");
	return rest.p ? port_read(rest, &url->port, err) : ENT_OK;
}

/* ---- the whole URL --------------------------------------------------------------------- */

/* Blanks, controls, what must be percent-encoded, and \, which some read as /. */
static bool is_url_text(struct ent_str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= 0x20 || text.p[i] >= 0x7F || strchr("\\\"<>^`{|}", text.p[i]))
			return false;
	return true;
}

enum ent_rc url_read(struct ent_str url, struct url *ret, struct ent_err *err)
{
	struct url read = {0};
	size_t scheme = sdk_starts(url, "https://") ? 8 : sdk_starts(url, "http://") ? 7 : 0, end;
	enum ent_rc rc;

	if (scheme == 0)
		return sdk_fail_as(err, ENT_EINVAL, "url.scheme", "begins neither with https:// nor with http://");
	if (url.n > URL_MAX || !is_url_text(url))
		return sdk_fail_as(err, ENT_EINVAL, "url.long",
				   "is longer than {most=%d} bytes or has a character that stands in no URL", URL_MAX);
	for (end = scheme; end < url.n && !strchr("/?#", url.p[end]); end++)
		;
	read.is_tls = scheme == 8;
	rc = authority_read((struct ent_str){url.p + scheme, end - scheme}, &read, err);
	if (rc != ENT_OK)
		return rc;
	read.origin = (struct ent_str){url.p, end};
	read.path = (struct ent_str){url.p + end, url.n - end};
	*ret = read;
	return ENT_OK;
}

enum ent_rc url_vet(struct ent_str url, bool plain_http, struct ent_err *err)
{
	struct url read;
	enum ent_rc rc = url_read(url, &read, err);

	if (rc != ENT_OK)
		return rc;
	if (!read.is_tls && !plain_http)
		return sdk_fail_as(err, ENT_EINVAL, "url.plain",
				   "is http:, where everybody on the way can read and change it");
	if (memchr(url.p, '#', url.n))
		return sdk_fail_as(err, ENT_EINVAL, "url.fragment", "has a fragment (#)");
	return ENT_OK;
}

/* ---- paths ------------------------------------------------------------------------------- */

/* Is a part of it "." or ".."? Both slashes separate. */
static bool path_climbs(struct ent_str path)
{
	for (size_t i = 0, from = 0; i <= path.n; i++) {
		if (i < path.n && path.p[i] != '/' && path.p[i] != '\\')
			continue;
		if ((i - from == 1 && path.p[from] == '.') ||
		    (i - from == 2 && path.p[from] == '.' && path.p[from + 1] == '.'))
			return true;
		from = i + 1;
	}
	return false;
}

/* However often a server decodes it, it stays below where it begins. */
static enum ent_rc path_vet(struct ent_arena *arena, struct ent_str path, struct ent_err *err)
{
	for (int times = 0; times < DECODES_MAX; times++) {
		struct ent_str decoded;

		if (path_climbs(path) || sdk_has_control(path))
			return sdk_fail_as(err, ENT_EINVAL, "url.path_part",
					   "the path has a part \".\" or \"..\" or a control character");
		if (path.n == 0 || !memchr(path.p, '%', path.n))
			return ENT_OK;
		if (!sdk_percent_decode(arena, path, false, &decoded)) {
			if (times > 0)
				return ENT_OK; /* a '%' of the text itself */
			return sdk_fail_as(err, ENT_EINVAL, "url.path_percent", "the path has a %% without two digits");
		}
		path = decoded;
	}
	return sdk_fail_as(err, ENT_EINVAL, "url.path_coded", "the path is encoded more than {most=%d} times",
			   DECODES_MAX - 1);
}

static struct ent_str without_query(struct ent_str path)
{
	struct ent_str query;

	return sdk_cut(path, '?', &query);
}

enum ent_rc url_vet_base(struct ent_str url, bool plain_http, struct ent_err *err)
{
	struct url read;
	struct sdk_arena arena;
	enum ent_rc rc = url_vet(url, plain_http, err);

	if (rc == ENT_OK && memchr(url.p, '?', url.n))
		rc = sdk_fail_as(err, ENT_EINVAL, "url.query", "has a query (?)");
	if (rc != ENT_OK)
		return rc;
	sdk_arena_init(&arena);
	rc = url_read(url, &read, err);
	if (rc == ENT_OK)
		rc = path_vet(&arena.abi, read.path, err);
	sdk_arena_release(&arena);
	return rc;
}

/* ---- redirects --------------------------------------------------------------------------- */

static bool is_followed(const char *method, int status)
{
	bool reads = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;

	return status == 307 || status == 308 || (reads && (status == 301 || status == 302));
}

/* "file:...": nothing relative. */
static bool has_other_scheme(struct ent_str location)
{
	struct ent_str rest, head = sdk_cut(location, ':', &rest);

	return rest.p && !sdk_eqz(head, "https") && !sdk_eqz(head, "http") &&
	       (head.n == 0 || (!memchr(head.p, '/', head.n) && !memchr(head.p, '?', head.n)));
}

/* The whole URL that a Location means, without a fragment. */
static struct ent_str location_resolve(struct ent_arena *arena, const struct url *from, struct ent_str location)
{
	struct ent_str fragment, path = without_query(from->path);

	location = sdk_cut(location, '#', &fragment);
	if (sdk_starts(location, "https://") || sdk_starts(location, "http://"))
		return location;
	if (sdk_starts(location, "//"))
		return sdk_format(arena, "%s%.*s", from->is_tls ? "https:" : "http:", ENT_F(location));
	if (sdk_starts(location, "/"))
		return sdk_format(arena, "%.*s%.*s", ENT_F(from->origin), ENT_F(location));
	if (!sdk_starts(location, "?"))
		while (path.n > 0 && path.p[path.n - 1] != '/')
			path.n--;
	return sdk_format(arena, "%.*s%.*s%s%.*s", ENT_F(from->origin), ENT_F(path),
			  path.n == 0 && !sdk_starts(location, "?") ? "/" : "", ENT_F(location));
}

enum ent_rc url_redirect(struct ent_arena *arena, const char *method, int status, struct ent_str url,
			 struct ent_str location, struct ent_str *ret, struct ent_err *err)
{
	struct url from, to;
	struct ent_str whole;
	enum ent_rc rc = url_read(url, &from, err);

	if (rc == ENT_OK && (!is_followed(method, status) || location.n == 0))
		rc = sdk_fail_as(err, ENT_EINVAL, "url.status_method", "status {status=%d} sends no {method=%s} on",
				 status, method);
	if (rc == ENT_OK && has_other_scheme(location))
		rc = sdk_fail_as(err, ENT_EINVAL, "url.other_protocol", "it leads to another protocol");
	if (rc != ENT_OK)
		return rc;
	whole = location_resolve(arena, &from, location);
	rc = url_read(whole, &to, err);
	if (rc == ENT_OK && (to.is_tls != from.is_tls || to.port != from.port || !sdk_ieq(to.host, from.host)))
		rc = sdk_fail_as(err, ENT_EINVAL, "url.other_host", "it leads away from the supplier's own host");
	if (rc == ENT_OK)
		rc = path_vet(arena, without_query(to.path), err);
	if (rc == ENT_OK)
		*ret = whole;
	return rc;
}

/* "/api" is above "/api", "/api/x" and "/api?x", not above "/apix". */
static bool is_under(struct ent_str base, struct ent_str path)
{
	while (base.n > 0 && base.p[base.n - 1] == '/')
		base.n--;
	return path.n >= base.n && (base.n == 0 || memcmp(base.p, path.p, base.n) == 0) &&
	       (path.n == base.n || path.p[base.n] == '/' || path.p[base.n] == '?');
}

enum ent_rc url_join(struct ent_arena *arena, struct ent_str base, struct ent_str path, struct ent_str *ret,
		     struct ent_err *err)
{
	struct url from, to;
	struct ent_str whole = path, end = base;
	enum ent_rc rc = url_read(base, &from, err);

	if (rc != ENT_OK)
		return rc;
	while (end.n > 0 && end.p[end.n - 1] == '/')
		end.n--;
	if (path.n > 0 && path.p[0] == '/')
		whole = sdk_format(arena, "%.*s%.*s", ENT_F(end), ENT_F(path));
	else if (!sdk_starts(path, "https://") && !sdk_starts(path, "http://"))
		return sdk_fail_as(err, ENT_EINVAL, "url.path_begin",
				   "the path begins neither with / nor with the base URL");
	rc = url_read(whole, &to, err);
	if (rc != ENT_OK)
		return rc;
	if (to.is_tls != from.is_tls || to.port != from.port || !sdk_ieq(to.host, from.host) ||
	    !is_under(from.path, to.path))
		return sdk_fail_as(err, ENT_EINVAL, "url.leads_away", "the URL leads away from the supplier's own");
	if (to.path.n > 0 && memchr(to.path.p, '#', to.path.n))
		return sdk_fail_as(err, ENT_EINVAL, "url.with_fragment", "the URL has a fragment (#)");
	rc = path_vet(arena, without_query(to.path), err);
	if (rc == ENT_OK)
		*ret = whole.p == path.p ? sdk_dup(arena, path) : whole;
	return rc;
}
