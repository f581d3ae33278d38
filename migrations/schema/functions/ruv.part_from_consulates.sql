-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.part_from_consulates()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('ruv.asylum:' || NEW.victim_id, 0));
    IF ruv.seeks_asylum(NEW.victim_id) THEN
        PERFORM ruv.recall_from_consulates(NEW.victim_id);
    END IF;
    RETURN NULL;
END $function$;
ALTER FUNCTION ruv.part_from_consulates() OWNER TO ruv_guard;
