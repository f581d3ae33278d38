-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.reads_consent(consent bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RETURN ruv.permits('consents:read') AND EXISTS (
        SELECT FROM public.consent c
        WHERE c.id = consent
          AND (ruv.case_in_scope(c.case_id, c.victim_id)
               OR EXISTS (SELECT FROM public.consent_event e WHERE e.consent_id = c.id AND e.at = now()
                          AND e.by_user_id = (SELECT (ruv.context()).user_id))));
END $function$;
ALTER FUNCTION ruv.reads_consent(bigint) OWNER TO ruv_guard;
