-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.seal_watchers(records bigint[])
 RETURNS TABLE(victim_id bigint, case_id bigint, code text, unit_id bigint)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF (ruv.context()).role IS DISTINCT FROM 'scheduler' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
        WITH person AS (
            SELECT DISTINCT ON (v.person_id) v.person_id AS id, c.id AS kase, ruv.code_of_record(v.person_id) AS code
            FROM public.victim v JOIN public.trafficking_case c ON c.victim_id = v.person_id
            WHERE v.id = ANY (records) ORDER BY v.person_id, c.opened_at DESC, c.id DESC),
        watcher AS (
            SELECT DISTINCT a.unit_id AS id FROM public.user_account a JOIN public.role_grant g ON g.role = a.role
            WHERE 'audit:read' = ANY (g.permissions) AND a.disabled_at IS NULL AND a.approved_at IS NOT NULL)
        SELECT p.id, p.kase, p.code, w.id FROM person p CROSS JOIN watcher w
        WHERE NOT EXISTS (SELECT FROM public.notice n WHERE n.case_id = p.kase AND n.unit_id = w.id
                          AND n.kind = 'SELLO_ROTO' AND n.read_at IS NULL);
END $function$;
ALTER FUNCTION ruv.seal_watchers(bigint[]) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.seal_watchers(bigint[]) TO ruv_app;
