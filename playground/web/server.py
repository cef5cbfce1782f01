"""The application put together, and the process that serves it."""

import asyncio
import contextlib
import gc
import logging
import os
import socket
import threading
from collections.abc import AsyncGenerator

import uvicorn
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware

from playground.owner.actions import by_signal
from playground.owner.troubles import Troubles
from playground.parts import Playground, open_playground
from playground.settings import Settings
from playground.telemetry.setup import observed
from playground.web import client, metrics, official, options, owner_access, owner_view, ranking, shared
from playground.web.bodies import BodyLimit
from playground.web.bounds import Bounds
from playground.web.chatkit import routes
from playground.web.connection import PatientConnection
from playground.web.cors import Cors
from playground.web.crowd import Crowd, room_for_files
from playground.web.door import door_of
from playground.web.guard import ClosedDoors, RequestLog, SameOrigin, SecurityHeaders
from playground.web.health import Health
from playground.web.hosts import Hosts
from playground.web.identity import Identity
from playground.web.process import Server, listener
from playground.web.proxies import Proxies
from playground.web.replies import Errors, http_refusal
from playground.web.speech import Speech
from playground.web.tunnel.link import Link
from playground.web.tunnel.started import public_link

logger = logging.getLogger(__name__)

SAVE_SECONDS = 0.7
"""For the engine to save what is cut, on top of the time that answers have to end."""

LEAVE_SECONDS = 1
"""For connections that do not end by themselves, such as a page's open queue, once the answers are out; and for
threads, once everything is closed."""


def create_app(parts: Playground) -> FastAPI:
    """The whole application: the routes and the page. Slow (it imports Gradio) and blocking: not for an event loop."""
    from playground.ui.mount import mount  # noqa: PLC0415 - seconds, which a taken port need not wait for
    from playground.ui.page import build_page  # noqa: PLC0415

    app = create_api(parts)
    mount(app, build_page(parts), parts.settings)
    return app


def create_api(parts: Playground) -> FastAPI:
    """The routes and all that stands before them, without the page.

    `app.state.health` is the Health that the serving process sets, `app.state.link` our public address. Makes the
    secret in the data folder if need be.
    """
    settings = parts.settings
    health = Health(parts.database)
    door = door_of(parts)
    troubles = Troubles()
    app = FastAPI(
        routes=[
            *health.routes(),
            *door.routes,
            *owner_access.routes(parts),
            *owner_view.routes(parts, troubles),
            *metrics.routes(parts),
            *client.routes(),
            *options.routes(parts),
            *official.routes(parts),
            *routes(parts),
            *ranking.routes(parts),
            *shared.routes(parts),
        ],
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_lifespan,
        exception_handlers={HTTPException: http_refusal},
    )
    app.state.health = health
    app.state.troubles = troubles
    link = app.state.link = Link(settings.public_url)
    # The last one added stands outermost.
    app.add_middleware(Bounds, rates=parts.rates)
    app.add_middleware(
        Identity, keys=door.keys, gate=door.gate, standing=parts.standing, allowed=settings.allowed_origins
    )
    app.add_middleware(BodyLimit, limit=settings.max_body_bytes, upload=settings.max_attachment_bytes)
    app.add_middleware(SameOrigin, allowed=settings.allowed_origins)
    app.add_middleware(ClosedDoors)
    app.add_middleware(Hosts, settings=settings, link=link)
    app.add_middleware(Errors)
    app.add_middleware(Speech)
    # Gradio leaves its own policy out when it finds this one, which grants nothing; its own lets any site read.
    app.add_middleware(CORSMiddleware)
    app.add_middleware(Cors, allowed=settings.allowed_origins)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(RequestLog)
    app.add_middleware(Proxies, link=link, trusted=settings.trusted_proxies)
    return app


def serve(settings: Settings) -> None:
    """Serves until SIGTERM or Ctrl+C. Exits with code 1 and one line if the address is taken."""
    with listener(settings.host, settings.port) as bound, contextlib.suppress(KeyboardInterrupt), observed():
        asyncio.run(_serve(settings, bound))


async def _prepare(parts: Playground) -> None:
    """Imports the providers' clients, which takes seconds, before the first question; it need not wait for the others.

    Whoever asks for a client that cannot be made is told so then.
    """
    try:
        await asyncio.to_thread(parts.models.prepare)
    except Exception:
        logger.exception("not every provider's client could be made")
    _settle()


def _settle() -> None:
    """What was imported stays.

    It is looked through by no later collection (a fifth of a second each, with all answers waiting) and not taken
    apart piece by piece at the end (a second and more).
    """
    gc.collect()
    gc.freeze()


async def _serve(settings: Settings, bound: socket.socket) -> None:
    async with open_playground(settings) as parts:
        app = await asyncio.to_thread(create_app, parts)
        _settle()
        PatientConnection.crowd = Crowd(room_for_files(), trusted=settings.trusted_proxies)
        server = Server(
            uvicorn_config(app),
            health=app.state.health,
            refuse=parts.refuse,
            drain=parts.drain,
            drain_seconds=settings.drain_timeout + SAVE_SECONDS,
            signals=by_signal(parts),
        )
        preparing = asyncio.create_task(_prepare(parts))
        async with public_link(parts, app.state.link, bound, server.listening):
            await server.serve([bound])
        await asyncio.wait([preparing])
        if server.force_exit:
            settings.drain_timeout = 0  # asked twice: what still runs is cut, and saved as far as it came
    _leave_threads_behind()


def _leave_threads_behind() -> None:
    """Ends the process soon, come what may. A tool's thread cannot be stopped, and Python would wait for it."""
    end = threading.Timer(LEAVE_SECONDS, os._exit, (0,))
    end.daemon = True
    end.start()


def uvicorn_config(app: FastAPI) -> uvicorn.Config:
    """How the app is served, whatever other servers are installed beside uvicorn's own."""
    return uvicorn.Config(
        app,
        http=PatientConnection,
        loop="asyncio",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=LEAVE_SECONDS,
    )


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncGenerator[None]:
    app.state.health.recovered = True
    with app.state.troubles.listening():
        yield
