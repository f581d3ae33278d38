"""What hangs from a plan: team, assessments, reviews, versions, follow-up: `/plans/{code}/...`."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import ConfigDict, Field

from app.access.permissions import Permission
from app.api.answers import Answer, listing
from app.api.schemas import Code
from app.edge.deps import CurrentAct, IdempotencyKey, Requires
from app.edge.routing import Branch
from app.records.rows import plans as rows
from app.services.idempotency import once, remember, replayed
from app.services.plans import assessing, following, reviewing, team, versions
from app.services.plans.content_views import KeptView, PlanChangesView, VersionTextView, VersionView
from app.services.plans.record_views import (
    AssessedView,
    AssessmentsView,
    ContactedView,
    FollowUpsView,
    ReviewHeldView,
    ReviewsView,
    TeamNumberView,
)
from app.services.views import Coded, Listing

router = Branch(prefix="/plans/{code}", tags=["plans"])

Number = Annotated[int, Path(title="Número", ge=1, le=9999)]


class MemberIn(rows.TeamMember):
    """A new member: a user of the own unit, or the name of somebody else."""

    model_config = ConfigDict(json_schema_extra={"required": ["role"]})

    username: Annotated[str | None, Field(title="Usuario de la unidad", min_length=1, max_length=80)] = None


class AssessmentIn(rows.Assessment):
    """How the person stands in one domain."""

    model_config = ConfigDict(json_schema_extra={"required": ["domain", "level", "assessed_on"]})


class ReviewIn(rows.Review):
    """A review of the plan with the person."""

    model_config = ConfigDict(
        json_schema_extra={"required": ["held_on", "participants", "opinion_given", "decisions"]}
    )


class FollowUpIn(rows.FollowUp):
    """A contact to plan."""

    model_config = ConfigDict(json_schema_extra={"required": ["planned_on"]})


class ContactIn(rows.Contact):
    """An attempt at a planned contact."""

    model_config = ConfigDict(json_schema_extra={"required": ["contacted_on", "channel", "result"]})


@router.post(
    "/team", status_code=201, dependencies=[Requires(Permission.PLANS_WRITE)], summary="Sumar al equipo"
)
def add_member(code: Code, body: MemberIn, act: CurrentAct, key: IdempotencyKey) -> Answer[TeamNumberView]:
    """Adds a member to the plan's team; its number is needed to end its part."""
    payload = {"plan": code, **body.model_dump(mode="json")}
    member = rows.TeamMember(**body.model_dump(exclude={"username"}))
    number = once(
        act, key, "plans.team", payload, lambda: str(team.add_member(act, code, member, body.username))
    )
    return Answer({"number": int(number)}, status_code=201)


@router.post(
    "/team/{number}/end", dependencies=[Requires(Permission.PLANS_WRITE)], summary="Terminar en el equipo"
)
def end_member(code: Code, number: Number, act: CurrentAct) -> Answer[TeamNumberView]:
    """Ends a member's part in the team; the entry stays."""
    team.end_member(act, code, number)
    return Answer({"number": number})


@router.get("/assessments", dependencies=[Requires(Permission.PLANS_READ)], summary="Valoraciones y curvas")
def list_assessments(code: Code, act: CurrentAct) -> Answer[AssessmentsView]:
    """Every assessment, the curve of each domain, and the domains at risk without an objective (`gaps`)."""
    return Answer(assessing.assessments(act, code))


@router.post(
    "/assessments",
    status_code=201,
    dependencies=[Requires(Permission.PLANS_WRITE, Permission.PLANS_PROGRESS)],
    summary="Anotar una valoración",
)
def add_assessment(
    code: Code, body: AssessmentIn, act: CurrentAct, key: IdempotencyKey
) -> Answer[AssessedView | Coded]:
    """Adds an assessment of one domain; it is never changed."""
    payload = {"plan": code, **body.model_dump(mode="json")}
    new = replayed(act, key, "plans.assess", payload)
    if new is not None:
        return Answer({"code": new}, status_code=201)
    done = assessing.assess(act, code, body)
    remember(act, key, "plans.assess", payload, done["code"])
    return Answer(done, status_code=201)


