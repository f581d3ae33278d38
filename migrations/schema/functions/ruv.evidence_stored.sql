-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.evidence_stored(plan bigint, consent bigint)
 RETURNS TABLE(files bigint, bytes bigint)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    mine bigint[] := ruv.seats();
BEGIN
    IF NOT ruv.permits(CASE WHEN consent IS NULL THEN 'plans:progress' ELSE 'consents:write' END) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(
        CASE WHEN consent IS NULL THEN 'ruv.evidence:' || plan ELSE 'ruv.scans:' || consent END, 0));
    RETURN QUERY
        SELECT count(*), coalesce(sum(f.size_bytes), 0)::bigint FROM public.evidence_file f
        WHERE (f.plan_id = plan AND consent IS NULL OR f.consent_id = consent)
          AND EXISTS (SELECT FROM public.participation p WHERE p.victim_id = f.victim_id AND p.seats && mine
                      AND (consent IS NOT NULL OR p.compartments IS NULL OR 'plan' = ANY (p.compartments)));
END $function$;
ALTER FUNCTION ruv.evidence_stored(bigint,bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.evidence_stored(bigint,bigint) TO ruv_app;
