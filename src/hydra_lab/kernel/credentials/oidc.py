"""Sign-in by an identity provider: OpenID Connect's authorization code flow with PKCE, state and nonce."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote, urlencode

from hydra_lab.kernel.clock import Clock
from hydra_lab.kernel.credentials.identity import Identity
from hydra_lab.kernel.errors import Denied, HydraError, NotConfigured, NotReady, Refused
from hydra_lab.kernel.http import HttpClient
from hydra_lab.kernel.secrets import SecretBox
from hydra_lab.kernel.settings.address import host_of
from hydra_lab.kernel.settings.entry import Oidc

WHO = "The identity provider"
AGAIN = "Sign in again."
# How long what a provider publishes is kept; keys it does not know yet are asked for at once, but not more often.
KEPT_S = 3600.0
KEYS_EVERY_S = 10.0
LIFE_S = 600
SKEW_S = 60
# Signatures that need the provider's private key; with the others whoever knows a shared secret could sign.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A sign-in on its way: the browser keeps it, sealed, until it comes back."""

    state: str
    nonce: str
    verifier: str
    back: str  # the address the provider sends the browser back to
    to: str  # the page to go on to
    until: float


class Provider:
    """The identity provider that the settings name. What it publishes is read when somebody first signs in by it."""

    def __init__(self, http: HttpClient, box: SecretBox, clock: Clock) -> None:
        self._http, self._box, self._clock = http, box, clock
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, dict[str, Any]]] = {}
        self._keys: dict[str, tuple[float, dict[str, Any]]] = {}
        self._asked_again = -KEYS_EVERY_S

    def begin(self, settings: Oidc, *, back: str, to: str) -> tuple[str, str]:
        """Where to send the browser, and what it keeps until it is back. Raises what the provider's silence raises."""
        document = self._document(settings)
        begun = Begun(
            state=secrets.token_urlsafe(24), nonce=secrets.token_urlsafe(24), verifier=secrets.token_urlsafe(48),
            back=back, to=to, until=self._clock.now().timestamp() + LIFE_S,
        )  # fmt: skip
        challenge = base64.urlsafe_b64encode(hashlib.sha256(begun.verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code", "client_id": settings.client_id, "redirect_uri": back, "scope": settings.scope,
            "state": begun.state, "nonce": begun.nonce, "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        endpoint = str(document["authorization_endpoint"])
        sign = "&" if "?" in endpoint else "?"
        return f"{endpoint}{sign}{urlencode(query)}", self._box.seal(json.dumps(asdict(begun)))

    def begun(self, kept: str, state: str) -> Begun:
        """The sign-in that this browser began. Raises ``Denied`` where it began none, or another, or too long ago."""
        try:
            begun = Begun(**json.loads(self._box.open(kept)))
        except (NotReady, ValueError, TypeError) as error:
            raise Denied("This browser began no sign-in here.", rule="oidc", fix=AGAIN) from error
        if not hmac.compare_digest(begun.state.encode(), state.encode()):
            raise Denied("This answer belongs to another sign-in.", rule="oidc", fix=AGAIN)
        if begun.until < self._clock.now().timestamp():
            raise Denied("The sign-in took too long.", rule="oidc", fix=AGAIN)
        return begun

    def finish(self, settings: Oidc, begun: Begun, answer: Mapping[str, str]) -> tuple[Identity, str]:
        """Who the provider says it is, and the sealed proof of it that signing out there takes.

        Raises ``Denied`` for its no, ``Refused`` for an answer that is not sound.
        """
        document = self._document(settings)
        if answer.get("error"):
            said = answer.get("error_description") or answer["error"]
            raise Denied(f"{WHO} refused: {said[:200]}", rule="oidc", fix=AGAIN)
        if answer.get("iss") and answer["iss"] != document["issuer"]:  # RFC 9207: a mix-up of providers
            raise Refused("The answer is from another identity provider.", fix=AGAIN)
        told = self._exchanged(settings, document, begun, answer.get("code", ""))
        token = str(told.get("id_token", ""))
        claims = self._claims(settings, document, token, begun.nonce)
        claims = self._with_more(settings, document, claims, str(told.get("access_token", "")))
        return identity_of(settings, claims), self._box.seal(token)

    def leaving(self, settings: Oidc, *, back: str, proof: str) -> str | None:
        """Where to send the browser so that its person is signed out at the provider as well.

        ``None`` where the provider has no such page, or does not answer: signing out here must not wait for it. As
        OpenID Connect RP-Initiated Logout 1.0 has it.
        """
        try:
            endpoint = self._document(settings).get("end_session_endpoint")
        except HydraError:
            return None
        if not endpoint:
            return None
        query = {"client_id": settings.client_id, "post_logout_redirect_uri": back}
        with suppress(NotReady):
            query["id_token_hint"] = self._box.open(proof)
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    def _exchanged(self, settings: Oidc, document: Mapping[str, Any], begun: Begun, code: str) -> dict[str, Any]:
        """The tokens for a code."""
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": begun.back,
            "code_verifier": begun.verifier, "client_id": settings.client_id,
        }  # fmt: skip
        secret, options = secret_of(settings), {}
        takes = document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if secret and "client_secret_basic" in takes:  # RFC 6749, section 2.3.1: both are encoded for a form first
            options = {"auth": (quote(settings.client_id, safe=""), quote(secret, safe=""))}
        elif secret:
            form["client_secret"] = secret
        endpoint = str(document["token_endpoint"])
        try:
            told = self._http.json(
                host_of(endpoint), "POST", endpoint, data=form, headers={"Accept": "application/json"}, **options
            )
        except (Refused, Denied) as error:
            raise Refused(
                f"{WHO} did not take the code.", fix="Sign in again; oidc.client_secret may be wrong."
            ) from error
        if not isinstance(told, dict):
            raise Refused(f"{WHO} answered something that makes no sense.", fix=AGAIN)
        return told

    def _claims(self, settings: Oidc, document: Mapping[str, Any], token: str, nonce: str) -> dict[str, Any]:
        """What an ID token says, once its signature and all that binds it to this sign-in are found right."""
        import jwt

        offered = document.get("id_token_signing_alg_values_supported") or ["RS256"]
        takes = [one for one in ALGORITHMS if one in offered]
        try:
            head = jwt.get_unverified_header(token)
            claims = self._verified(document, token, head, takes, settings.client_id)
        except jwt.PyJWTError as error:
            raise Refused(f"{WHO} sent a token that is not sound: {error}", fix=AGAIN) from error
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise Refused(f"{WHO} sent a token of another sign-in.", fix=AGAIN)
        if claims.get("azp", settings.client_id) != settings.client_id:
            raise Refused(f"{WHO} sent a token for another program.", fix=AGAIN)
        return claims

    def _verified(
        self, document: Mapping[str, Any], token: str, head: Mapping[str, Any], takes: list[str], audience: str
    ) -> dict[str, Any]:
        """The claims of a token that one of the provider’s keys has signed; where none has, its keys are read anew."""
        import jwt

        for keys in self._keys_of(str(document["jwks_uri"])):
            for one in keys:
                if one.get("use", "sig") != "sig" or ("kid" in head and one.get("kid") != head["kid"]):
                    continue
                with suppress(jwt.InvalidSignatureError):
                    claims: dict[str, Any] = jwt.decode(
                        token, jwt.PyJWK.from_dict(one, algorithm=str(head.get("alg"))).key, algorithms=takes,
                        audience=audience, issuer=str(document["issuer"]), leeway=SKEW_S,
                        options={"require": ["exp", "iat", "sub", "aud", "iss"]},
                    )  # fmt: skip
                    return claims
        raise Refused(f"{WHO} signed with a key that it does not publish.", fix=AGAIN)

    def _keys_of(self, address: str) -> Iterator[list[dict[str, Any]]]:
        """The provider's public keys as they are known, then as they are now."""
        for fresh in (False, True):
            if fresh and not self._may_ask_again():
                return
            keys = self._published(self._keys, address, 0.0 if fresh else KEPT_S).get("keys")
            yield keys if isinstance(keys, list) else []

    def _may_ask_again(self) -> bool:
        """Whether keys may be asked for out of turn: tokens that name odd keys must not become a flood of calls."""
        now = self._clock.monotonic()
        with self._lock:
            if now - self._asked_again < KEYS_EVERY_S:
                return False
            self._asked_again = now
            return True

    def _with_more(
        self, settings: Oidc, document: Mapping[str, Any], claims: dict[str, Any], token: str
    ) -> dict[str, Any]:
        """The claims, with those that this provider tells only when asked."""
        wanted = ("preferred_username", "email", settings.groups_claim)
        if not token or "userinfo_endpoint" not in document or all(name in claims for name in wanted):
            return claims
        try:
            more = self._http.json(
                WHO, "GET", str(document["userinfo_endpoint"]), headers={"Authorization": f"Bearer {token}"}
            )
        except HydraError:
            return claims
        same = isinstance(more, dict) and more.get("sub") == claims["sub"]
        return {**more, **claims} if same else claims

    def _document(self, settings: Oidc) -> dict[str, Any]:
        """What the provider publishes about itself. Raises ``NotConfigured``, ``Refused`` for another's."""
        if not settings.is_on:
            raise NotConfigured(
                "No identity provider is set.", requirement="oidc", fix="Set oidc.issuer and oidc.client_id."
            )
        address = f"{settings.issuer}/.well-known/openid-configuration"
        document = self._published(self._known, address, KEPT_S)
        if str(document.get("issuer", "")).rstrip("/") != settings.issuer.rstrip("/"):
            raise Refused(f"{WHO} at {settings.issuer} says that it is another.", fix="Correct oidc.issuer.")
        if missing := {"authorization_endpoint", "token_endpoint", "jwks_uri"} - document.keys():
            raise Refused(f"{WHO} does not publish {', '.join(sorted(missing))}.", fix="Correct oidc.issuer.")
        return document

    def _published(self, kept: dict[str, tuple[float, dict[str, Any]]], address: str, for_s: float) -> dict[str, Any]:
        """A document of the provider's, read again when it was kept for so long."""
        now = self._clock.monotonic()
        with self._lock:
            at, document = kept.get(address, (0.0, {}))
        if document and now - at < for_s:
            return document
        read = self._http.json(host_of(address), "GET", address)
        if not isinstance(read, dict):
            raise Refused(f"{WHO} answered something that makes no sense.", fix="Correct oidc.issuer.")
        with self._lock:
            kept[address] = (now, read)
        return read


def secret_of(settings: Oidc) -> str:
    """The secret that goes with the client's name; nothing for a public client."""
    return settings.client_secret.get_secret_value() if settings.client_secret else ""


def identity_of(settings: Oidc, claims: Mapping[str, Any]) -> Identity:
    """Somebody as the claims name them. An e-mail address counts only where the provider has verified it."""
    groups = claims.get(settings.groups_claim)
    groups = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
    verified = claims.get("email_verified") in (True, "true")
    return Identity(
        subject=str(claims["sub"]), name=str(claims.get("preferred_username") or ""),
        email=str(claims.get("email") or "") if verified else "", groups=tuple(str(one) for one in groups),
    )  # fmt: skip
