-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION release.born_together()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF NOT EXISTS (SELECT FROM release.release r WHERE r.id = NEW.release_id AND r.built_at = now()) THEN
        RAISE EXCEPTION 'a file cannot be added to a release' USING ERRCODE = 'RV002';
    END IF;
    RETURN NEW;
END $function$;
ALTER FUNCTION release.born_together() OWNER TO ruv_owner;
