-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.set_seats()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.population := ruv.population_bits(NEW.victim_id);
    END IF;
    NEW.seats := CASE WHEN NEW.ended_at IS NOT NULL THEN '{}' ELSE
        (NEW.unit_id * 16 + NEW.population) || ARRAY(
            SELECT -(a.user_id * 16 + NEW.population) FROM public.assignment a
            WHERE a.case_id = NEW.case_id AND a.victim_id = NEW.victim_id AND a.unit_id = NEW.unit_id
              AND a.ended_at IS NULL) END;
    NEW.housed := NEW.ended_at IS NULL AND EXISTS (
        SELECT FROM public.placement l WHERE l.case_id = NEW.case_id AND l.victim_id = NEW.victim_id
        AND l.unit_id = NEW.unit_id AND l.left_at IS NULL AND l.actual_place = 'CENTRO_DE_ACOGIDA');
    RETURN NEW;
END $function$;
ALTER FUNCTION ruv.set_seats() OWNER TO ruv_guard;
