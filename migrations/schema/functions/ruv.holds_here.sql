-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.holds_here()
 RETURNS SETOF bigint
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    own bigint := (ruv.context()).unit_id;
BEGIN
    IF ruv.permits('placements:write') THEN
        RETURN QUERY SELECT h.id FROM public.place_hold h WHERE h.unit_id = own;
    END IF;
END $function$;
ALTER FUNCTION ruv.holds_here() OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.holds_here() TO ruv_app;
