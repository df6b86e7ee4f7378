# SPDX-License-Identifier: Apache-2.0
"""Requests that two readers could frame differently, or that are just wrong, and the answers that are right.

Each is sent alone on a connection: exactly one answer of the statuses named, then the connection ends.
"""
H = b"Host: x\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
BODY = b"\r\n4\r\nabcd\r\n0\r\n\r\n"

REFUSED = [
    # what ends the body
    ("two different lengths", b"POST /hooks/orion HTTP/1.1\r\n" + H + b"Content-Length: 4\r\nContent-Length: 0\r\n\r\n"
     b"GET /healthz HTTP/1.1\r\n" + H + b"\r\n", {400}),
    ("two equal lengths", b"POST /hooks/orion HTTP/1.1\r\n" + H + b"Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd", {400}),
    ("a list of lengths", b"POST /hooks/orion HTTP/1.1\r\n" + H + b"Content-Length: 4, 4\r\n\r\nabcd", {400}),
    ("length and chunked", b"POST /hooks/orion HTTP/1.1\r\n" + H + b"Content-Length: 4\r\n" + CHUNKED + b"\r\n0\r\n\r\n", {400}),
    ("chunked and length", b"POST /hooks/orion HTTP/1.1\r\n" + H + CHUNKED + b"Content-Length: 4\r\n\r\n0\r\n\r\n", {400}),
    ("length with a plus", b"POST /hooks/orion HTTP/1.1\r\n" + H + b"Content-Length: +4\r\n\r\nabcd", {400}),
    ("length with a minus", b"POST /hooks/orion HTTP/1.1\r\n" + H + b"Content-Length: -4\r\n\r\nabcd", {400}),
    ("hexadecimal length", b"POST /hooks/orion HTTP/1.1\r\n" + H + b"Content-Length: 0x4\r\n\r\nabcd", {400}),
    ("empty length", b"POST /hooks/orion HTTP/1.1\r\n" + H + b"Content-Length:\r\n\r\n", {400}),
    ("length past 64 bits", b"POST /hooks/orion HTTP/1.1\r\n" + H + b"Content-Length: 99999999999999999999\r\n\r\nabcd", {413}),
    ("length past the limit", b"POST /hooks/orion HTTP/1.1\r\n" + H + b"Content-Length: 1048577\r\n\r\nabcd", {413}),
    ("unknown transfer coding", b"POST /hooks/orion HTTP/1.1\r\n" + H + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", {400, 501}),
    ("two transfer codings", b"POST /hooks/orion HTTP/1.1\r\n" + H + CHUNKED + b"Transfer-Encoding: identity\r\n\r\n0\r\n\r\n",
     {400}),
    ("gzip, chunked", b"POST /hooks/orion HTTP/1.1\r\n" + H + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", {400, 501}),
    ("chunked by a tab", b"POST /hooks/orion HTTP/1.1\r\n" + H + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", {400}),
    ("chunked in HTTP/1.0", b"POST /hooks/orion HTTP/1.0\r\n" + H + CHUNKED + BODY, {400}),
    ("chunk size with 0x", b"POST /hooks/orion HTTP/1.1\r\n" + H + CHUNKED + b"\r\n0x4\r\nabcd\r\n0\r\n\r\n", {400}),
    ("chunk size past 64 bits", b"POST /hooks/orion HTTP/1.1\r\n" + H + CHUNKED + b"\r\nfffffffffffffffff\r\nabcd\r\n0\r\n\r\n",
     {400, 413}),
    ("chunk size past the limit", b"POST /hooks/orion HTTP/1.1\r\n" + H + CHUNKED + b"\r\n100001\r\nabcd\r\n0\r\n\r\n", {413}),
    ("chunk size with a sign", b"POST /hooks/orion HTTP/1.1\r\n" + H + CHUNKED + b"\r\n+4\r\nabcd\r\n0\r\n\r\n", {400}),
    ("chunk size with a space", b"POST /hooks/orion HTTP/1.1\r\n" + H + CHUNKED + b"\r\n4 \r\nabcd\r\n0\r\n\r\n", {400}),
    ("chunk size missing", b"POST /hooks/orion HTTP/1.1\r\n" + H + CHUNKED + b"\r\n\r\nabcd\r\n0\r\n\r\n", {400}),
    ("chunk extension without a name", b"POST /hooks/orion HTTP/1.1\r\n" + H + CHUNKED + b"\r\n4;=b\r\nabcd\r\n0\r\n\r\n", {400}),
    ("chunk extension that ends with LF", b"POST /hooks/orion HTTP/1.1\r\n" + H + CHUNKED + b"\r\n4;a\nabcd\r\n0\r\n\r\n", {400}),
    ("chunk extension whose quotes hold a line end",
     b"POST /hooks/orion HTTP/1.1\r\n" + H + CHUNKED + b'\r\n4;a="\r\n"\r\nabcd\r\n0\r\n\r\n', {400}),
    ("chunk extensions without end", b"POST /hooks/orion HTTP/1.1\r\n" + H + CHUNKED + b"\r\n4" + b";a" * 3000, {400}),
    ("chunk line with LF alone", b"POST /hooks/orion HTTP/1.1\r\n" + H + CHUNKED + b"\r\n4\nabcd\r\n0\r\n\r\n", {400}),
    ("chunk longer than its size", b"POST /hooks/orion HTTP/1.1\r\n" + H + CHUNKED + b"\r\n3\r\nabcd\r\n0\r\n\r\n", {400}),
    ("trailers", b"POST /hooks/orion HTTP/1.1\r\n" + H + CHUNKED + b"\r\n0\r\nX-A: b\r\n\r\n", {400}),
    # lines
    ("LF alone", b"POST /hooks/orion HTTP/1.1\nHost: x\nContent-Length: 4\n\nabcd", {400}),
    ("LF alone at the end of the head", b"GET /healthz HTTP/1.1\r\n" + H + b"\n", {400}),
    ("LF alone after a header", b"GET /healthz HTTP/1.1\r\nX-A: b\nHost: x\r\n\r\n", {400}),
    ("CR alone in a value", b"GET /healthz HTTP/1.1\r\n" + H + b"X-A: a\rb\r\n\r\n", {400}),
    ("space before the colon", b"POST /hooks/orion HTTP/1.1\r\n" + H + b"Content-Length : 4\r\n\r\nabcd", {400}),
    ("folded header", b"GET /healthz HTTP/1.1\r\n" + H + b"X-A: a\r\n b\r\n\r\n", {400}),
    ("folded first header", b"GET /healthz HTTP/1.1\r\n Host: x\r\n\r\n", {400}),
    ("no colon", b"GET /healthz HTTP/1.1\r\n" + H + b"X-A\r\n\r\n", {400}),
    ("no name", b"GET /healthz HTTP/1.1\r\n" + H + b": a\r\n\r\n", {400}),
    ("name with brackets", b"GET /healthz HTTP/1.1\r\n" + H + b"X(A): a\r\n\r\n", {400}),
    ("NUL in a value", b"GET /healthz HTTP/1.1\r\n" + H + b"X-A: a\0b\r\n\r\n", {400}),
    ("NUL in a name", b"GET /healthz HTTP/1.1\r\n" + H + b"X\0A: b\r\n\r\n", {400}),
    ("DEL in a value", b"GET /healthz HTTP/1.1\r\n" + H + b"X-A: a\x7fb\r\n\r\n", {400}),
    # host
    ("no Host", b"GET /healthz HTTP/1.1\r\n\r\n", {400}),
    ("two Hosts", b"GET /healthz HTTP/1.1\r\n" + H + b"Host: y\r\n\r\n", {400}),
    ("empty Host", b"GET /healthz HTTP/1.1\r\nHost:\r\n\r\n", {400}),
    ("Host with a path", b"GET /healthz HTTP/1.1\r\nHost: x/y\r\n\r\n", {400}),
    ("Host with a user", b"GET /healthz HTTP/1.1\r\nHost: a@x\r\n\r\n", {400}),
    # request line
    ("absolute address", b"GET http://other/ HTTP/1.1\r\n" + H + b"\r\n", {400}),
    ("asterisk", b"OPTIONS * HTTP/1.1\r\n" + H + b"\r\n", {400}),
    ("authority", b"CONNECT x:443 HTTP/1.1\r\n" + H + b"\r\n", {400}),
    ("two spaces", b"GET  /healthz HTTP/1.1\r\n" + H + b"\r\n", {400}),
    ("space in the target", b"GET /health z HTTP/1.1\r\n" + H + b"\r\n", {400}),
    ("tab for a space", b"GET\t/healthz HTTP/1.1\r\n" + H + b"\r\n", {400}),
    ("bytes in the target", b"GET /health\xc3\xa9 HTTP/1.1\r\n" + H + b"\r\n", {400}),
    ("fragment", b"GET /healthz#a HTTP/1.1\r\n" + H + b"\r\n", {400}),
    ("no version", b"GET /healthz\r\n" + H + b"\r\n", {400}),
    ("version in lower case", b"GET /healthz http/1.1\r\n" + H + b"\r\n", {400}),
    ("HTTP/1.2", b"GET /healthz HTTP/1.2\r\n" + H + b"\r\n", {505}),
    ("HTTP/2's preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 505}),
    ("TLS to a plain port", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", {400}),
    ("an unknown expectation", b"POST /hooks/orion HTTP/1.1\r\n" + H + b"Expect: 200-ok\r\nContent-Length: 1\r\n\r\na", {417}),
    # sizes
    ("too long a target", b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n" + H + b"\r\n", {414}),
    ("an endless request line", b"GET /" + b"a" * 70000, {414}),
    ("too large headers", b"GET /healthz HTTP/1.1\r\n" + H + b"X-A: " + b"a" * 40000 + b"\r\n\r\n", {431}),
    ("too many headers", b"GET /healthz HTTP/1.1\r\n" + H + b"X-A: a\r\n" * 150 + b"\r\n", {431}),
    ("endless headers", b"GET /healthz HTTP/1.1\r\n" + H + b"X-A: a\r\n" * 100000, {431}),
]
