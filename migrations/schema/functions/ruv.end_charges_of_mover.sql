-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.end_charges_of_mover()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    UPDATE public.assignment a SET ended_at = now()
    WHERE a.user_id = NEW.id AND a.unit_id <> NEW.unit_id AND a.ended_at IS NULL;
    RETURN NULL;
END $function$;
ALTER FUNCTION ruv.end_charges_of_mover() OWNER TO ruv_guard;
