-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.consent_covers(consent bigint, victim bigint, kase bigint, receiver bigint, shared text[])
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    held public.consent;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('ruv.consent:' || consent, 0));
    SELECT c.* INTO held FROM public.consent c
    WHERE c.id = consent_covers.consent AND c.victim_id = victim AND c.case_id = kase
      AND ruv.case_in_scope(kase, victim);
    RETURN CASE
        WHEN held.id IS NULL THEN 'UNKNOWN'
        WHEN EXISTS (SELECT FROM public.consent_event e WHERE e.consent_id = held.id) THEN 'ENDED'
        WHEN held.valid_until < (now() AT TIME ZONE 'America/Lima')::date THEN 'EXPIRED'
        WHEN NOT ruv.consent_names(held, receiver) THEN 'RECEIVER'
        WHEN NOT coalesce(shared <@ held.compartments, false) THEN 'COMPARTMENTS'
        ELSE 'COVERS' END;
END $function$;
ALTER FUNCTION ruv.consent_covers(bigint,bigint,bigint,bigint,text[]) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.consent_covers(bigint,bigint,bigint,bigint,text[]) TO ruv_app;
