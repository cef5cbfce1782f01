"""The settings, read from flags, the environment and `.env`. A class; nothing here is read at import."""

import re
from decimal import Decimal
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

DoubleText = Literal["enqueue", "reject", "interrupt"]
LogLevel = Literal["debug", "info", "warning", "error"]
UnsafeTools = Literal["on", "off", "owner"]
Instructions = Literal["editable", "shown", "hidden"]
Names = Annotated[tuple[str, ...], NoDecode]
"""Written with commas between them."""
LISTS = ("agent", "allowed_origins", "allowed_hosts", "trusted_proxies", "offered_agents", "offered_models")


ORIGIN = re.compile(
    r"(http(?!s?://[^/]*:80$)|https(?!://[^/]*:443$))://([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(:[1-9][0-9]{0,4})?"
)
SERVER = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?:[1-9][0-9]{0,4}", re.IGNORECASE)
ORIGIN_FORM = (
    "Write https://host, or https://host:8443 where the port is not the usual one: all in lower case, without a path "
    "or a slash at the end. There is no * for all sites: each could read what its visitors said here."
)


class Settings(BaseSettings):
    """All that can be set. Times are in seconds unless the name says otherwise."""

    model_config = SettingsConfigDict(
        env_prefix="PLAYGROUND_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        populate_by_name=True,
    )

    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=7860, ge=0, le=65535, description="port to listen on; 0 picks a free one")
    share: bool = Field(default=False, description="also open a public link, with all that `public` switches on")
    agent: Names = Field(default=(), description="your own agents, each `package.module:attribute`, comma-separated")
    data_dir: Path = Field(default=Path("data"), description="folder of the database, the secret and the models")
    database_url: str | None = Field(default=None, description="SQLite in the data folder unless set")
    secret: SecretStr | None = Field(
        default=None, description="signs cookies; made and kept in the data folder if unset"
    )
    log_level: LogLevel = Field(default="info", description="how much is logged")
    tracing: bool = Field(default=False, description="send the SDK's traces to OpenAI")

    openai_api_key: SecretStr | None = Field(
        default=None, validation_alias="OPENAI_API_KEY", description="puts OpenAI on offer"
    )
    openai_base_url: str | None = Field(
        default=None, validation_alias="OPENAI_BASE_URL", description="where OpenAI's API is, if not at its own address"
    )
    anthropic_api_key: SecretStr | None = Field(
        default=None, validation_alias="ANTHROPIC_API_KEY", description="puts Anthropic on offer"
    )
    anthropic_base_url: str | None = Field(
        default=None, validation_alias="ANTHROPIC_BASE_URL", description="where its API is, if not at its own address"
    )
    google_api_key: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        description="puts Google's Gemini on offer",
    )
    google_base_url: str | None = Field(
        default=None,
        validation_alias="GOOGLE_GEMINI_BASE_URL",
        description="where its API is, if not at its own address",
    )
    google_api_version: str | None = Field(
        default=None, description="for gateways and emulators that serve only `v1beta`"
    )
    compatible_base_url: str | None = Field(default=None, description="any OpenAI-compatible server, ending in `/v1`")
    compatible_api_key: SecretStr | None = Field(default=None, description="its key, if it wants one")
    local_model: str = Field(
        default="qwen2.5-coder-0.5b",
        description="`qwen2.5-coder-0.5b`, `smollm2-135m`, a path to a GGUF file, or `off`",
    )

    double_text: DoubleText = Field(
        default="enqueue", description="what a message does that comes while the thread is answering"
    )
    disconnect_grace: float = Field(default=15, ge=0, description="how long a run goes on after its last reader left")
    first_token_timeout: float = Field(default=60, gt=0, description="longest wait for a model's first token")
    token_gap_timeout: float = Field(default=60, gt=0, description="longest silence between two tokens")
    run_timeout: float = Field(default=600, gt=0, description="longest run")
    tool_timeout: float = Field(default=60, gt=0, description="longest tool call")
    tool_result_bytes: int = Field(
        default=65_536, gt=0, description="a longer tool result is cut before the model sees it"
    )
    max_turns: int = Field(default=10, gt=0, description="model calls per run")
    max_tool_calls: int = Field(default=50, gt=0, description="tool calls per run")
    model_retries: int = Field(default=2, ge=0, description="tries again before the first token")
    drain_timeout: float = Field(default=20, ge=0, description="how long running answers may finish on SIGTERM")
    flush_interval: float = Field(default=0.1, gt=0, description="how often the log of runs is written")
    text_rate: float = Field(default=25, gt=0, description="frames per second of text, per run")
    thought_rate: float = Field(default=4, gt=0, description="frames per second of thoughts, per run")
    heartbeat_interval: float = Field(default=15, gt=0, description="silence on a stream before a heartbeat")
    max_body_bytes: int = Field(default=1_048_576, gt=0, description="largest request body")
    max_message_chars: int = Field(default=100_000, gt=0, description="longest message")

    allowed_origins: Names = Field(
        default=(), description="other sites whose pages may use `/chatkit`, each `https://host`, comma-separated"
    )
    chatkit_domain_key: str = Field(
        default="domain_pk_localhost_dev", description="OpenAI's key of this host's domain, for the page `/chatkit/ui`"
    )
    attachments_url: str | None = Field(
        default=None, description="where files are kept, any fsspec URL; a folder in the data folder unless set"
    )
    max_attachment_bytes: int = Field(default=20_971_520, gt=0, description="largest file of a message")
    max_attachments: int = Field(default=10, ge=0, description="files in one message; 0 takes none")
    max_kept_bytes: int | None = Field(
        default=None, gt=0, description="bytes of all files that are kept; 2 GB where strangers come, else no bound"
    )
    idle_timeout: float = Field(
        default=86_400, gt=0, description="how long a run waits for the visitor before it is given up"
    )
    retention_days: float | None = Field(
        default=None, gt=0, description="conversations not used for so many days are deleted; never unless set"
    )

    public: bool = Field(
        default=False, description="strangers may come: only what is on offer, with caps on what they spend"
    )
    public_url: str | None = Field(default=None, description="the address that visitors use, behind a proxy")
    allowed_hosts: Names = Field(default=(), description="host names it is reached by, comma-separated")
    trusted_proxies: Names = Field(
        default=(), description="addresses or networks of proxies whose `X-Forwarded-` headers are believed"
    )
    share_server: str | None = Field(default=None, description="a tunnel server of your own, `host:port`")
    share_server_certificate: Path | None = Field(default=None, description="its certificate; without one, no TLS")
    share_server_protocol: Literal["http", "https"] = Field(
        default="https", description="what visitors of its links speak"
    )

    password: SecretStr | None = Field(default=None, description="visitors must know it")
    invite_only: bool = Field(default=False, description="visitors need a link that was made for them")
    owner_token: SecretStr | None = Field(
        default=None, description="opens `/owner`; made from the secret if unset: `python -m playground owner` tells it"
    )
    token_secret: SecretStr | None = Field(default=None, description="another backend may sign tokens with it")
    token_jwks_url: str | None = Field(default=None, description="the keys of another backend that signs tokens")
    token_issuer: str | None = Field(default=None, description="who signs them (`iss`)")
    token_audience: str = Field(default="playground", description="whom they are for (`aud`)")

    cap_total: Decimal | None = Field(default=None, ge=0, description="US dollars that may ever be spent")
    cap_day: Decimal | None = Field(default=None, ge=0, description="US dollars a day, UTC")
    cap_visitor_day: Decimal | None = Field(default=None, ge=0, description="US dollars a day for one visitor")
    cap_link: Decimal | None = Field(default=None, ge=0, description="US dollars for a link that has no cap of its own")
    unknown_price: Decimal = Field(
        default=Decimal(30), ge=0, description="US dollars a million tokens of an unpriced model count as under a cap"
    )
    max_output_tokens: int | None = Field(
        default=None, gt=0, description="longest answer of a model, with its thoughts"
    )
    max_visitor_tokens: int | None = Field(default=None, gt=0, description="tokens a day for one visitor")
    max_visitor_messages: int | None = Field(default=None, gt=0, description="messages a day of one visitor")
    max_visitor_runs: int | None = Field(default=None, gt=0, description="answers at once for one visitor")
    max_runs: int | None = Field(default=None, gt=0, description="answers at once for all visitors")
    own_keys: bool = Field(default=False, description="visitors may go on with a key of their own")

    offered_agents: Names = Field(default=(), description="the agents that visitors may pick; all unless set")
    offered_models: Names = Field(
        default=(), description="the models that visitors may pick, each `provider/id`; any unless set"
    )
    unsafe_tools: UnsafeTools | None = Field(
        default=None, description="tools marked unsafe: `on`, `off`, or `owner`, who has to approve each call"
    )
    instructions: Instructions | None = Field(
        default=None, description="the agents' instructions: `editable`, `shown` or `hidden`"
    )

    @field_validator(
        "agent",
        "allowed_origins",
        "allowed_hosts",
        "trusted_proxies",
        "offered_agents",
        "offered_models",
        mode="before",
    )
    @classmethod
    def _split(cls, names: object) -> object:
        return [name.strip() for name in names.split(",") if name.strip()] if isinstance(names, str) else names

    @field_validator("allowed_origins")
    @classmethod
    def _check_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if not ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin!r} is no origin as a browser tells it. {ORIGIN_FORM}")
        return origins

    @field_validator("public_url")
    @classmethod
    def _check_url(cls, url: str | None) -> str | None:
        if url is not None and not ORIGIN.fullmatch(url):
            raise ValueError(f"{url!r} is no address of a host. {ORIGIN_FORM.partition(' There is')[0]}")
        return url

    @field_validator("trusted_proxies")
    @classmethod
    def _check_networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        for network in networks:
            ip_network(network, strict=False)  # its own words are good ones
        return networks

    @field_validator("share_server")
    @classmethod
    def _check_server(cls, server: str | None) -> str | None:
        if server is not None and not SERVER.fullmatch(server):
            raise ValueError(f"{server!r} is no server. Write host:port, such as share.example:7000.")
        return server

    @cached_property
    def resolved_database_url(self) -> str:
        """The database that is used: the one named, else a file in the data folder."""
        if self.database_url:
            return self.database_url
        return f"sqlite:///{(self.data_dir / 'playground.db').absolute()}"
