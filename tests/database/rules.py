"""What the database's own catalogue must say; each rule returns what breaks it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from tests.database.grant_rules import APPLICATION, dangerous_grants, found, unread_tables

COMMANDS = ("SELECT", "INSERT", "UPDATE", "DELETE")

DEFINERS = {
    "end_parts",
    "end_with_consent",
    "end_with_measure",
    "end_stay_mandates",
    "end_with_stay",
    "mandate_bars",
    "other_shares",
    "part_from_consulates",
    "presumed_child",
    "protection_officers",
    "recall_from_consulates",
    "refused_parts",
    "seeks_asylum",
    "bring_plan",
    "keep_plan_seen",
    "keeps_hold",
    "leave_plan",
    "may_order_plan",
    "order_plan",
    "orphan_plans",
    "plan_takers",
    "tell_of_hold",
    "unacknowledged",
    "account_audience",
    "account_request_face",
    "check_hands",
    "check_role_fits",
    "check_settled",
    "command_of_one_hand",
    "may_ask",
    "may_ask_about",
    "may_second",
    "one_hand",
    "role_fits",
    "secret_mark_of",
    "settle_account",
    "two_to_close",
    "may_found_unit",
    "may_grant",
    "expire_holds",
    "free_places",
    "hold_place",
    "hold_shelters",
    "holds_here",
    "join_by_hold",
    "leave_place",
    "release_hold",
    "resident_only",
    "seize_place",
    "settle_residents",
    "shelter_vacancies",
    "take_place",
    "access_log",
    "add_satisfaction",
    "arrange_cases",
    "candidate_sides",
    "case_in_scope",
    "case_participants",
    "case_team",
    "check_executed",
    "close_agreed",
    "close_case",
    "counted_as_child",
    "ends_childhood",
    "exit_grounds",
    "find_child",
    "lose_child",
    "clock_counts",
    "code_of_record",
    "both_known",
    "command_face",
    "command_in_scope",
    "command_subject",
    "context",
    "discard_agreed",
    "drop_draft",
    "discard_case",
    "drop_tokens",
    "effect_due",
    "empty_urn",
    "end_charges_of_mover",
    "end_clocks",
    "end_own_participation",
    "end_referral_participation",
    "expire_measures",
    "evidence_stored",
    "expire_consents",
    "expire_referrals",
    "expired_shares",
    "fire_clocks",
    "hand_over_clocks",
    "head_units",
    "hold_persons",
    "is_housed",
    "keep_draft",
    "keep_from_consulates",
    "is_new_case",
    "is_new_victim",
    "keep_directory_out",
    "keep_shelters_out",
    "known_notes",
    "known_tokens",
    "last_part",
    "listed",
    "listed_of",
    "match_candidates",
    "may_append",
    "merge_fingerprint",
    "merge_records",
    "may_review",
    "may_give",
    "may_request",
    "may_time",
    "move_clock",
    "note_candidates",
    "note_referral_step",
    "opened",
    "pass_clocks",
    "pass_the_lead",
    "oversees_commands",
    "own_only",
    "participation_is_new",
    "permits",
    "person_of_record",
    "population",
    "population_bits",
    "population_of",
    "proceeding_of",
    "put_tokens",
    "queue_audit_event",
    "read_in_full",
    "password_hash_of",
    "record_in_scope",
    "record_of_case",
    "record_of_code",
    "reconciliation",
    "traced_builds",
    "referral_accepted",
    "refresh_population",
    "refresh_seats",
    "reindex_batch",
    "reindex_left",
    "row_decisions",
    "row_stored",
    "row_is_of",
    "reviews",
    "seats",
    "sees_command",
    "session_state",
    "set_context_key",
    "set_seats",
    "settle_persons",
    "shows_shelters",
    "sweep_drafts",
    "sweep_tries",
    "tell_left",
    "start_clock",
    "step_activity",
    "split_records",
    "close_view",
    "consent_covers",
    "consent_ends",
    "consent_names",
    "consent_reads",
    "consent_shares",
    "data_request_units",
    "end_kept_shares",
    "end_shares",
    "less_objected",
    "named_units",
    "narrow_view",
    "narrow_views",
    "reads_consent",
    "step_units",
    "take_clocks",
    "taken_codes",
    "tell_receivers",
    "times_in_hour",
    "token_counts",
    "transition_units",
    "two_agreed",
    "user_in_unit",
    "verify_document",
    "version_units",
    "written",
    "born_between",
    "check_blobs",
    "check_head",
    "check_keys",
    "command_parts",
    "faces_contradict",
    "guard_head",
    "is_whole",
    "merge_identities",
    "seal_watchers",
}
"""Functions that look past the policies. A new one is a hole in the wall: it needs a reason and a line."""

INTERNAL = {
    "end_parts",
    "end_with_consent",
    "end_with_measure",
    "end_stay_mandates",
    "end_with_stay",
    "part_from_consulates",
    "presumed_child",
    "recall_from_consulates",
    "seeks_asylum",
    "bring_plan",
    "keep_plan_seen",
    "leave_plan",
    "tell_of_hold",
    "check_hands",
    "check_role_fits",
    "check_settled",
    "one_hand",
    "role_fits",
    "find_child",
    "lose_child",
    "keep_from_consulates",
    "expire_holds",
    "free_places",
    "leave_place",
    "seize_place",
    "settle_residents",
    "take_place",
    "arrange_cases",
    "hold_persons",
    "pass_clocks",
    "pass_the_lead",
    "settle_persons",
    "check_executed",
    "close_view",
    "code_of_record",
    "consent_ends",
    "effect_due",
    "consent_names",
    "end_charges_of_mover",
    "end_kept_shares",
    "end_shares",
    "expire_consents",
    "last_part",
    "less_objected",
    "narrow_view",
    "narrow_views",
    "reads_consent",
    "expire_measures",
    "expire_referrals",
    "keep_directory_out",
    "keep_shelters_out",
    "may_time",
    "note_referral_step",
    "population_bits",
    "queue_audit_event",
    "record_of_code",
    "refresh_population",
    "refresh_seats",
    "set_context_key",
    "set_seats",
    "take_clocks",
    "born_between",
    "check_blobs",
    "check_head",
    "check_keys",
    "faces_contradict",
    "guard_head",
    "is_whole",
}
"""Those of them that the application may not call."""


def unprotected_tables(connection: Connection) -> list[str]:
    """Tables with a person's rows without forced row-level security, or without any policy."""
    return found(
        connection,
        """SELECT c.oid::regclass FROM pg_class c
           WHERE c.relkind IN ('r', 'p') AND c.relnamespace NOT IN ('pg_catalog'::regnamespace,
                 'information_schema'::regnamespace)
             AND (c.relname IN ('victim', 'user_account', 'auth_session', 'audit_event', 'institution',
               'unit', 'draft', 'device', 'sign_in_try',
               'account_request', 'account_notice')
                  OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'victim_id'))
             AND NOT (c.relrowsecurity AND c.relforcerowsecurity
                      AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))""",
    )


