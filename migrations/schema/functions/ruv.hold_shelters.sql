-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.hold_shelters(holds bigint[])
 RETURNS TABLE(hold_id bigint, unit_id bigint)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    own bigint := (ruv.context()).unit_id;
    shows boolean := ruv.shows_shelters();
BEGIN
    RETURN QUERY SELECT h.id, h.unit_id FROM public.place_hold h
                 WHERE h.id = ANY (holds)
                   AND (h.unit_id = own OR shows AND ruv.case_in_scope(h.case_id, h.victim_id));
END $function$;
ALTER FUNCTION ruv.hold_shelters(bigint[]) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.hold_shelters(bigint[]) TO ruv_app;
