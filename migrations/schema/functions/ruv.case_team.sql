-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.case_team(kase bigint)
 RETURNS TABLE(assignment_id bigint, user_id bigint, username text, started_at timestamp with time zone)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RETURN QUERY
        SELECT a.id, u.id, u.username, a.started_at
        FROM public.assignment a JOIN public.user_account u ON u.id = a.user_id
        WHERE a.case_id = kase AND a.unit_id = (SELECT (ruv.context()).unit_id) AND a.ended_at IS NULL
          AND ruv.case_in_scope(a.case_id, a.victim_id)
        ORDER BY a.started_at, a.id;
END $function$;
ALTER FUNCTION ruv.case_team(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.case_team(bigint) TO ruv_app;
