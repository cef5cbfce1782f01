"""`python -m benchmarks.pageless`: the playground as it is served, but for the page, whose import takes seconds."""

import asyncio

from playground import logs
from playground.quiet import hush
from playground.settings import Settings


async def main(settings: Settings) -> None:
    """Serves until it is ended."""
    from playground.parts import open_playground  # noqa: PLC0415 - after hush: the SDK reads what it sets
    from playground.web.process import Server, listener  # noqa: PLC0415
    from playground.web.server import create_api, uvicorn_config  # noqa: PLC0415

    bound = listener(settings.host, settings.port)
    async with open_playground(settings) as parts:
        app = await asyncio.to_thread(create_api, parts)
        server = Server(
            uvicorn_config(app),
            health=app.state.health,
            refuse=parts.refuse,
            drain=parts.drain,
            drain_seconds=settings.drain_timeout,
        )
        await server.serve([bound])


if __name__ == "__main__":
    chosen = Settings()
    hush(tracing=chosen.tracing)
    logs.configure(chosen.log_level, secrets=logs.secrets_of(chosen))
    asyncio.run(main(chosen))
