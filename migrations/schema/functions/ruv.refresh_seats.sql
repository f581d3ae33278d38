-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.refresh_seats()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    UPDATE public.participation p SET seats = NULL  -- set_seats() fills it
    WHERE p.victim_id = NEW.victim_id AND p.case_id = NEW.case_id AND p.unit_id = NEW.unit_id AND p.ended_at IS NULL;
    RETURN NULL;
END $function$;
ALTER FUNCTION ruv.refresh_seats() OWNER TO ruv_guard;