def leaking_views(connection: Connection) -> list[str]:
    """Views that read as their owner, and materialised views, whose rows no policy is asked about."""
    return found(
        connection,
        """SELECT c.relkind, c.oid::regclass FROM pg_class c
           WHERE c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
             AND (c.relkind = 'm' OR c.relkind = 'v'
                  AND NOT coalesce(c.reloptions @> ARRAY['security_invoker=true'], false))""",
    )


def loose_functions(connection: Connection) -> list[str]:
    """Definer functions off the list, of another owner, without a fixed search path, or open to everybody."""
    return found(
        connection,
        """SELECT p.oid::regprocedure FROM pg_proc p
           WHERE p.prosecdef AND p.pronamespace NOT IN ('pg_catalog'::regnamespace,
             'information_schema'::regnamespace)
             AND NOT (p.pronamespace = 'ruv'::regnamespace AND p.proname = ANY (%(known)s)
                      AND p.proowner = 'ruv_guard'::regrole
                      AND coalesce(p.proconfig @> ARRAY['search_path=pg_catalog, pg_temp'], false)
                      AND NOT EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f',
                        p.proowner))) a
                                      WHERE a.grantee = 0))""",
        known=sorted(DEFINERS),
    )


def callable_internals(connection: Connection) -> list[str]:
    """Internal functions the application may call."""
    return found(
        connection,
        """SELECT r.name, p.oid::regprocedure FROM pg_proc p, unnest(%(roles)s::text[]) AS r(name)
           WHERE p.pronamespace = 'ruv'::regnamespace AND p.proname = ANY (%(internal)s)
             AND has_function_privilege(r.name, p.oid, 'EXECUTE')""",
        roles=list(APPLICATION),
        internal=sorted(INTERNAL),
    )


