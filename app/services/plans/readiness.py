"""How far the signing of a plan has come: who signed what stands in it now, and what is missing."""

from __future__ import annotations

from app.access.act import Act
from app.access.guard import require
from app.access.permissions import Permission
from app.services.plans import rules
from app.services.plans.assessing import labelled
from app.services.plans.content import find, whole
from app.services.plans.content_views import Readiness
from app.services.plans.details import gaps
from app.services.plans.difference import differences
from app.services.plans.facts import facts_of
from app.services.plans.rows import acknowledged, signatures_on
from app.services.plans.versions import mark_of, newest, signable

_ACTION = "plans.version"


def readiness(act: Act, code: str) -> Readiness:
    """Signatures on the plan as it is now, who still has to sign it, and what stands in the way.

    `number` is that of the version the next signature is on; `changes` tells in words what changed since the
    one kept before it (`before`, none at first); `gaps` are the domains at risk that nobody has explained;
    `mark` is that of what stands in it now.

    Raises:
        NotFound: the plan is out of scope.
        Forbidden: the actor reads the plan in part.
    """
    require(act.actor, Permission.PLANS_READ)
    ref = whole(act.actor, find(act, code))
    content = signable(act, ref, action=_ACTION)
    latest = newest(act, ref, action=_ACTION)
    changes = [change.text for change in differences(latest[1], content)] if latest else []
    before = latest[0].number if latest else None
    current = latest is not None and latest[1] == content
    number = before if current and before else (before or 0) + 1
    signed = signatures_on(act.session, ref, number)
    known = acknowledged(act.session, ref, number)
    refusal = rules.unsignable(ref.row.state, facts_of(act.session, ref))
    return {
        "number": number,
        "kept": current,
        "before": None if current else before,
        "changes": changes,
        "signed": [
            {
                "signer": who,
                "signer_label": rules.SIGNERS[who],
                "manner": how,
                "manner_label": rules.MANNERS[how],
            }
            for who, how in sorted(signed)
        ],
        "missing": [name for name in rules.NEEDED if name not in {who for who, _ in signed}],
        "refusal": refusal.message if refusal else None,
        "gaps": labelled(domain for domain in gaps(act.session, ref) if domain not in known),
        "mark": mark_of(act, content),
    }
