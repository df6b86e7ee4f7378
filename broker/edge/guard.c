/* SPDX-License-Identifier: Apache-2.0 */
#include "edge/guard.h"

#include <string.h>
#include "sdk/str.h"

#define CHUNK_DIGITS_MAX  8
#define EXTENSION_MAX     4096 /* bytes of one body's chunk extensions: nobody says anything in them */
#define LENGTH_DIGITS_MAX 15   /* beyond it a body is too large, whatever the limit */

const struct guard_refusal guard_too_large = {413, "the body is larger than this server takes"};

static enum guard_verdict guard_refuse(struct guard_refusal *ret, int status, const char *why)
{
	*ret = (struct guard_refusal){status, why};
	return GUARD_REFUSED;
}

static bool is_digits(struct ent_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

/* ---- the end of the head ---------------------------------------------------- */

enum guard_verdict guard_scan(struct guard_scan *scan, const struct limits *limits, struct ent_str bytes, size_t *ret_n,
			      struct guard_refusal *ret_refusal)
{
	size_t line = scan->at; /* always the start of a line */
	const char *lf;

	while ((lf = memchr(bytes.p + line, '\n', bytes.n - line)) != NULL) {
		size_t end = (size_t)(lf - bytes.p) + 1;

		if (end - line < 2 || lf[-1] != '\r')
			return guard_refuse(ret_refusal, 400,
					    "a line ends with LF alone; HTTP/1.1 lines end with CR LF");
		if (scan->lines == 0 && end - line > limits->target_max + 64)
			return guard_refuse(ret_refusal, 414, "the request line is too long");
		if (end > limits->head_max)
			return guard_refuse(ret_refusal, 431, "the headers are too large");
		if (end - line == 2) {
			*ret_n = end;
			return scan->lines > 0 ? GUARD_OK : guard_refuse(ret_refusal, 400, "the request line is empty");
		}
		if (++scan->lines > limits->headers_max + 1)
			return guard_refuse(ret_refusal, 431, "there are too many header fields");
		scan->at = line = end;
	}
	if (scan->lines == 0 && bytes.n > limits->target_max + 64)
		return guard_refuse(ret_refusal, 414, "the request line is too long");
	if (bytes.n > limits->head_max)
		return guard_refuse(ret_refusal, 431, "the headers are too large");
	return GUARD_MORE;
}

/* ---- the request line --------------------------------------------------------- */

static enum guard_verdict read_version(struct ent_str version, struct request *ret, struct guard_refusal *ret_refusal)
{
	if (sdk_eqz(version, "HTTP/1.1"))
		return GUARD_OK;
	if (sdk_eqz(version, "HTTP/1.0")) {
		ret->old = ret->close = true;
		return GUARD_OK;
	}
	if (version.n == 8 && sdk_starts(version, "HTTP/") && version.p[5] >= '0' && version.p[5] <= '9' &&
	    version.p[6] == '.' && version.p[7] >= '0' && version.p[7] <= '9')
		return guard_refuse(ret_refusal, 505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
	return guard_refuse(ret_refusal, 400, "the request line does not end in a HTTP version");
}

static enum guard_verdict read_request_line(struct ent_str line, const struct limits *limits, struct request *ret,
					    struct guard_refusal *ret_refusal)
{
	struct ent_str rest, version;
	enum guard_verdict verdict;

	ret->method = sdk_cut(line, ' ', &rest);
	ret->target = sdk_cut(rest, ' ', &version);
	if (!sdk_is_token(ret->method) || ret->target.n == 0 || version.p == NULL)
		return guard_refuse(ret_refusal, 400, "the request line is not: method, space, target, space, version");
	verdict = read_version(version, ret, ret_refusal);
	if (verdict != GUARD_OK)
		return verdict;
	if (ret->target.n > limits->target_max)
		return guard_refuse(ret_refusal, 414, "the request target is too long");
	if (ret->target.p[0] != '/')
		return guard_refuse(ret_refusal, 400, "the request target has to be a path that begins with '/'");
	for (size_t i = 0; i < ret->target.n; i++)
		if (ret->target.p[i] <= ' ' || ret->target.p[i] >= 0x7F || ret->target.p[i] == '#')
			return guard_refuse(ret_refusal, 400,
					    "the request target holds a character that must be percent-encoded");
	return GUARD_OK;
}

/* ---- header fields -------------------------------------------------------------- */

static enum guard_verdict read_field(struct ent_str line, struct ent_header *ret, struct guard_refusal *ret_refusal)
{
	const char *colon;

	if (line.p[0] == ' ' || line.p[0] == '\t')
		return guard_refuse(ret_refusal, 400, "a header field is folded over two lines");
	colon = memchr(line.p, ':', line.n);
	if (colon == NULL)
		return guard_refuse(ret_refusal, 400, "a header line has no colon");
	ret->name = (struct ent_str){line.p, (size_t)(colon - line.p)};
	ret->value = (struct ent_str){colon + 1, line.n - ret->name.n - 1};
	if (!sdk_is_token(ret->name))
		return guard_refuse(ret_refusal, 400,
				    "a header name holds a space or another character that no name has");
	for (size_t i = 0; i < ret->value.n; i++) {
		unsigned char c = (unsigned char)ret->value.p[i];

		if ((c < ' ' && c != '\t') || c == 0x7F)
			return guard_refuse(ret_refusal, 400, "a header value holds a control character");
	}
	while (ret->value.n > 0 && (ret->value.p[0] == ' ' || ret->value.p[0] == '\t')) {
		ret->value.p++;
		ret->value.n--;
	}
	while (ret->value.n > 0 && (ret->value.p[ret->value.n - 1] == ' ' || ret->value.p[ret->value.n - 1] == '\t'))
		ret->value.n--;
	return GUARD_OK;
}

/* The headers that decide where the request ends: how often each stood, and its value. */
struct framing {
	int n_host, n_length, n_encoding, n_expect;
	struct ent_str host, length, encoding, expect;
};

static void framing_note(struct framing *framing, const struct ent_header *header, struct request *request)
{
	struct ent_str name = header->name;

	/* The lengths first: most fields of most requests end here. */
	if (name.n == 4 && sdk_ieqz(name, "host")) {
		framing->n_host++;
		framing->host = header->value;
	} else if (name.n == 14 && sdk_ieqz(name, "content-length")) {
		framing->n_length++;
		framing->length = header->value;
	} else if (name.n == 17 && sdk_ieqz(name, "transfer-encoding")) {
		framing->n_encoding++;
		framing->encoding = header->value;
	} else if (name.n == 6 && sdk_ieqz(name, "expect")) {
		framing->n_expect++;
		framing->expect = header->value;
	} else if (name.n == 10 && sdk_ieqz(name, "connection")) {
		struct ent_str rest = header->value;

		while (rest.p != NULL)
			if (sdk_ieqz(sdk_trim(sdk_cut(rest, ',', &rest)), "close"))
				request->close = true;
	}
}

/* A host and perhaps a port: no user, path or space. */
static bool is_host_field(struct ent_str host)
{
	for (size_t i = 0; i < host.n; i++)
		if (!sdk_is_token((struct ent_str){host.p + i, 1}) && memchr(":[]()=;,", host.p[i], 8) == NULL)
			return false;
	return host.n > 0;
}

static enum guard_verdict framing_judge(const struct framing *framing, const struct limits *limits, struct request *ret,
					struct guard_refusal *ret_refusal)
{
	if (framing->n_host > 1 || (framing->n_host == 0 && !ret->old))
		return guard_refuse(ret_refusal, 400, "there has to be exactly one Host header");
	if (framing->n_host == 1 && !is_host_field(framing->host))
		return guard_refuse(ret_refusal, 400, "the Host header is no host");
	if (framing->n_length > 1)
		return guard_refuse(ret_refusal, 400, "there is more than one Content-Length header");
	if (framing->n_encoding > 0 && (ret->old || framing->n_length > 0))
		return guard_refuse(ret_refusal, 400, "Transfer-Encoding stands beside Content-Length, or in HTTP/1.0");
	if (framing->n_encoding > 1 || (framing->n_encoding == 1 && !sdk_ieqz(framing->encoding, "chunked")))
		return guard_refuse(ret_refusal, 400, "the only transfer encoding taken is: chunked");
	if (framing->n_length == 1 && !is_digits(framing->length))
		return guard_refuse(ret_refusal, 400, "Content-Length has to be digits only");
	if (framing->n_expect > 1 || (framing->n_expect == 1 && !sdk_ieqz(framing->expect, "100-continue")))
		return guard_refuse(ret_refusal, 417, "the only expectation met is: 100-continue");
	ret->expects = framing->n_expect == 1 && !ret->old;
	ret->length = framing->n_encoding == 1 ? -1 : 0;
	if (framing->n_length == 1 &&
	    (framing->length.n > LENGTH_DIGITS_MAX || !sdk_to_int(framing->length, &ret->length) ||
	     (uint64_t)ret->length > limits->body_max))
		return guard_refuse(ret_refusal, guard_too_large.status, guard_too_large.why);
	return GUARD_OK;
}

enum guard_verdict guard_read(const struct guard_scan *scan, const struct limits *limits, struct ent_str head,
			      struct ent_arena *arena, struct request *ret, struct guard_refusal *ret_refusal)
{
	struct ent_str rest = head, line = sdk_cut(rest, '\n', &rest);
	struct framing framing = {0};
	enum guard_verdict verdict;

	*ret = (struct request){.header = SDK_NEW_N(arena, struct ent_header, scan->lines)};
	verdict = read_request_line((struct ent_str){line.p, line.n - 1}, limits, ret, ret_refusal);
	while (verdict == GUARD_OK) {
		line = sdk_cut(rest, '\n', &rest);
		if (line.n <= 1)
			return framing_judge(&framing, limits, ret, ret_refusal);
		verdict = read_field((struct ent_str){line.p, line.n - 1}, &ret->header[ret->n_header], ret_refusal);
		if (verdict == GUARD_OK)
			framing_note(&framing, &ret->header[ret->n_header++], ret);
	}
	return verdict;
}

/* ---- chunked bodies ----------------------------------------------------------------- */

static size_t blanks_pass(const char *p, size_t at, size_t n)
{
	while (at < n && (p[at] == ' ' || p[at] == '\t'))
		at++;
	return at;
}

static size_t token_pass(const char *p, size_t at, size_t n)
{
	while (at < n && sdk_is_token((struct ent_str){p + at, 1}))
		at++;
	return at;
}

/* p[at] is the opening quote. The result is behind the closing one; n when it is not there yet, SIZE_MAX at what stands
 * in no quotes: a line end above all. */
static size_t quoted_pass(const char *p, size_t at, size_t n)
{
	for (at++; at < n && p[at] != '"'; at++) {
		if (p[at] == '\\' && ++at == n)
			return n;
		if (((unsigned char)p[at] < ' ' && p[at] != '\t') || p[at] == 0x7F)
			return SIZE_MAX;
	}
	return at < n ? at + 1 : n;
}

/* One `; name`, `; name=token` or `; name="quoted"`, blanks around its marks (RFC 9112, 7.1.1). Each sender has to say
 * it this way and no reader may act on one that it does not know: all there is to do is to see where it ends. */
static enum guard_verdict extension_pass(const char *p, size_t n, size_t *at)
{
	size_t mark = blanks_pass(p, *at, n), name, end;

	if (mark == n)
		return GUARD_MORE;
	if (p[mark] != ';')
		return GUARD_REFUSED;
	name = blanks_pass(p, mark + 1, n);
	*at = end = token_pass(p, name, n);
	mark = blanks_pass(p, end, n);
	if (mark == n)
		return GUARD_MORE;
	if (end == name)
		return GUARD_REFUSED;
	if (p[mark] != '=')
		return GUARD_OK;
	name = blanks_pass(p, mark + 1, n);
	if (name == n)
		return GUARD_MORE;
	*at = p[name] == '"' ? quoted_pass(p, name, n) : token_pass(p, name, n);
	if (*at == n)
		return GUARD_MORE;
	return *at == SIZE_MAX || *at == name ? GUARD_REFUSED : GUARD_OK;
}

/* Digits, extensions, CR LF. */
static enum guard_verdict chunk_size(struct guard_chunks *chunks, const struct limits *limits, const char *p, size_t n,
				     struct guard_refusal *ret_refusal)
{
	size_t size = 0, i = 0, digits;
	enum guard_verdict verdict = GUARD_OK;

	for (; i < n && sdk_hex_value(p[i]) >= 0; i++) {
		if (i == CHUNK_DIGITS_MAX)
			return guard_refuse(ret_refusal, 400, "a chunk's size has too many digits");
		size = size * 16 + (size_t)sdk_hex_value(p[i]);
	}
	if (i < n && i == 0)
		return guard_refuse(ret_refusal, 400, "a chunk's size has to be hexadecimal digits");
	for (digits = i; verdict == GUARD_OK && i < n && p[i] != '\r';)
		verdict = extension_pass(p, n, &i);
	if (verdict == GUARD_REFUSED || (i + 1 < n && p[i] == '\r' && p[i + 1] != '\n'))
		return guard_refuse(ret_refusal, 400,
				    "a chunk's size is followed neither by CR LF nor by an extension");
	/* an incomplete line counts too, or an endless one would never be refused */
	if ((verdict == GUARD_OK ? i : n) - digits > EXTENSION_MAX - chunks->extensions)
		return guard_refuse(ret_refusal, 400, "the chunks have too many bytes of extensions");
	if (verdict == GUARD_MORE || i + 1 >= n)
		return GUARD_MORE;
	if (size > limits->body_max - chunks->body)
		return guard_refuse(ret_refusal, guard_too_large.status, guard_too_large.why);
	chunks->extensions += i - digits;
	chunks->at += i + 2;
	chunks->left = size;
	chunks->state = size > 0 ? CHUNK_DATA : CHUNK_LAST;
	return GUARD_OK;
}

static enum guard_verdict chunk_crlf(struct guard_chunks *chunks, const char *p, size_t n,
				     struct guard_refusal *ret_refusal)
{
	if ((n > 0 && p[0] != '\r') || (n > 1 && p[1] != '\n'))
		return guard_refuse(ret_refusal, 400, "a chunk is not followed by CR LF, or the body by trailers");
	if (n < 2)
		return GUARD_MORE;
	chunks->at += 2;
	return GUARD_OK;
}

enum guard_verdict guard_chunks(struct guard_chunks *chunks, const struct limits *limits, char *p, size_t n,
				struct guard_refusal *ret_refusal)
{
	enum guard_verdict verdict = GUARD_OK;

	while (verdict == GUARD_OK) {
		size_t there = n - chunks->at;

		switch (chunks->state) {
		case CHUNK_SIZE:
			verdict = chunk_size(chunks, limits, p + chunks->at, there, ret_refusal);
			break;
		case CHUNK_DATA:
			if (there > chunks->left)
				there = chunks->left;
			memmove(p + chunks->body, p + chunks->at, there);
			chunks->body += there;
			chunks->at += there;
			chunks->left -= there;
			if (chunks->left > 0)
				return GUARD_MORE;
			chunks->state = CHUNK_END;
			break;
		case CHUNK_END:
			verdict = chunk_crlf(chunks, p + chunks->at, there, ret_refusal);
			if (verdict == GUARD_OK)
				chunks->state = CHUNK_SIZE;
			break;
		case CHUNK_LAST:
			return chunk_crlf(chunks, p + chunks->at, there, ret_refusal);
		}
	}
	return verdict;
}
