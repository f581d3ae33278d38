-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.account_audience(account bigint)
 RETURNS TABLE(unit_id bigint, audience text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF NOT ruv.permits('accounts:approve') THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
        WITH it AS (SELECT u.unit_id, u.institution_id FROM public.user_account u WHERE u.id = account),
        officers AS (
            SELECT u.unit_id, u.institution_id = it.institution_id AS own
            FROM it, public.user_account u JOIN public.role_grant g ON g.role = u.role
            WHERE 'audit:read' = ANY (g.permissions) AND u.disabled_at IS NULL AND u.approved_at IS NOT NULL)
        SELECT it.unit_id, 'JEFATURA' FROM it
        UNION
        SELECT o.unit_id, 'DATOS' FROM officers o WHERE o.own OR NOT EXISTS (SELECT FROM officers n WHERE n.own);
END $function$;
ALTER FUNCTION ruv.account_audience(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.account_audience(bigint) TO ruv_app;
