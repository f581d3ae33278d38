"""The application: settings, middleware, handlers, routers; nothing else."""

from fastapi import FastAPI

from app import __version__
from app.api import health, reference, router
from app.api.documentation import complete_openapi, operation_id
from app.config import Settings, get_settings
from app.edge import problems
from app.edge.browser import LARGEST_FORM
from app.edge.conditions import Conditions
from app.edge.installation import Opener, kept_open
from app.edge.middleware import BodyLimit, Heads, SafeHeaders
from app.edge.turns import Turns
from app.runtime import open_runtime
from app.web import router as web
from app.web.kit import errors


def create_app(settings: Settings | None = None, *, opener: Opener = open_runtime) -> FastAPI:
    """Build the application; the installation is opened when it starts serving."""
    settings = settings or get_settings()
    app = FastAPI(
        title="RUV-Trata",
        version=__version__,
        lifespan=lambda app: kept_open(app, settings, opener),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        generate_unique_id_function=operation_id,
    )
    app.state.turns = Turns(
        settings.password_checks_at_once, settings.password_checks_waiting, settings.password_checks_patience
    )
    app.add_middleware(Conditions)
    app.add_middleware(BodyLimit, limit=settings.max_body_bytes, exempt=("/evidence", "/archivos"))
    app.add_middleware(BodyLimit, limit=LARGEST_FORM)
    problems.install(app, errors.problem_page)
    app.add_middleware(Heads)
    app.add_middleware(SafeHeaders)
    app.include_router(router.router)
    app.include_router(health.router)
    app.include_router(reference.router)
    app.include_router(web.router, include_in_schema=False)
    complete_openapi(app)
    return app
