-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION release.still_open()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    PERFORM pg_advisory_xact_lock(1381326162);
    IF EXISTS (SELECT FROM release.discard d WHERE d.release_id = NEW.release_id)
       OR (SELECT count(*) FROM release.approval a WHERE a.release_id = NEW.release_id) >= 2 THEN
        RAISE EXCEPTION 'the release is published or discarded' USING ERRCODE = 'RV002';
    END IF;
    RETURN NEW;
END $function$;
ALTER FUNCTION release.still_open() OWNER TO ruv_owner;
