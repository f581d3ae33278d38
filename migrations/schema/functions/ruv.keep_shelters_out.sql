-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.keep_shelters_out()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF EXISTS (SELECT FROM public.unit u WHERE u.id = NEW.unit_id AND u.kind IN ('CAR', 'ALBERGUE', 'HRT')) THEN
        RAISE EXCEPTION 'a shelter is not in the directory' USING ERRCODE = '23514',
            CONSTRAINT = 'ck_directory_no_shelter';
    END IF;
    RETURN NEW;
END $function$;
ALTER FUNCTION ruv.keep_shelters_out() OWNER TO ruv_guard;
