-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.release_hold(hold bigint, held_version bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    own bigint := (ruv.context()).unit_id;
BEGIN
    UPDATE public.place_hold h SET state = 'LIBERADA', ended_at = now(), version = h.version + 1
    WHERE h.id = hold AND h.version = held_version AND h.state = 'VIGENTE'
      AND (h.unit_id = own AND ruv.permits('placements:write')
           OR h.requested_unit_id = own AND ruv.permits('shelters:read') AND ruv.case_in_scope(h.case_id, h.victim_id));
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM ruv.free_places(ARRAY[hold]);
    RETURN true;
END $function$;
ALTER FUNCTION ruv.release_hold(bigint,bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.release_hold(bigint,bigint) TO ruv_app;
