"""The application: settings, middleware, handlers, routers; nothing else."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI

from app import __version__
from app.api import health, router
from app.api.documentation import complete_openapi
from app.config import Settings, get_settings
from app.edge import problems
from app.edge.browser import LARGEST_FORM
from app.edge.middleware import BodyLimit, SafeHeaders
from app.edge.turns import Turns
from app.runtime import Runtime, open_runtime
from app.services.scheduler.runner import Scheduler
from app.web import errors
from app.web import router as web


def create_app(
    settings: Settings | None = None, *, opener: Callable[[Settings], Runtime] = open_runtime
) -> FastAPI:
    """Build the application; the installation is opened when it starts serving."""
    settings = settings or get_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        runtime = app.state.runtime = opener(settings)
        scheduler = Scheduler(runtime.database) if settings.scheduler else None
        if scheduler is not None:
            scheduler.start()
        try:
            yield
        finally:
            if scheduler is not None:
                await asyncio.to_thread(scheduler.stop)
            runtime.close()

    app = FastAPI(
        title="RUV-Trata",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.turns = Turns(
        settings.password_checks_at_once, settings.password_checks_waiting, settings.password_checks_patience
    )
    app.add_middleware(BodyLimit, limit=settings.max_body_bytes, exempt=("/evidence", "/archivos"))
    app.add_middleware(BodyLimit, limit=LARGEST_FORM)
    problems.install(app, errors.problem_page)
    app.add_middleware(SafeHeaders)
    app.include_router(router.router)
    app.include_router(health.router)
    app.include_router(web.router, include_in_schema=False)
    complete_openapi(app)
    return app