@router.get("/reviews", dependencies=[Requires(Permission.PLANS_READ)], summary="Revisiones")
def list_reviews(code: Code, act: CurrentAct) -> Answer[ReviewsView]:
    """The reviews held, and when the next one is due."""
    return Answer(reviewing.reviews(act, code))


@router.post(
    "/reviews",
    status_code=201,
    dependencies=[Requires(Permission.PLANS_WRITE)],
    summary="Anotar una revisión",
)
def add_review(
    code: Code, body: ReviewIn, act: CurrentAct, key: IdempotencyKey
) -> Answer[ReviewHeldView | Coded]:
    """Records a review with the person's opinion; a plan in execution goes to review with it."""
    payload = {"plan": code, **body.model_dump(mode="json")}
    new = replayed(act, key, "plans.review", payload)
    if new is not None:
        return Answer({"code": new}, status_code=201)
    done = reviewing.review(act, code, body)
    remember(act, key, "plans.review", payload, done["code"])
    return Answer(done, status_code=201)


@router.get("/versions", dependencies=[Requires(Permission.PLANS_READ)], summary="Versiones")
def list_versions(code: Code, act: CurrentAct) -> Answer[Listing[VersionView]]:
    """The versions kept, and who signed each."""
    return listing(versions.listed(act, code))


@router.post(
    "/versions",
    status_code=201,
    dependencies=[Requires(Permission.PLANS_WRITE)],
    summary="Guardar la versión",
)
def keep_version(code: Code, act: CurrentAct) -> Answer[KeptView]:
    """Keeps the plan as it is now, to be printed or signed digitally; the same content is kept once."""
    return Answer(versions.fix(act, code), status_code=201)


@router.get("/versions/{number}", dependencies=[Requires(Permission.PLANS_READ)], summary="Leer una versión")
def read_version(code: Code, number: Number, act: CurrentAct) -> Answer[VersionTextView]:
    """One version as it was kept; SHA-256 of `signed_text` (UTF-8) is `content_hash`."""
    return Answer(versions.read(act, code, number))


@router.get("/diff", dependencies=[Requires(Permission.PLANS_READ)], summary="Qué cambió")
def difference(
    code: Code,
    act: CurrentAct,
    start: Annotated[int, Query(alias="from", title="Versión", ge=1, le=9999)],
    end: Annotated[
        int | None, Query(alias="to", title="Otra versión; sin ella, el plan de ahora", ge=1, le=9999)
    ] = None,
) -> Answer[PlanChangesView]:
    """What changed between two versions, or since one, in words."""
    return Answer(versions.compare(act, code, start, end))


@router.get("/follow-ups", dependencies=[Requires(Permission.PLANS_READ)], summary="Seguimiento")
def list_follow_ups(code: Code, act: CurrentAct) -> Answer[FollowUpsView]:
    """Contacts planned after the exit, what came of them, and by which channel she may be contacted."""
    return Answer(following.follow_ups(act, code))


@router.post(
    "/follow-ups",
    status_code=201,
    dependencies=[Requires(Permission.PLANS_WRITE)],
    summary="Planear un contacto",
)
def plan_contact(code: Code, body: FollowUpIn, act: CurrentAct, key: IdempotencyKey) -> Answer[Coded]:
    """Plans one more contact; a channel the person does not allow is a 409 that names the possible ones."""
    payload = {"plan": code, **body.model_dump(mode="json")}
    new = once(act, key, "plans.follow-up", payload, lambda: following.plan_contact(act, code, body))
    return Answer({"code": new}, status_code=201)


@router.post(
    "/follow-ups/{contact}/contacts",
    status_code=201,
    dependencies=[Requires(Permission.PLANS_WRITE)],
    summary="Anotar un contacto",
)
def record_contact(
    code: Code, contact: Code, body: ContactIn, act: CurrentAct, key: IdempotencyKey
) -> Answer[ContactedView | Coded]:
    """Records an attempt at a planned contact; unless she could not be found, the contact is made with it."""
    payload = {"plan": code, "contact": contact, **body.model_dump(mode="json")}
    done = replayed(act, key, "plans.contact", payload)
    if done is not None:
        return Answer({"code": done}, status_code=201)
    answer = following.contacted(act, code, contact, body)
    remember(act, key, "plans.contact", payload, answer["code"])
    return Answer(answer, status_code=201)
