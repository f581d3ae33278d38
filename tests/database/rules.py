"""What the database's own catalogue must say; each rule returns what breaks it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from tests.database.definers import DEFINERS, INTERNAL
from tests.database.grant_rules import APPLICATION, dangerous_grants, found, unread_tables

COMMANDS = ("SELECT", "INSERT", "UPDATE", "DELETE")


def unprotected_tables(connection: Connection) -> list[str]:
    """Tables with a person's rows without forced row-level security, or without any policy."""
    return found(
        connection,
        """SELECT c.oid::regclass FROM pg_class c
           WHERE c.relkind IN ('r', 'p') AND c.relnamespace NOT IN ('pg_catalog'::regnamespace,
                 'information_schema'::regnamespace)
             AND (c.relname IN ('victim', 'user_account', 'auth_session', 'audit_event', 'institution',
               'unit', 'draft', 'device', 'sign_in_try', 'sealed_part',
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
