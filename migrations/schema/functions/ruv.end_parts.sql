-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.end_parts(parts bigint[], even_last boolean)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    part record;
BEGIN
    FOR part IN SELECT p.* FROM public.participation p WHERE p.id = ANY (parts) AND p.ended_at IS NULL
                ORDER BY p.case_id, p.id LOOP
        PERFORM pg_advisory_xact_lock(hashtextextended('ruv.case:' || part.case_id, 0));
        CONTINUE WHEN NOT even_last AND NOT EXISTS (
            SELECT FROM public.participation o WHERE o.case_id = part.case_id AND o.victim_id = part.victim_id
            AND o.id <> part.id AND o.ended_at IS NULL);
        UPDATE public.participation p SET ended_at = now() WHERE p.id = part.id AND p.ended_at IS NULL;
        UPDATE public.assignment a SET ended_at = now()
        WHERE a.case_id = part.case_id AND a.victim_id = part.victim_id AND a.unit_id = part.unit_id
          AND a.ended_at IS NULL
          AND NOT EXISTS (SELECT FROM public.participation o WHERE o.case_id = part.case_id
                          AND o.victim_id = part.victim_id AND o.unit_id = part.unit_id AND o.ended_at IS NULL);
    END LOOP;
END $function$;
ALTER FUNCTION ruv.end_parts(bigint[],boolean) OWNER TO ruv_guard;
