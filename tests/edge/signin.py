# SPDX-License-Identifier: Apache-2.0
"""How people come in: invitations, passwords, sessions, and a provider that sends every wrong token."""
import json
import os
import re
import subprocess
import threading
import time
import urllib.parse

from kit import BUILD, TOP, ended_clean
from signin_kit import (MAIL, PASSWORD, Browser, House, Provider, b64, over, sign_es256, sign_hs256, sign_other, sign_ps256, title)

CANARIES = ("password-canary", "code-canary", "access-canary", "client-secret-canary")


def pages(tap, house):
    browser = house.browser()
    status, headers, text = browser.call("GET", "/sign-in", headers={"Accept-Language": "fr-FR,fr;q=0.9,en;q=0.5"})
    tap.equal("the sign-in page is French for who asks for it", (status, '<html lang="fr">' in text, title(text)), (200, True, "Se connecter"))
    status, headers, text = browser.call("GET", "/sign-in", headers={"Accept-Language": "de,en;q=0.8,fr;q=0.2"})
    tap.equal("and English else", ('<html lang="en">' in text, title(text)), (True, "Sign in"))
    policy = headers["Content-Security-Policy"]
    tap.equal("its policy lets in nothing but its own style and forms to us",
              re.sub(r"'sha256-[^']*'", "HASH", policy),
              "default-src 'none'; style-src HASH; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
    tap.equal("it is kept by no cache, guessed as nothing else, and tells nobody where one came from",
              (headers["Cache-Control"], headers["X-Content-Type-Options"], headers["Referrer-Policy"]), ("no-store", "nosniff", "no-referrer"))
    labels = re.findall(r'<label for="([^"]*)"', text)
    tap.equal("no hint is a lie: the invitation's page names the organisation", ("the link you were given" in text, "the page of your invitation" in text), (False, True))
    tap.equal("each field has its label", sorted(labels), sorted(re.findall(r'<input id="([^"]*)"', text)))
    tap.equal("an organisation without a provider looks like one that does not exist",
              house.browser().call("GET", "/sign-in/council")[2].replace("council", "X"),
              house.browser().call("GET", "/sign-in/nowhere")[2].replace("nowhere", "X"))
    status, headers, text = browser.call("GET", "/sign-in?by=https://evil.example")
    tap.equal("the form that leads to a provider leads nowhere else", (status, headers["Location"]), (200, None))


NO_NAME = "The short name of an organisation has at most 64 characters: letters from a to z, digits and hyphens."


def asked_organisation(tap, house):
    """The page says which organisation was asked for, and why it asks for a password."""
    texts = {name: house.browser().call("GET", f"/sign-in/{name}")[2] for name in ("council", "nowhere", "orion", "telnord")}
    tap.equal("the page of an organisation names it", [name for name, text in texts.items() if f"Organisation: <strong>{name}</strong>" not in text], [])
    tap.equal("and says why it takes a password, whether there is such an organisation or not",
              [name for name, text in texts.items() if "This organisation has no provider here" in text], ["council", "nowhere"])
    tap.equal("two ways in are told apart", [name for name, text in texts.items() if "<h2>Or with a password</h2>" in text], ["orion"])
    browser = house.browser()
    status, _, text = browser.call("GET", "/sign-in?by=Big%20Corp")
    tap.equal("a name that can be none is told so beside its field, which keeps it",
              (status, NO_NAME in text, re.findall(r'<input id="(\w+)"[^>]* aria-invalid="true" value="([^"]*)"', text)), (200, True, [("by", "big corp")]))
    status, _, text = browser.call("GET", "/sign-in/Big%20Corp")
    tap.equal("so is one in the address", (status, NO_NAME in text, "password" in text), (404, True, False))
    _, status, text = house.enter(MAIL, PASSWORD, organisation="Big Corp")
    tap.equal("and one in the form with the password",
              (status, NO_NAME in text, re.findall(r'<input id="(\w+)"[^>]* aria-invalid="true" value="([^"]*)"', text)), (401, True, [("organisation", "big corp")]))
    tap.equal("capitals and blanks around it are forgiven", browser.call("GET", "/sign-in?by=%20Orion%20")[1]["Location"], "/sign-in/orion")
    tap.equal("where a provider is configured the page asks for whose", 'name="by"' in browser.call("GET", "/sign-in")[2], True)


def without_provider(tap, house):
    other = House(house.issuer, sign_in=[])
    try:
        tap.equal("where none is configured it does not", 'name="by"' in other.browser().call("GET", "/sign-in")[2], False)
    finally:
        ended_clean(tap, other)


def front_door(tap, house):
    for path in ("/", "/sign-out"):
        for method in ("GET", "HEAD"):
            status, headers, text = house.browser().call(method, path)
            tap.equal(f"{method} {path} leads to the sign-in", (status, headers["Location"], text), (303, "/sign-in", ""))


def invitations(tap, house):
    path, said = house.invite("Léa <Martin>", MAIL, "us", "technician")
    tap.equal("a link comes from public_url", said["link"], house.url + path)
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    status, other = house.json("POST", "/v1/invitations", {"name": "L", "mail": MAIL, "organisation": "us", "role": "technician"}, headers=evil)
    tap.equal("whatever Host says", (status, other["link"].startswith(house.url + "/invitation/")), (201, True))
    tap.equal("a newer link replaces the older one", house.browser().call("GET", path)[0], 404)
    path = urllib.parse.urlsplit(other["link"]).path
    for method in ("GET", "HEAD", "GET", "HEAD"):
        status, _, text = house.browser().call(method, path)
    status, headers, text = house.browser().call("GET", path)
    tap.equal("a scanner that fetches it uses nothing", (status, title(text), headers.get("Set-Cookie")), (200, "Welcome to Entente", None))
    tap.equal("the page names what sign-in asks for later, the address as a password manager reads it",
              ("Organisation: <strong>us</strong>" in text, re.findall(r'<input [^>]*type="email"[^>]*required readonly autocomplete="username"[^>]* value="([^"]*)"', text)),
              (True, [MAIL]))
    tap.check("the page escapes the name and does not repeat the link", "Léa &lt;Martin&gt;" in text and path.split("/")[-1] not in text, text)
    browser = house.browser()
    status, _, text = browser.call("POST", path, {"password": PASSWORD, "how": "password"}, headers={"Sec-Fetch-Site": "cross-site"})
    tap.equal("another site cannot press its button", status, 403)
    status, _, text = browser.call("POST", path, {"password": "short", "how": "password"})
    tap.equal("a weak password is refused beside its field, and the link still works",
              (status, 'aria-invalid="true"' in text, 'aria-describedby="password-hint error"' in text), (422, True, True))
    status, headers, _ = browser.call("POST", path, {"password": PASSWORD, "how": "password"})
    tap.equal("its button signs the person in", (status, headers["Location"], browser.who()["name"]), (303, "/sign-in", "Léa <Martin>"))
    cookie = [line for line in headers.get_all("Set-Cookie")]
    tap.check("on loopback over http the cookie is HttpOnly, Lax, and says by its name that it is not Secure",
           len(cookie) == 1 and cookie[0].startswith("entente_session=") and "HttpOnly" in cookie[0] and "SameSite=Lax" in cookie[0]
           and "Secure" not in cookie[0] and "Domain" not in cookie[0], str(cookie))
    tap.equal("the link worked once", (house.browser().call("POST", path, {"password": PASSWORD, "how": "password"})[0],
                                       house.browser().call("GET", path)[0]), (404, 404))
    gone, never = house.browser().call("GET", path)[2], house.browser().call("GET", "/invitation/" + "A" * 43)[2]
    tap.equal("one that is used up and one that never was look alike", gone, never)
    for role, organisation, why in (("admin", "orion", "ours"), ("supplier_admin", "us", "theirs"), ("system", "us", "a machine's"), ("x", "us", "none")):
        tap.equal(f"nobody is invited into a role that is {why}",
                  house.json("POST", "/v1/invitations", {"name": "x", "mail": "x@y.example", "organisation": organisation, "role": role})[0], 422)
    return browser


def languages(tap, house):
    """Whoever is invited in a language reads it from the first page on, whatever the browser asks for."""
    for word, other, first, last in (("fr", "en", "Bienvenue sur Entente", "Connexion réussie"), ("en", "fr", "Welcome to Entente", "You are signed in")):
        body = {"name": "Léo", "mail": f"leo-{word}@us.example", "organisation": "us", "role": "technician", "language": word}
        path = urllib.parse.urlsplit(house.json("POST", "/v1/invitations", body)[1]["link"]).path
        browser = house.browser(**{"Accept-Language": other})
        refused = browser.call("POST", path, {"password": "short", "how": "password"})[2]
        text = browser.call("GET", path)[2]
        tap.equal(f"invited in {word}, asked in {other}: the invitation", [(f'lang="{word}"' in t, title(t)) for t in (text, refused)], [(True, first)] * 2)
        browser.call("POST", path, {"password": PASSWORD, "how": "password"})
        text = browser.call("GET", "/sign-in")[2]
        tap.equal("and the page behind it", (f'lang="{word}"' in text, title(text)), (True, last))
    body = {"name": "Ode", "mail": "ode@telnord.example", "organisation": "telnord", "role": "supplier_admin", "language": "fr"}
    path = urllib.parse.urlsplit(house.json("POST", "/v1/invitations", body)[1]["link"]).path
    text = house.browser(**{"Accept-Language": "en"}).call("POST", path, {"how": "provider"})[2]
    tap.equal("and the page before the provider", ('lang="fr"' in text, title(text)), (True, "Invitation acceptée"))
    with open(os.path.join(TOP, "broker", "face", "page_words.h"), encoding="utf-8") as file:
        tap.equal("no French page takes whoever reads it for a man", re.findall(r"(?:êtes|vous a) (?:invité|connecté)|Connecté", file.read()), [])


def race(tap, house):
    path, _ = house.invite("Twice", "twice@us.example", "us", "technician")
    got = []
    threads = [threading.Thread(target=lambda: got.append(house.browser().call("POST", path, {"password": PASSWORD, "how": "password"})[0])) for _ in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    tap.equal("four who press its button at once: one comes in", sorted(got), [303, 404, 404, 404])


def sessions(tap, house, browser):
    me = browser.who()
    text = browser.call("GET", "/sign-in")[2]
    tap.equal("the page of who is signed in says what comes next", "There is no console yet" in text, True)
    tap.equal("and its first button ends one session, the lesser one all", re.findall(r"<button[^>]*>[^<]*", text),
              ["<button>Sign out", '<button class="less" name="all" value="1">Sign out everywhere'])
    tap.equal("who am I", (me["by"], me["organisation"], me["role"], "write" in me["verbs"]), ("cookie", "us", "technician", True))
    before = browser.cookies["entente_session"]
    _, status, _ = house.enter(MAIL, PASSWORD, browser=browser)
    tap.equal("signing in again makes another cookie", (status, browser.cookies["entente_session"] != before), (303, True))
    old = house.browser()
    old.cookies["entente_session"] = before
    tap.equal("and the browser's old one has ended", old.call("GET", "/v1/session")[0], 401)
    tap.equal("a cookie and a token together are refused", browser.call("GET", "/v1/session", headers={"Authorization": "Bearer " + house.token})[0], 400)
    path = "/v1/incidents"
    body = {"title": "From a browser"}
    rows = (("another site", {"Sec-Fetch-Site": "cross-site"}), ("a sister site", {"Sec-Fetch-Site": "same-site"}), ("nowhere", {"Sec-Fetch-Site": None}),
            ("another Origin", {"Sec-Fetch-Site": None, "Origin": "https://evil.example"}), ("null", {"Sec-Fetch-Site": None, "Origin": "null"}),
            ("a form", {"Content-Type": "application/x-www-form-urlencoded"}), ("plain text", {"Content-Type": "text/plain"}), ("no type", {"Content-Type": ""}))
    for name, headers in rows:
        tap.equal(f"a write by cookie from {name} is refused", browser.call("POST", path, body=body, headers=headers)[0], 403)
    tap.equal("one from our own page is taken", browser.call("POST", path, body=body)[0], 201)
    tap.equal("and one of an older browser that says our Origin",
              browser.call("POST", path, body=body, headers={"Sec-Fetch-Site": None, "Origin": house.url})[0], 201)
    second, _, _ = house.enter(MAIL, PASSWORD)
    items = json.loads(browser.call("GET", "/v1/sessions")[2])["items"]
    tap.equal("a person sees the own sessions", ([s["user"] for s in items], [s["current"] for s in items].count(True)), ([me["user"]] * len(items), 1))
    other, user = house.person("noa@us.example")
    tap.equal("and no others", (other.call("GET", f"/v1/sessions?user={me['user']}")[0], other.call("DELETE", f"/v1/sessions/{items[0]['id']}", body={})[0]), (404, 404))
    theirs = [s["id"] for s in items if not s["current"]][0]
    tap.equal("a session can be ended by its id", (browser.call("DELETE", f"/v1/sessions/{theirs}", body={})[0], second.who()), (204, None))
    tap.equal("an administrator sees everybody's", len(house.json("GET", "/v1/sessions")[1]["items"]) >= 2, True)
    tap.equal("an empty name is no person, and nobody's sessions end", [house.call(m, "/v1/sessions?user=")[0] for m in ("GET", "DELETE")], [422, 422])
    tap.equal("and ends all of one", (house.call("DELETE", f"/v1/sessions?user={user}")[0], other.who()), (204, None))
    third, _, _ = house.enter(MAIL, PASSWORD)
    tap.equal("sign out", (third.call("POST", "/sign-out", {})[1]["Location"], "entente_session" in third.cookies), ("/sign-in", False))
    tap.equal("a wrong current password changes nothing",
              browser.call("POST", "/v1/session/password", body={"current": "wrong-canary-password", "new": "another-password-canary"})[0], 422)
    fourth, _, _ = house.enter(MAIL, PASSWORD)
    status = browser.call("POST", "/v1/session/password", body={"current": PASSWORD, "new": "another-password-canary"})[0]
    tap.equal("another password ends every session", (status, browser.who(), fourth.who()), (204, None, None))
    tap.equal("the old one opens nothing", house.enter(MAIL, PASSWORD)[1], 401)
    fifth, status, _ = house.enter(MAIL, "another-password-canary")
    tap.equal("the new one does", status, 303)
    sixth, _, _ = house.enter(MAIL, "another-password-canary")
    fifth.call("POST", "/sign-out", {"all": "1"})
    tap.equal("sign out everywhere", sixth.who(), None)


def guesses(tap, house):
    house.person("guess@us.example")
    took = {}
    for mail in ("guess@us.example", "stranger@us.example"):
        began = time.monotonic()
        status = house.enter(mail, "wrong-canary-password", browser=house.browser(**{"X-Forwarded-For": "198.18.1.1"}))[1]
        took[mail] = time.monotonic() - began
        tap.equal(f"a wrong password of {mail.split('@')[0]}", status, 401)
    known, stranger = took.values()
    tap.check("a stranger takes as long as somebody who is known", known < stranger * 4 + .2 and stranger < known * 4 + .2, str(took))
    texts = [re.sub(r'value="[^"]*"', "", house.enter(mail, "wrong-canary-password", browser=house.browser(**{"X-Forwarded-For": "198.18.1.2"}))[2]) for mail in took]
    tap.equal("and is told the same", texts[0], texts[1])
    # From 250 addresses that a proxy of ours tells, four tries each: only the account's own limit holds them back.
    began, got = time.monotonic(), {}
    for i in range(1000):
        browser = house.browser(**{"X-Forwarded-For": f"198.51.{i // 200}.{i % 200}"})
        status = house.enter("guess@us.example", f"wrong-canary-{i:06d}", browser=browser)[1]
        got[status] = got.get(status, 0) + 1
    minutes = (time.monotonic() - began) / 60
    tap.check("of 1,000 wrong passwords ten and one a minute are looked at", set(got) == {401, 429} and got[401] <= 10 + minutes + 1, str(got))
    status, headers, text = house.browser().call("POST", "/sign-in", {"organisation": "us", "mail": "guess@us.example", "password": PASSWORD})
    tap.equal("the right one waits then, too, and is told how long", (status, int(headers["Retry-After"]) > 0), (429, True))
    # One address that tries everybody.
    got = [house.enter(f"somebody{i}@us.example", "wrong-canary-password", browser=house.browser(**{"X-Forwarded-For": "203.0.113.5"}))[1] for i in range(60)]
    tap.check("one address tries thirty people, then waits", got.count(401) <= 40 and got.count(429) >= 20, str((got.count(401), got.count(429))))
    tap.equal("another address is not held back", house.enter("somebody99@us.example", "wrong-canary-password", browser=house.browser(**{"X-Forwarded-For": "203.0.113.6"}))[1], 401)
    tap.equal("webhooks are not either", house.hook({"id": "h1", "title": "while others guess"}, "d-guess")[0], 202)


def bent(**claims):
    def bend(header, at):
        for name, value in claims.items():
            if value is None:
                at.pop(name, None)
            else:
                at[name] = value
    return bend


def with_header(**more):
    def bend(header, at):
        header.update(more)
        for name in [k for k, v in header.items() if v is None]:
            header.pop(name)
    return bend


def wrong_tokens(tap, house, provider):
    now = int(time.time())
    rows = (("alg none", with_header(alg="none"), lambda p, t: b""), ("alg none with a kid of nobody", with_header(alg="none", kid=None), lambda p, t: b""),
            ("HS256 with the public key", with_header(alg="HS256"), sign_hs256), ("an algorithm that is not configured", with_header(alg="PS256"), sign_ps256),
            ("another key", None, sign_other), ("no signature", None, lambda p, t: b""), ("crit", with_header(crit=["b64"], b64=False), None),
            ("another issuer", bent(iss="https://evil.example"), None), ("no issuer", bent(iss=None), None),
            ("another audience", bent(aud="somebody"), None), ("several audiences", bent(aud=["entente", "somebody"]), None),
            ("another azp", bent(azp="somebody"), None), ("another nonce", bent(nonce="x" * 43), None), ("no nonce", bent(nonce=None), None),
            ("expired", bent(exp=now - 3600), None), ("no end", bent(exp=None), None), ("not yet valid", bent(nbf=now + 3600), None),
            ("made tomorrow", bent(iat=now + 86400), None), ("made yesterday", bent(iat=now - 86400), None), ("no subject", bent(sub=None), None))
    for i, (name, bend, forge) in enumerate(rows):
        provider.bend, provider.forge = bend, forge
        # each from an address of its own: one address may fail thirty times only
        browser, status, text = over(house, provider, "orion", browser=house.browser(**{"X-Forwarded-For": f"198.18.0.{i}"}))
        tap.equal(f"a token with {name} lets nobody in", (status, title(text), browser.who()), (401, "You are not signed in", None))
    provider.bend = provider.forge = None


def key_flood(tap, house, provider):
    before = provider.key_reads
    for i in range(8):
        provider.bend = with_header(kid=f"unknown-{i}")
        _, status, _ = over(house, provider, "orion", browser=house.browser(**{"X-Forwarded-For": f"198.51.100.{i}"}))
        if status != 401:
            break
    provider.bend = None
    tap.equal("eight unknown kids fetch the keys once", (status, provider.key_reads - before), (401, 1))


def over_provider(tap, house, provider):
    browser, status, text = over(house, provider, "orion")
    tap.equal("whom nobody has invited does not come in", (status, browser.who()), (403, None))
    path, said = house.invite("Olga", MAIL, "orion", "supplier_technician")
    guest = house.browser()
    status, _, text = guest.call("POST", path, {"how": "provider"})
    tap.equal("an invitation's button ends on a page with a link to the provider",
              (status, title(text), 'href="/sign-in/orion/provider"' in text), (200, "Invitation accepted", True))
    other, status, _ = over(house, provider, "orion")
    tap.equal("another browser has nothing of it", status, 403)
    guest, status, _ = over(house, provider, "orion", browser=guest)
    tap.equal("the provider's person becomes the invited one", (status, guest.who()["user"]), (303, said["user"]))
    tap.equal("the flight's and the invitation's cookies are gone", sorted(guest.cookies), ["entente_session"])
    again, status, _ = over(house, provider, "orion")
    tap.equal("and comes in again by issuer and subject", (status, again.who()["user"]), (303, said["user"]))
    ask = provider.asked[-1]
    tap.equal("asked with a code, PKCE and our own address", (ask["response_type"], ask["code_challenge_method"], ask["redirect_uri"]),
              ("code", "S256", house.url + "/sign-in/orion/answer"))
    provider.sub = "sub-2"
    stranger, status, _ = over(house, provider, "orion")
    tap.equal("the same mail address under another subject is somebody else", (status, stranger.who()), (403, None))
    path, second = house.invite("Olga Two", "two@orion.example", "orion", "supplier_technician")
    provider.sub = "sub-1"
    taker = house.browser()
    taker.call("POST", path, {"how": "provider"})
    taker, status, _ = over(house, provider, "orion", browser=taker)
    tap.equal("a person of the provider has one account", (status, taker.who()), (409, None))
    provider.sub = "sub-2"
    taker, status, _ = over(house, provider, "orion", browser=taker)
    tap.equal("and two accounts may have one mail address there", (status, taker.who()["user"]), (303, second["user"]))
    provider.sub = "sub-1"


def browsers(tap, house, provider):
    browser, thief = house.browser(), house.browser()
    _, headers, _ = browser.call("GET", "/sign-in/orion/provider")
    ask, back = provider.authorize(headers["Location"])
    where = "/sign-in/orion/answer?" + urllib.parse.urlencode(back)
    tap.equal("the answer of one browser's sign-in is nothing in another", (thief.call("GET", where)[0], thief.who()), (400, None))
    thief.call("GET", "/sign-in/orion/provider")
    tap.equal("not even in one that has begun its own", (thief.call("GET", where)[0], thief.who()), (400, None))
    bad = "/sign-in/orion/answer?" + urllib.parse.urlencode({**back, "state": "x" * 43})
    copy = house.browser()
    copy.cookies = dict(browser.cookies)
    tap.equal("another state is refused", copy.call("GET", bad)[0], 400)
    cookies = dict(browser.cookies)
    tap.equal("in its own browser it works", browser.call("GET", where)[0], 303)
    browser.cookies = cookies
    tap.equal("a code works once", (browser.call("GET", where)[0], "entente_session" in browser.cookies), (401, False))
    again, status, _ = over(house, provider, "orion", iss="https://evil.example")
    tap.equal("an answer that names another issuer is refused", status, 401)
    again, status, _ = over(house, provider, "orion", iss=provider.issuer)
    tap.equal("one that names its own is taken", status, 303)
    away = house.browser()
    status, headers, _ = away.call("GET", "/sign-in/orion/provider", headers={"Sec-Fetch-Site": "cross-site"})
    tap.equal("a link elsewhere does not begin a sign-in", (status, headers["Location"], away.cookies), (303, "/sign-in/orion", {}))
    status, headers, _ = away.call("GET", "/sign-in/council/provider")
    tap.equal("an organisation without a provider has none", (status, headers["Location"]), (303, "/sign-in"))


def required(tap, house, provider):
    path, said = house.invite("Tom", "tom@telnord.example", "telnord", "supplier_admin")
    text = house.browser().call("GET", path)[2]
    tap.equal("who has to come by the provider is offered no password", 'type="password"' in text, False)
    tap.equal("and none is taken", house.browser().call("POST", path, {"password": PASSWORD, "how": "password"})[0], 422)
    tap.equal("its sign-in page has none", 'type="password"' in house.browser().call("GET", "/sign-in/telnord")[2], False)
    provider.sub = "tom"
    guest = house.browser()
    guest.call("POST", path, {"how": "provider"})
    for alg, forge, kid in (("PS256", sign_ps256, "k1"), ("ES256", sign_es256, "e1"), ("RS256", None, "k1")):
        provider.bend, provider.forge = with_header(alg=alg, kid=kid), forge
        guest, status, _ = over(house, provider, "telnord", browser=guest)
        tap.equal(f"{alg} where the configuration allows it", (status, guest.who()["user"]), (303, said["user"]))
    provider.bend, provider.forge, provider.sub = None, None, "sub-1"
    status, _, text = guest.call("POST", "/v1/invitations", body={"name": "Tim", "mail": "tim@telnord.example", "role": "supplier_technician"})
    tap.equal("a supplier's administrator invites the own people", status, 201)
    for organisation in ("us", "orion"):
        tap.equal(f"and nobody of {organisation}",
                  guest.call("POST", "/v1/invitations", body={"name": "x", "mail": "x@y.example", "organisation": organisation, "role": "supplier_technician"})[0], 422)


def secrets(tap, house, made):
    """Nothing that opens a door stands where people look."""
    said = house.logged()
    tap.check("the log says that cookies go over http here", '"sign_in.plain"' in said, said[:400])
    tap.check("invitations are asked for in the log without their secret", "/invitation/***" in said, "")
    found = [word for word in (*CANARIES, *made) if word in said]
    tap.equal("no password, code, token, cookie or link stands in the log", found, [])
    found = []
    for folder, _, names in os.walk(os.path.join(house.folder, "data")):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                text = file.read()
            found += [f"{name}: {word}" for word in (*CANARIES, *made) if word.encode() in text]
    tap.equal("nor in the store, with its events and its audit log", found, [])
    acts = [row["act"] for row in house.json("GET", "/v1/audit?limit=200")[1]["items"]]
    tap.equal("the audit log has who was invited, came in, was refused, changed a password and left",
              [a for a in ("user.invited", "session.begun", "session.refused", "user.password_changed", "session.ended") if a not in acts], [])
    tap.equal("what is no hash is refused", [house.call("GET", f"/v1/audit/verify?head={head}")[0] for head in ("zzzzzzzzzzzz", "0123456789a", "0" * 65)], [400] * 3)
    whole = house.json("GET", "/v1/audit/verify")[1]
    tap.equal("and its chain holds", whole["holds"], True)
    step = [house.call("GET", f"/v1/audit/verify?after={at}")[0] for at in (whole["rows"], f"{whole['rows']}:{'0' * 63}", f":{whole['head']}", "x")]
    tap.equal("a step begins where the one before ended, or is refused", (house.json("GET", f"/v1/audit/verify?after={whole['rows']}:{whole['head']}")[1]["holds"], step), (True, [400] * 4))


def commands(tap, house, made):
    """entente user invite, entente session."""
    token = os.path.join(house.folder, "token")
    with open(os.open(token, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
        file.write(house.token)

    def run_it(*words):
        got = subprocess.run([os.path.join(BUILD, "entente"), *words, "--url", house.url, "--token-file", token], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, timeout=60, check=False)
        return got.returncode, got.stdout, got.stderr
    status, link, said = run_it("user", "invite", "--admin", "--mail", "root@us.example")
    made.append(link.strip().split("/")[-1])
    tap.check("the first invitation is printed, alone on standard output", status == 0 and link.startswith(house.url + "/invitation/") and "once" in said, (status, said))
    browser = house.browser()
    browser.call("POST", urllib.parse.urlsplit(link.strip()).path, {"password": PASSWORD, "how": "password"})
    tap.equal("and makes an administrator", browser.who() and (browser.who()["role"], browser.who()["name"]), ("admin", "root"))
    status, said, _ = run_it("session", "list", "--user", browser.who()["user"])
    tap.check("sessions are listed", status == 0 and browser.who()["id"] in said, said)
    tap.equal("and ended", (run_it("session", "end", browser.who()["id"])[:2], browser.who()), ((0, "ended\n"), None))
    tap.equal("one that has ended is none", run_it("session", "end", "5a52ac4e-4a53-4dd0-a1d4-bd9f4f5a4a9d")[0], 1)


def run(tap):
    provider = Provider()
    house = House(provider.issuer)
    made = []
    kept = Browser.call

    def call(self, *a, **k):
        got = kept(self, *a, **k)
        made.extend(self.cookies.values())
        return got

    Browser.call = call
    invite = house.invite
    house.invite = lambda *a: remember(made, invite(*a))
    try:
        pages(tap, house)
        asked_organisation(tap, house)
        without_provider(tap, house)
        front_door(tap, house)
        languages(tap, house)
        browser = invitations(tap, house)
        race(tap, house)
        sessions(tap, house, browser)
        over_provider(tap, house, provider)
        browsers(tap, house, provider)
        required(tap, house, provider)
        wrong_tokens(tap, house, provider)
        guesses(tap, house)
        key_flood(tap, house, provider)
        commands(tap, house, made)
        secrets(tap, house, set(made))
    finally:
        Browser.call = kept
        provider.end()
        ended_clean(tap, house)


def remember(made, got):
    made.append(got[0].split("/")[-1])
    return got
