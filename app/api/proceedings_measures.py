"""Protection measures of a case: `/cases/{code}/protection-measures`."""

from app.access.permissions import Permission
from app.api.answers import Answer, listing, tagged
from app.api.schemas import Code
from app.edge.deps import CurrentAct, IdempotencyKey, Requires, etag
from app.edge.preconditions import ExpectedVersion
from app.edge.routing import Branch
from app.records.rows.proceedings import ProtectionMeasure
from app.services.idempotency import once
from app.services.proceedings import measures
from app.services.proceedings.views import MeasureLiftedView, MeasureView
from app.services.views import Coded, Listing

router = Branch(prefix="/cases/{code}/protection-measures", tags=["measures"])


@router.get("", dependencies=[Requires(Permission.CASES_READ)], summary="Medidas de protección del caso")
def listed(code: Code, act: CurrentAct) -> Answer[Listing[MeasureView]]:
    """Measures of the case at the caller's level of its protection.

    What was noted before as a list in the record stays there (`protection.measures`).
    """
    return listing(measures.listed(act, code))


@router.post(
    "",
    status_code=201,
    dependencies=[Requires(Permission.VICTIMS_WRITE)],
    summary="Registrar una medida de protección",
)
def create(code: Code, body: ProtectionMeasure, act: CurrentAct, key: IdempotencyKey) -> Answer[Coded]:
    """Records a measure that an authority ordered; it ends on its last day unless extended or lifted."""
    payload = {"case": code, **body.model_dump(mode="json")}
    made = once(act, key, "measures.record", payload, lambda: measures.record_measure(act, code, body))
    return Answer({"code": made}, status_code=201)


@router.post(
    "/{measure}/extend",
    status_code=201,
    dependencies=[Requires(Permission.VICTIMS_WRITE)],
    summary="Prorrogar una medida de protección",
)
def extend(
    code: Code,
    measure: Code,
    body: ProtectionMeasure,
    act: CurrentAct,
    version: ExpectedVersion,
) -> Answer[Coded]:
    """The measure goes on as one of its own, to a later day; repeating it is refused by its version."""
    new = measures.extend(act, code, measure, version, body)
    return Answer({"code": new}, status_code=201)


@router.post(
    "/{measure}/lift",
    dependencies=[Requires(Permission.VICTIMS_WRITE)],
    summary="Anotar que una medida de protección se levantó",
    responses=tagged(),
)
def lift(
    code: Code,
    measure: Code,
    body: ProtectionMeasure,
    act: CurrentAct,
    version: ExpectedVersion,
) -> Answer[MeasureLiftedView]:
    """Notes who lifted it, with what resolution and why."""
    done = measures.lift(act, code, measure, version, body)
    return Answer(done, headers=etag(done["version"]))
