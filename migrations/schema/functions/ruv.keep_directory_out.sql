-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.keep_directory_out()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF EXISTS (SELECT FROM public.directory_location l WHERE l.unit_id = NEW.id)
       OR EXISTS (SELECT FROM public.directory_service s WHERE s.unit_id = NEW.id) THEN
        RAISE EXCEPTION 'a shelter is not in the directory' USING ERRCODE = '23514',
            CONSTRAINT = 'ck_directory_no_shelter';
    END IF;
    RETURN NEW;
END $function$;
ALTER FUNCTION ruv.keep_directory_out() OWNER TO ruv_guard;
