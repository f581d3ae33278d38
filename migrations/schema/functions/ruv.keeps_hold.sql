-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.keeps_hold(hold_code text, victim bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    own bigint := (ruv.context()).unit_id;
BEGIN
    RETURN ruv.permits('placements:write')
       AND EXISTS (SELECT FROM public.place_hold h WHERE h.code = hold_code AND h.victim_id = victim AND h.unit_id = own);
END $function$;
ALTER FUNCTION ruv.keeps_hold(text,bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.keeps_hold(text,bigint) TO ruv_app;
