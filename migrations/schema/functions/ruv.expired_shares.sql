-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.expired_shares(consents text[])
 RETURNS TABLE(victim_id bigint, case_id bigint, unit_id bigint, code text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF (ruv.context()).role IS DISTINCT FROM 'scheduler' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
        SELECT r.victim_id, r.case_id, r.to_unit_id, r.code
        FROM public.consent c JOIN public.referral r ON r.consent_id = c.id AND r.victim_id = c.victim_id
        WHERE c.code = ANY (consents) AND r.ended_at = now() AND r.result = 'CONSENTIMIENTO_VENCIDO'
        ORDER BY r.id;
END $function$;
ALTER FUNCTION ruv.expired_shares(text[]) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.expired_shares(text[]) TO ruv_app;
