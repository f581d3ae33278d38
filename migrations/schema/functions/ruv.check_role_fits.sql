-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.check_role_fits()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF NOT NEW.service_account AND NOT ruv.role_fits(NEW.role, NEW.unit_id) THEN
        RAISE EXCEPTION 'role does not fit the unit' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $function$;
ALTER FUNCTION ruv.check_role_fits() OWNER TO ruv_guard;
