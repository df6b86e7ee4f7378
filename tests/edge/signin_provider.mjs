// SPDX-License-Identifier: Apache-2.0
// A provider from npm (oidc-provider) with one client, which lets anybody in as whoever the form says. usage: node signin_provider.mjs
// MODULES PORT REDIRECT. Says "ready" when it listens.
import http from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { generateKeyPairSync } from "node:crypto";

const [modules, port, redirect] = process.argv.slice(2);
const found = createRequire(modules + "/").resolve("oidc-provider");
const { Provider } = await import(pathToFileURL(found));
const key = (type, options, more) => ({ ...generateKeyPairSync(type, options).privateKey.export({ format: "jwk" }), use: "sig", ...more });
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [{
    client_id: "entente", client_secret: "client-secret-canary", redirect_uris: [redirect], response_types: ["code"], grant_types: ["authorization_code"],
    id_token_signed_response_alg: "ES256", token_endpoint_auth_method: "client_secret_basic",
  }],
  jwks: { keys: [key("rsa", { modulusLength: 2048 }, { alg: "RS256", kid: "r1" }), key("ec", { namedCurve: "P-256" }, { alg: "ES256", kid: "e1" })] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true } },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  cookies: { keys: ["of-no-worth"] },
});
provider.on("server_error", (_, error) => console.error(error));
http.createServer(provider.callback()).listen(Number(port), "127.0.0.1", () => console.log("ready"));
