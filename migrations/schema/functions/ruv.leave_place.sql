-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.leave_place()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    away bigint;
BEGIN
    WITH over AS (UPDATE public.place_use u SET ended_at = now()
                  WHERE u.placement_id = NEW.id AND u.ended_at IS NULL RETURNING u.place_id)
    UPDATE public.shelter_place p SET taken = false FROM over WHERE p.id = over.place_id;
    UPDATE public.placement_leave a SET ended_at = now()
    WHERE a.placement_id = NEW.id AND a.victim_id = NEW.victim_id AND a.ended_at IS NULL
    RETURNING a.id INTO away;
    IF away IS NOT NULL THEN
        PERFORM ruv.end_clocks('placement_leave', away, NULL, 'ANULADO');
    END IF;
    RETURN NULL;
END $function$;
ALTER FUNCTION ruv.leave_place() OWNER TO ruv_guard;