def open_partitions(connection: Connection) -> list[str]:
    """Partitions somebody may read directly that have no policies of their own."""
    return found(
        connection,
        """SELECT r.name, i.inhrelid::regclass FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid,
                  unnest(%(roles)s::text[]) AS r(name)
           WHERE c.relkind = 'r' AND has_any_column_privilege(r.name, c.oid, 'SELECT, INSERT, UPDATE')
             AND NOT (c.relrowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))""",
        roles=list(APPLICATION),
    )


def doubled_policies(connection: Connection) -> list[str]:
    """More than one permissive policy for the same table, command and role: they would add up."""
    return found(
        connection,
        """SELECT p.schemaname, p.tablename, k.cmd, r.name, count(*)
           FROM pg_policies p, unnest(p.roles) AS r(name),
                  unnest(%(commands)s::text[]) AS k(cmd)
           WHERE p.permissive = 'PERMISSIVE' AND p.cmd IN ('ALL', k.cmd) GROUP BY 1, 2, 3, 4 HAVING
             count(*) > 1""",
        commands=list(COMMANDS),
    )


def policies_for_everybody(connection: Connection) -> list[str]:
    """Policies that do not say whom they are for."""
    return found(connection, "SELECT tablename, policyname FROM pg_policies WHERE 'public' = ANY (roles)")


RULES: dict[str, tuple[Callable[[Connection], list[str]], list[str]]] = {
    "protected": (
        unprotected_tables,
        [
            "CREATE TABLE stray (id bigint, victim_id bigint)",
            "ALTER TABLE profile NO FORCE ROW LEVEL SECURITY",
            "ALTER TABLE victim_blob DISABLE ROW LEVEL SECURITY",
        ],
    ),
    "views": (
        leaking_views,
        [
            "CREATE VIEW all_persons AS SELECT * FROM victim",
            "CREATE VIEW barred WITH (security_barrier) AS SELECT * FROM victim",
            "CREATE MATERIALIZED VIEW kept AS SELECT * FROM victim",
        ],
    ),
    "functions": (
        loose_functions,
        [
            "CREATE FUNCTION ruv.extra() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT 1::bigint'",
            "ALTER FUNCTION ruv.match_candidates(bigint[], integer) RESET search_path",
            "ALTER FUNCTION ruv.match_candidates(bigint[], integer) OWNER TO postgres",
            "GRANT EXECUTE ON FUNCTION ruv.match_candidates(bigint[], integer) TO PUBLIC",
        ],
    ),
    "internal": (callable_internals, ["GRANT EXECUTE ON FUNCTION ruv.population_bits(bigint) TO ruv_app"]),
    "partitions": (
        open_partitions,
        [
            (
                "CREATE TABLE divided (victim_id bigint) PARTITION BY HASH (victim_id);"
                "CREATE TABLE divided_0 PARTITION OF divided FOR VALUES WITH (MODULUS 1, REMAINDER 0);"
                "GRANT SELECT ON divided_0 TO ruv_app"
            )
        ],
    ),
    "one policy": (doubled_policies, ["CREATE POLICY also ON victim FOR SELECT TO ruv_app USING (false)"]),
    "for whom": (policies_for_everybody, ["CREATE POLICY anyone ON victim AS RESTRICTIVE USING (true)"]),
    "grants": (
        dangerous_grants,
        [
            "GRANT DELETE ON victim TO ruv_app",
            "GRANT TRUNCATE ON audit_event TO ruv_sealer",
            "GRANT UPDATE (victim_id) ON profile TO ruv_app",
            "GRANT UPDATE ON participation TO ruv_app",
            "GRANT SELECT ON victim TO PUBLIC",
            "GRANT CREATE ON SCHEMA public TO ruv_app",
        ],
    ),
    "keys": (unread_tables, ["GRANT SELECT ON ruv.context_key TO ruv_app", "GRANT UPDATE ON kek TO ruv_app"]),
}
"""Each rule with changes that must be found."""
