-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.refresh_population()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    bits smallint := ruv.population_bits(NEW.victim_id);
BEGIN
    UPDATE public.participation p SET population = bits
    WHERE p.victim_id = NEW.victim_id AND p.population <> bits;
    RETURN NULL;
END $function$;
ALTER FUNCTION ruv.refresh_population() OWNER TO ruv_guard;
