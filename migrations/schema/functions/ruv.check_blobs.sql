-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.check_blobs()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF EXISTS (SELECT FROM fresh n
               LEFT JOIN public.compartment_head h ON h.victim_id = n.victim_id AND h.record_id = n.record_id
                                                  AND h.compartment = n.compartment
               WHERE n.version <> coalesce(h.version, 0) + 1
                  OR h.sealed AND NOT ruv.is_whole(h.victim_id, h.record_id, h.compartment, h.version)) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN NULL;
END $function$;
ALTER FUNCTION ruv.check_blobs() OWNER TO ruv_guard;
