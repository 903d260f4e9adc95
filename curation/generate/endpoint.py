"""One request to an OpenAI-compatible server, and what came of it. Nothing is retried here.

Plain HTTP, so that what is sent is what stands here: no header names the machine, and no address or key of another
service is picked up from the environment.
"""

import ipaddress
import os
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from schemas.config import GenerateConfig
from schemas.errors import ConfigError, CurateError, MissingExtra

KEY_VARIABLE = "CURATE_API_KEY"
"""The environment variable that holds the server's key, where it wants one."""
LONGEST_WAIT = 120.0
"""Seconds: the longest that a server's ``Retry-After`` is heeded for."""

Fault = Literal["rate limited", "server error", "timed out", "no connection", "request refused", "truncated", "refused"]
_DENIED = {401: "refuses the key", 403: "denies access", 404: "has no such address or model"}


class Reply(NamedTuple):
    """What came of a request.

    ``content`` is None where there is a ``fault``. Tokens are None where the server did not say: ``may_cost`` then
    tells whether it can have worked on the request all the same. ``retry_after`` is in seconds.
    """

    content: str | None
    fault: Fault | None = None
    status: int | None = None
    model: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    retry_after: float | None = None
    may_cost: bool = False


class Endpoint:
    """A server.

    Args:
        config: ``base_url``, ``model``, ``concurrency`` and ``timeout_seconds``.

    Raises:
        ConfigError: If no server or no model is named, or a key would be sent unencrypted.
        MissingExtra: If the extra ``generate`` is not installed.
    """

    def __init__(self, config: GenerateConfig) -> None:
        try:
            import httpx
        except ImportError:
            raise MissingExtra("asking a language model", "generate") from None
        check_named(config)
        assert config.base_url is not None, "check_named asks for it"
        self.address = f"{config.base_url.rstrip('/')}/chat/completions"
        self.host = urlsplit(config.base_url).netloc
        key = os.environ.get(KEY_VARIABLE)
        if key and config.base_url.startswith("http:") and not is_local(config.base_url):
            raise ConfigError(
                f"is not encrypted, and the key in {KEY_VARIABLE} would be sent in the clear",
                field="generate.base_url",
                mend="Use an address that begins with https://, or unset the variable.",
            )
        self._client = httpx.Client(
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=config.timeout_seconds,
            limits=httpx.Limits(max_connections=config.concurrency),
            # A proxy of the environment would carry off what is meant for this machine.
            trust_env=not is_local(config.base_url),
        )

    def ask(self, body: dict[str, Any], key: str) -> Reply:
        """Sends one request. ``key`` is the same for the same request, so that a server can tell a repetition.

        Raises:
            CurateError: If the server will answer no request at all: a wrong key, address or model.
        """
        import httpx

        try:
            response = self._client.post(self.address, json=body, headers={"Idempotency-Key": key})
        except httpx.TimeoutException:
            return Reply(None, "timed out", may_cost=True)
        except httpx.HTTPError:
            return Reply(None, "no connection", may_cost=True)
        if response.status_code in _DENIED:
            raise CurateError(
                f"the server at {self.host} {_DENIED[response.status_code]} ({response.status_code})",
                field="generate",
                mend=f"Check base_url and model in curate.yaml, and the key in {KEY_VARIABLE}.",
            )
        if response.status_code == 429:
            return Reply(None, "rate limited", 429, retry_after=_seconds(response.headers.get("Retry-After")))
        if response.status_code >= 500:
            wait = _seconds(response.headers.get("Retry-After"))
            return Reply(None, "server error", response.status_code, retry_after=wait)
        if response.status_code >= 300:
            return Reply(None, "request refused", response.status_code)
        return _reply(response)

    def close(self) -> None:
        self._client.close()


def check_named(config: GenerateConfig) -> None:
    """Raises ConfigError where no server or no model is named."""
    if config.base_url is None:
        raise ConfigError(
            "is missing: without it nothing leaves this machine",
            field="generate.base_url",
            mend="Start a local server, such as `llama-server -m model.gguf --port 8080`, and write "
            "base_url: http://127.0.0.1:8080/v1; or set by: extraction, which needs none.",
        )
    if config.model is None:
        raise ConfigError("is missing", field="generate.model", mend="Write what the server calls the model.")


def is_local(base_url: str) -> bool:
    """Whether a server is on this machine."""
    host = urlsplit(base_url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _reply(response: Any) -> Reply:
    """A response of status 200: whatever a server sends, it is a reply."""
    try:
        value = response.json()
        usage = value.get("usage") or {}
        counts = [usage.get(name) for name in ("prompt_tokens", "completion_tokens")]
        tokens = [count if isinstance(count, int) and count >= 0 else None for count in counts]
        choice = value["choices"][0]
        message = choice["message"]
        content = message.get("content")
        refused = bool(message.get("refusal")) or choice.get("finish_reason") == "content_filter"
        truncated = choice.get("finish_reason") == "length"
        model = value.get("model")
    except (ValueError, LookupError, TypeError, AttributeError):
        return Reply("", status=200, may_cost=True)  # no JSON, or not that of a completion: malformed
    fault: Fault | None = "refused" if refused else "truncated" if truncated else None
    return Reply(
        content=None if fault else content if isinstance(content, str) else "",
        fault=fault,
        status=200,
        model=model if isinstance(model, str) else None,
        prompt_tokens=tokens[0],
        completion_tokens=tokens[1],
        may_cost=True,
    )


def _seconds(header: str | None) -> float | None:
    """The seconds of a ``Retry-After``; None where it is a date or none."""
    try:
        return min(max(float(header or ""), 0.0), LONGEST_WAIT)
    except ValueError:
        return None
