-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.arrange_cases(person bigint)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    lead bigint;
BEGIN
    -- Of two cases that end at the same moment the later one sees the other ended, and passes the lead to neither.
    PERFORM pg_advisory_xact_lock(person);
    lead := (SELECT c.id FROM public.trafficking_case c
             WHERE c.victim_id = person AND c.state NOT IN ('CERRADO', 'DESCARTADA')
             ORDER BY c.opened_at, c.id LIMIT 1);
    UPDATE public.trafficking_case c SET parallel_to = lead
    WHERE c.victim_id = person AND c.state NOT IN ('CERRADO', 'DESCARTADA') AND c.id <> lead
      AND c.parallel_to IS DISTINCT FROM lead;
    UPDATE public.trafficking_case c SET parallel_to = NULL
    WHERE c.victim_id = person AND c.parallel_to IS NOT NULL
      AND (c.id = lead OR c.state IN ('CERRADO', 'DESCARTADA'));
END $function$;
ALTER FUNCTION ruv.arrange_cases(bigint) OWNER TO ruv_guard;
