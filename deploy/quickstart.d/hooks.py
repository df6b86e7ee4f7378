# SPDX-License-Identifier: Apache-2.0
"""Deliveries as the tools send them: each signed as its vendor does. Standard library only."""
import base64
import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request


def mac(secret, *parts):
    return hmac.new(secret.encode() if isinstance(secret, str) else secret, b"".join(parts), hashlib.sha256)


def signed_native(secret, body, delivery_id, now=None):
    """Standard Webhooks; the secret is whsec_ and base64."""
    stamp = str(int(now or time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = base64.b64encode(mac(key, f"{delivery_id}.{stamp}.".encode(), body).digest()).decode()
    return {"Content-Type": "application/cloudevents+json", "webhook-id": delivery_id, "webhook-timestamp": stamp,
            "webhook-signature": f"v1,{signature}"}


def signed_servicenow(secret, body, delivery_id):
    return {"Content-Type": "application/json", "X-Entente-Delivery": delivery_id,
            "X-Entente-Signature": "sha256=" + mac(secret, body).hexdigest()}


def signed_jira(secret, body, delivery_id):
    return {"Content-Type": "application/json", "X-Atlassian-Webhook-Identifier": delivery_id,
            "X-Hub-Signature": "sha256=" + mac(secret, body).hexdigest()}


def signed_zendesk(secret, body, delivery_id):
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    signature = base64.b64encode(mac(secret, stamp.encode(), body).digest()).decode()
    return {"Content-Type": "application/json", "X-Zendesk-Webhook-Signature-Timestamp": stamp,
            "X-Zendesk-Webhook-Signature": signature, "X-Zendesk-Webhook-Invocation-Id": delivery_id}


def signed_github(secret, body, delivery_id, event="issues"):
    return {"Content-Type": "application/json", "X-GitHub-Delivery": delivery_id, "X-GitHub-Event": event,
            "X-Hub-Signature-256": "sha256=" + mac(secret, body).hexdigest()}


def call(method, url, body=None, headers=None, token=None, timeout=20):
    """(status, headers, parsed JSON or text); status 0: no answer."""
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            status, fields, text = answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        status, fields, text = error.code, error.headers, error.read()
    except OSError as error:
        return 0, {}, str(error)
    text = text.decode("utf-8", "replace")
    try:
        return status, fields, json.loads(text)
    except ValueError:
        return status, fields, text
