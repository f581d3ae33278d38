-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.end_with_measure()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE public.participation p SET measure_id = NEW.id
        WHERE p.measure_id = NEW.extends_id AND p.victim_id = NEW.victim_id AND p.ended_at IS NULL
          AND NEW.state = 'VIGENTE';
    ELSE
        PERFORM ruv.end_parts(ARRAY(
            SELECT p.id FROM public.participation p WHERE p.measure_id = NEW.id AND p.ended_at IS NULL), false);
    END IF;
    RETURN NULL;
END $function$;
ALTER FUNCTION ruv.end_with_measure() OWNER TO ruv_guard;
