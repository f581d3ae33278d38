-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.check_approval()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    -- The lock of the ledger: the other approval is seen, whoever comes first.
    PERFORM pg_advisory_xact_lock(1381326162);
    IF EXISTS (SELECT FROM release.approval a WHERE a.release_id = NEW.release_id AND a.user_id <> NEW.user_id
               AND ruv.one_hand(a.user_id, NEW.user_id)) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $function$;
ALTER FUNCTION ruv.check_approval() OWNER TO ruv_guard;
