"""`compare`: what can be said, and whether it makes sense together. Nothing slow is imported before that is clear."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from playground import logs
from playground.catalog import PROVIDERS
from playground.commands.setup import UseError, give_up, prepare, settings_of
from playground.records import MOST_LANES, Effort, LaneSettings
from playground.settings import LogLevel, Settings

ASK, ANSWER, BATCH, PLACE = "Whom to ask", "What is shown", "Many prompts", "Where and how"

Words = Annotated[str | None, typer.Argument(metavar="PROMPT", help="What to ask; - reads it from standard input.")]
Agent = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="An agent on offer, or MODULE:ATTRIBUTE for one of your own.",
        show_default="the first on offer",
        rich_help_panel=ASK,
    ),
]
Models = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PROVIDER/MODEL,…",
        help="The models to ask.",
        show_default="the default of each provider that is set",
        rich_help_panel=ASK,
    ),
]
Instructions = Annotated[str | None, typer.Option(help="Instead of the agent's own.", rich_help_panel=ASK)]
Temperature = Annotated[float | None, typer.Option(min=0, max=2, rich_help_panel=ASK)]
MaxTokens = Annotated[int | None, typer.Option(min=1, help="Longest answer of a model.", rich_help_panel=ASK)]
Thinking = Annotated[Effort | None, typer.Option(help="How much a model thinks.", rich_help_panel=ASK)]
SameWorld = Annotated[
    bool,
    typer.Option("--same-world", help="Run each distinct tool call once, for all models.", rich_help_panel=ASK),
]
Repeat = Annotated[int, typer.Option(min=1, max=10, help="How often each model is asked.", rich_help_panel=ASK)]
Json = Annotated[
    bool, typer.Option("--json", help="Print the comparison as JSON, and only that.", rich_help_panel=ANSWER)
]
Html = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Also write it as one page that needs nothing else.", rich_help_panel=ANSWER),
]
Answers = Annotated[bool, typer.Option(help="Print what was said, below the table.", rich_help_panel=ANSWER)]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on the way.", rich_help_panel=ANSWER)]
Prompts = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help='Ask all of these: .txt (one a line), .csv (a column "prompt") or .jsonl (a field "prompt").',
        rich_help_panel=BATCH,
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Where each answer is added as a line of JSON. Whatever is answered there is not asked again.",
        rich_help_panel=BATCH,
    ),
]
Concurrency = Annotated[
    int | None, typer.Option(min=1, max=100, help="Runs at a time.", show_default="4", rich_help_panel=BATCH)
]
Rate = Annotated[
    list[str] | None,
    typer.Option(metavar="PROVIDER=N,…", help="Requests a minute to a provider, evenly spread.", rich_help_panel=BATCH),
]
DatabaseUrl = Annotated[
    str | None,
    typer.Option(metavar="URL", help="Where threads are kept.", show_default="SQLite in ./data", rich_help_panel=PLACE),
]
Level = Annotated[
    LogLevel | None, typer.Option(help="How much is logged.", show_default="warning", rich_help_panel=PLACE)
]


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be compared. There is a `prompt`, or there are `prompts` and an `output`; `models` may be empty."""

    prompt: str | None
    prompts: Path | None
    agent: str | None
    models: tuple[str, ...]
    lane: LaneSettings
    same_world: bool = False
    repeat: int = 1
    json: bool = False
    html: Path | None = None
    answers: bool = True
    quiet: bool = False
    output: Path | None = None
    concurrency: int = 4
    rates: tuple[tuple[str, float], ...] = ()


