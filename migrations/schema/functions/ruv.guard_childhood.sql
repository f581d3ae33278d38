-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.guard_childhood()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    -- Who is being registered at this moment is asked first: of all that are imported nothing else need be.
    IF current_user = 'ruv_app'
       AND NOT ruv.is_new_victim(NEW.victim_id)
       AND ruv.ends_childhood(NEW.victim_id, coalesce(OLD.age_min, OLD.age_years), coalesce(NEW.age_min, NEW.age_years))
       AND NOT EXISTS (SELECT FROM public.unit u WHERE u.id = (SELECT (ruv.context()).unit_id) AND u.kind = 'UPE') THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN NULL;
END $function$;
ALTER FUNCTION ruv.guard_childhood() OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.guard_childhood() TO ruv_app;
