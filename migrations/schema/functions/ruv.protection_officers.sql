-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.protection_officers(kase bigint)
 RETURNS TABLE(unit_id bigint, user_id bigint)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    answers bigint := (
        SELECT u.institution_id FROM public.participation p JOIN public.unit u ON u.id = p.unit_id
        WHERE p.case_id = kase AND p.ended_at IS NULL ORDER BY p.basis <> 'REGISTRO', p.started_at, p.id LIMIT 1);
    named boolean := EXISTS (SELECT FROM public.user_account a WHERE a.institution_id = answers
                             AND a.role = 'data_protection_officer' AND a.disabled_at IS NULL
                             AND a.approved_at IS NOT NULL);
BEGIN
    IF NOT ruv.permits('participations:add') OR NOT EXISTS (
        SELECT FROM public.trafficking_case c WHERE c.id = kase AND ruv.case_in_scope(c.id, c.victim_id)) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
        SELECT a.unit_id, a.id FROM public.user_account a
        WHERE a.role = 'data_protection_officer' AND a.disabled_at IS NULL AND a.approved_at IS NOT NULL
          AND CASE WHEN named THEN a.institution_id = answers
                   ELSE EXISTS (SELECT FROM public.unit k WHERE k.institution_id = a.institution_id AND k.kind = 'CENTRAL')
              END
        ORDER BY a.id;
END $function$;
ALTER FUNCTION ruv.protection_officers(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.protection_officers(bigint) TO ruv_app;
