# SPDX-License-Identifier: Apache-2.0
"""A broker that people come in to, a browser that keeps cookies and follows nothing by itself, and a provider of identities that
signs whatever it is told to."""
import base64
import hashlib
import http.client
import http.server
import json
import os
import re
import threading
import time
import urllib.parse

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
import hmac

from kit import Binary, free_port

MAIL, PASSWORD = "lea@us.example", "password-canary-staple"


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(n, size=None):
    return b64(n.to_bytes(size or (n.bit_length() + 7) // 8, "big"))


class Browser:
    """Cookies by name; each request says that it comes from our own page, unless it is told otherwise."""

    def __init__(self, port, **headers):
        self.port, self.cookies, self.headers = port, {}, headers

    def call(self, method, path, form=None, body=None, headers=None):
        send = {"Host": f"127.0.0.1:{self.port}", "Sec-Fetch-Site": "same-origin", **self.headers, **(headers or {})}
        if form is not None:
            body = urllib.parse.urlencode(form)
            send.setdefault("Content-Type", "application/x-www-form-urlencoded")
        elif body is not None:
            body = json.dumps(body)
            send.setdefault("Content-Type", "application/json")
        if self.cookies:
            send.setdefault("Cookie", "; ".join(f"{k}={v}" for k, v in self.cookies.items()))
        send = {k: v for k, v in send.items() if v is not None}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, send)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, rest = line.split("=", 1)
            value = rest.split(";", 1)[0]
            if value and "Max-Age=0" not in rest:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return answer.status, answer.headers, text

    def who(self):
        status, _, text = self.call("GET", "/v1/session")
        return json.loads(text) if status == 200 else None


class Provider:
    """OpenID Connect with a code and PKCE. bend(header, claims) changes a token before it is signed; forge() signs it in another way."""

    def __init__(self):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.ec = ec.generate_private_key(ec.SECP256R1())
        self.kid, self.codes, self.key_reads, self.asked = "k1", {}, 0, []
        self.bend, self.forge, self.sub, self.answer_status = None, None, "sub-1", 200
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def say(self, status, data):
                text = json.dumps(data).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def do_GET(self):
                if self.path == "/.well-known/openid-configuration":
                    self.say(200, {"issuer": provider.issuer, "authorization_endpoint": provider.issuer + "/auth",
                                   "token_endpoint": provider.issuer + "/token", "jwks_uri": provider.issuer + "/keys"})
                elif self.path == "/keys":
                    provider.key_reads += 1
                    self.say(200, {"keys": provider.public()})
                else:
                    self.say(404, {})

            def do_POST(self):
                form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
                self.say(*provider.token(form, self.headers.get("Authorization", "")))

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def end(self):
        self.server.shutdown()
        self.server.server_close()

    def public(self):
        n = self.key.public_key().public_numbers()
        p = self.ec.public_key().public_numbers()
        return [{"kty": "RSA", "kid": self.kid, "use": "sig", "n": number(n.n), "e": number(n.e)},
                {"kty": "EC", "kid": "e1", "crv": "P-256", "x": number(p.x, 32), "y": number(p.y, 32)}]

    def authorize(self, url, **more):
        """As the person at the provider: the query of the way back."""
        ask = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
        self.asked.append(ask)
        code = "code-canary-" + b64(os.urandom(12))
        self.codes[code] = ask
        return ask, {"code": code, "state": ask["state"], **more}

    def token(self, form, authorization):
        ask = self.codes.pop(form.get("code"), None)
        want = "Basic " + base64.b64encode(b"entente:client-secret-canary").decode()
        proof = b64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if not ask or authorization != want or proof != ask["code_challenge"] or form["redirect_uri"] != ask["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        return self.answer_status, {"access_token": "access-canary", "token_type": "Bearer", "id_token": self.sign(ask)}

    def sign(self, ask):
        now = int(time.time())
        header = {"alg": "RS256", "kid": self.kid}
        claims = {"iss": self.issuer, "aud": "entente", "sub": self.sub, "nonce": ask["nonce"], "iat": now, "exp": now + 300,
                  "email": MAIL, "email_verified": True}
        if self.bend:
            self.bend(header, claims)
        text = b64(json.dumps(header).encode()) + "." + b64(json.dumps(claims).encode())
        signature = self.forge(self, text.encode()) if self.forge else sign_rs256(self, text.encode())
        return text + "." + b64(signature)


def sign_rs256(provider, text):
    return provider.key.sign(text, padding.PKCS1v15(), hashes.SHA256())


def sign_other(provider, text):
    return provider.other.sign(text, padding.PKCS1v15(), hashes.SHA256())


def sign_ps256(provider, text):
    return provider.key.sign(text, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())


def sign_es256(provider, text):
    r, s = decode_dss_signature(provider.ec.sign(text, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def sign_hs256(provider, text):
    """With the public key, which everybody has, as the secret."""
    pem = provider.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return hmac.new(pem, text, hashlib.sha256).digest()


class House(Binary):
    """`entente serve` with organisations: us and council have passwords, orion has a provider or a password, telnord only a provider."""

    def __init__(self, issuer, algorithms=("RS256",), **settings):
        self.issuer, self.algorithms, self.settings = issuer, list(algorithms), settings
        super().__init__()

    def config(self, base):
        secret = os.path.join(self.folder, "client-secret")
        with open(os.open(secret, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            file.write("client-secret-canary\n")
        way = {"issuer": self.issuer, "client_id": "entente", "client_secret": f"file:{secret}", "plain_http": True, "allow": ["127.0.0.0/8"]}
        return {**base, "organisations": ["council"], "log": {"level": "debug", "format": "json"},
                "sign_in": [{"organisation": "orion", **way, "algorithms": self.algorithms},
                            {"organisation": "telnord", **way, "algorithms": ["RS256", "PS256", "ES256"], "required": True}],
                "http": {**base["http"], "proxies": ["127.0.0.1/32"]}, **self.settings}

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def browser(self, **headers):
        return Browser(self.port, **headers)

    def invite(self, name, mail, organisation, role):
        status, said = self.json("POST", "/v1/invitations", {"name": name, "mail": mail, "organisation": organisation, "role": role})
        assert status == 201, said
        return urllib.parse.urlsplit(said["link"]).path, said

    def person(self, mail=MAIL, organisation="us", role="technician", password=PASSWORD):
        """Comes in by an invitation and a password."""
        path, said = self.invite("Léa <Martin>", mail, organisation, role)
        browser = self.browser()
        status, _, _ = browser.call("POST", path, {"password": password, "how": "password"})
        assert status == 303, status
        return browser, said["user"]

    def enter(self, mail, password, organisation="us", browser=None):
        browser = browser or self.browser()
        status, headers, text = browser.call("POST", "/sign-in", {"organisation": organisation, "mail": mail, "password": password})
        return browser, status, text


def title(text):
    found = re.search(r"<h1>(.*?)</h1>", text)
    return found[1] if found else text[:80]


def over(house, provider, organisation, browser=None, **more):
    """A sign-in over the provider from its beginning: browser, status, text."""
    browser = browser or house.browser()
    status, headers, text = browser.call("GET", f"/sign-in/{organisation}/provider")
    if status != 303:
        return browser, status, text
    ask, back = provider.authorize(headers["Location"], **more)
    status, _, text = browser.call("GET", urllib.parse.urlsplit(ask["redirect_uri"]).path + "?" + urllib.parse.urlencode(back),
                                   headers={"Sec-Fetch-Site": "cross-site"})
    return browser, status, text
