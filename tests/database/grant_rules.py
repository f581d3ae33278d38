"""What the database's roles may do at all; each rule returns what breaks it."""

from __future__ import annotations

from sqlalchemy import Connection

APPLICATION = ("ruv_app", "ruv_sealer", "ruv_report", "ruv_release")


def found(connection: Connection, query: str, **values: object) -> list[str]:
    """Rows of a query, each as one line."""
    return [" ".join(str(part) for part in row) for row in connection.exec_driver_sql(query, values)]


def dangerous_grants(connection: Connection) -> list[str]:
    """DELETE, TRUNCATE, REFERENCES, TRIGGER; moving a row to another person; anything for everybody."""
    return found(
        connection,
        """SELECT r.name, k.word, c.oid::regclass FROM pg_class c, unnest(%(roles)s::text[]) AS r(name),
                  unnest(ARRAY['DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS k(word)
           WHERE c.relkind IN ('r', 'p', 'v') AND c.relnamespace IN ('public'::regnamespace,
             'ruv'::regnamespace,
                 'release'::regnamespace)
             AND has_table_privilege(r.name, c.oid, k.word)
             AND NOT (r.name = 'ruv_sealer' AND k.word = 'DELETE' AND c.relname = 'audit_queue')
           UNION ALL
           SELECT r.name, 'UPDATE ' || a.attname, c.oid::regclass
           FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid, unnest(%(roles)s::text[]) AS r(name)
           WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0
             AND (a.attname IN ('id', 'victim_id', 'case_id', 'plan_id', 'user_id', 'by_user_id',
               'created_by', 'code',
                                'compartment', 'compartments', 'seats', 'housed', 'population', 'role',
                                  'supervisor',
                                'sealed')
                  OR a.attname = 'unit_id' AND c.relname <> 'compartment_head')
             AND has_column_privilege(r.name, c.oid, a.attnum, 'UPDATE')
           UNION ALL
           SELECT 'PUBLIC', a.privilege_type, c.oid::regclass FROM pg_class c, aclexplode(c.relacl) a
           WHERE a.grantee = 0 AND c.relnamespace IN ('public'::regnamespace, 'ruv'::regnamespace,
             'release'::regnamespace)
           UNION ALL
           SELECT r.name, 'CREATE ' || n.nspname, NULL FROM pg_namespace n, unnest(%(roles)s::text[])
             AS r(name)
           WHERE has_schema_privilege(r.name, n.oid, 'CREATE')""",
        roles=list(APPLICATION),
    )


def dangerous_roles(connection: Connection) -> list[str]:
    """Roles that policies do not bind, or that may become another."""
    return found(
        connection,
        """SELECT r.rolname FROM pg_roles r WHERE r.rolname = ANY (%(roles)s)
             AND (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication
                  OR EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid))
           UNION ALL SELECT rolname FROM pg_roles WHERE rolname = 'ruv_guard' AND (rolcanlogin OR
             rolsuper OR rolbypassrls)
           UNION ALL SELECT rolname FROM pg_roles WHERE rolname = 'ruv_owner' AND (rolsuper OR
             rolbypassrls OR rolinherit)""",
        roles=list(APPLICATION),
    )


def unread_tables(connection: Connection) -> list[str]:
    """The key that signs contexts and wrapped service keys, in reach of a role that needs them not."""
    return found(
        connection,
        """SELECT r.name, c.oid::regclass FROM pg_class c, unnest(%(roles)s::text[]) AS r(name)
           WHERE c.oid = 'ruv.context_key'::regclass AND has_any_column_privilege(r.name, c.oid,
             'SELECT, INSERT, UPDATE')
              OR c.oid = 'public.kek'::regclass AND has_any_column_privilege(r.name, c.oid, 'INSERT,
                UPDATE')""",
        roles=list(APPLICATION),
    )
