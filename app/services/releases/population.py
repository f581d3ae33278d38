"""Who is counted: every detected person once, in the year and with the facts of her first identification.

The statements run as `ruv_report`, which reads clear columns only. Alerts nobody has confirmed and discarded
presumptions are not detections; a later case of the same person (re-trafficking) does not count her again.
"""

from typing import Any

from sqlalchemy import Connection, Integer, Select, Subquery, case, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from app.models import Exploitation, Profile, TraffickingCase
from app.services.releases.fold import Group
from app.states import CaseState

NOT_DETECTED = (CaseState.ALERT, CaseState.DISCARDED)
"""Case states that do not (or no longer) say that a victim was detected."""


def first_cases(year: int | None = None) -> Subquery:
    """One row a person: `victim_id`, `case_id`, `reference_year` of her first qualifying case.

    With a year, only the persons first identified in it.
    """
    first = (
        select(TraffickingCase.victim_id, TraffickingCase.id.label("case_id"), TraffickingCase.reference_year)
        .where(TraffickingCase.state.not_in(NOT_DETECTED))
        .ext(distinct_on(TraffickingCase.victim_id))
        .order_by(
            TraffickingCase.victim_id,
            TraffickingCase.reference_year,
            TraffickingCase.first_identified_on,
            TraffickingCase.id,
        )
    )
    if year is None:
        return first.subquery("first_case")
    of_the_year = aliased(TraffickingCase)
    candidates = select(of_the_year.victim_id).where(of_the_year.reference_year == year)
    earliest = first.where(TraffickingCase.victim_id.in_(candidates)).subquery("earliest")
    return select(earliest).where(earliest.c.reference_year == year).subquery("first_case")


def groups_statement(year: int) -> Select[*tuple[Any, ...]]:
    """Persons of a reference year by the codes that the tables of a release need."""
    first = first_cases(year)
    main_purpose = func.coalesce(
        Exploitation.main_purpose,
        case((func.cardinality(Exploitation.purposes) == 1, Exploitation.purposes[1])),
    )
    codes = (
        Profile.sex,
        Profile.age_years,
        Profile.age_min,
        Profile.age_max,
        Exploitation.department,
        main_purpose.label("purpose"),
    )
    return (
        select(*codes, func.count().cast(Integer))
        .select_from(first)
        .outerjoin(Profile, Profile.victim_id == first.c.victim_id)
        .outerjoin(
            Exploitation,
            (Exploitation.case_id == first.c.case_id) & (Exploitation.victim_id == first.c.victim_id),
        )
        .group_by(*codes)
    )


def prefer_scans(connection: Connection) -> None:
    """For this transaction: whole-table joins, which stay linear however wrong the planner's guesses are.

    Statistics of a register that is filling up are late; a nested loop over them was seen to run for minutes.
    """
    connection.exec_driver_sql("SET LOCAL enable_nestloop = off")
    connection.exec_driver_sql("SET LOCAL work_mem = '64MB'")


def freeze(connection: Connection) -> dict[str, str]:
    """Begin the one snapshot that is counted; names it without saying anything about who is in it.

    Must be the first statement of the transaction.
    """
    connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    row = connection.exec_driver_sql(
        "SELECT pg_current_snapshot()::text,"
        " (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END)::text,"
        """ to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""
    ).one()
    return {"snapshot": row[0], "wal": row[1], "at": row[2]}


def groups(connection: Connection, year: int) -> list[Group]:
    """Exact counts of the persons of a reference year; they never leave the process that draws."""
    prefer_scans(connection)
    return [Group(*row) for row in connection.execute(groups_statement(year))]