def compare(
    prompt: Words = None,
    *,
    agent: Agent = None,
    models: Models = None,
    instructions: Instructions = None,
    temperature: Temperature = None,
    max_tokens: MaxTokens = None,
    effort: Thinking = None,
    same_world: SameWorld = False,
    repeat: Repeat = 1,
    json: Json = False,
    html: Html = None,
    answers: Answers = True,
    quiet: Quiet = False,
    prompts: Prompts = None,
    output: Output = None,
    concurrency: Concurrency = None,
    rate: Rate = None,
    database_url: DatabaseUrl = None,
    log_level: Level = None,
) -> None:
    """Ask several models the same, with the agent's tools, and see side by side what they say and what it takes.

    Every conversation is kept in the database.

    Exits with 0 if all answered, 1 if some did not, 2 if nothing was asked, and 130 after Ctrl+C.
    """
    try:
        _check_together(prompt, prompts, output, alone=(json, html), batch=(concurrency, rate))
        request = Request(
            prompt=_read(prompt),
            prompts=prompts,
            agent=agent.strip() if agent else None,
            models=_models(models or (), most=len(PROVIDERS) * 100 if prompts else MOST_LANES),
            lane=_lane(instructions=instructions, temperature=temperature, max_tokens=max_tokens, effort=effort),
            same_world=same_world,
            repeat=repeat,
            json=json,
            html=html,
            answers=answers,
            quiet=quiet,
            output=output,
            concurrency=concurrency or 4,
            rates=_rates(rate or ()),
        )
    except UseError as error:
        give_up(str(error), code=2)
    _go(request, _settings(request, database_url, log_level))


def _go(request: Request, settings: Settings) -> None:
    prepare(settings)
    # Seconds to import, and they read what was just set.
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    from playground.commands.comparing import compared  # noqa: PLC0415

    try:
        raise typer.Exit(compared(request, settings))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except (ValueError, SQLAlchemyError, OSError) as error:
        give_up(logs.one_line(error, logs.secrets_of(settings)), code=2 if isinstance(error, ValueError) else 1)


def _settings(request: Request, database_url: str | None, log_level: LogLevel | None) -> Settings:
    """The settings: an agent of one's own is one more, and runs are not logged beside their progress."""
    settings = settings_of(database_url=database_url, log_level=log_level)
    changed: dict[str, object] = {} if "log_level" in settings.model_fields_set else {"log_level": "warning"}
    if request.agent and ":" in request.agent:
        changed["agent"] = (*settings.agent, request.agent)
    return settings.model_copy(update=changed)


def _check_together(
    prompt: str | None,
    prompts: Path | None,
    output: Path | None,
    *,
    alone: Sequence[object],
    batch: Sequence[object],
) -> None:
    if (prompt is None) == (prompts is None):
        raise UseError("Give a PROMPT, or a file of them with --prompts FILE.")
    if prompts is None and (output or any(batch)):
        raise UseError("--output, --concurrency and --rate go with --prompts FILE.")
    if prompts is not None and any(alone):
        raise UseError("--json and --html show one comparison. With --prompts, answers go to --output FILE.")
    if prompts is not None and output is None:
        raise UseError("--prompts needs --output FILE: answers are kept there, and a stopped batch goes on from it.")


def _read(prompt: str | None) -> str | None:
    if prompt == "-":
        try:
            prompt = sys.stdin.buffer.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise UseError("Standard input is not UTF-8 text.") from error
    if prompt is not None and not prompt.strip():
        raise UseError("The prompt is empty.")
    return prompt.strip() if prompt else None


def _models(given: Sequence[str], *, most: int) -> tuple[str, ...]:
    names = [name.strip() for some in given for name in some.split(",") if name.strip()]
    if given and not names:
        raise UseError("--models names no model. Write for example --models openai/gpt-6-luna,local/smollm2-135m")
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise UseError(f"--models names {twice} twice. To ask a model several times, use --repeat.")
    if len(names) > most:
        raise UseError(f"At most {most} models can be compared at once.")
    return tuple(names)


def _rates(given: Sequence[str]) -> tuple[tuple[str, float], ...]:
    return tuple(_rate(one.strip()) for some in given for one in some.split(",") if one.strip())


def _rate(text: str) -> tuple[str, float]:
    provider, _, number = text.partition("=")
    if provider not in PROVIDERS:
        raise UseError(f"--rate: there is no provider named '{provider}', only {', '.join(PROVIDERS)}.")
    if not number.isascii() or not number.isdigit() or not 0 < int(number) <= 1_000_000:
        raise UseError(f"--rate: write {provider}=N, N being requests a minute.")
    return provider, float(number)


def _lane(**values: object) -> LaneSettings:
    try:
        return LaneSettings.model_validate(values)
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        flag = str(fault["loc"][0]).replace("_", "-")
        raise UseError(f"--{flag}: {fault['msg']}") from error
