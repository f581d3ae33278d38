-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.shows_shelters()
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    own text := (ruv.context()).role;
BEGIN
    RETURN coalesce((SELECT 'shelter_location' = ANY (g.opened) AND 'shelter_location' <> ALL (g.own_only)
                     FROM public.role_grant g WHERE g.role = own), false);
END $function$;
ALTER FUNCTION ruv.shows_shelters() OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.shows_shelters() TO ruv_app;
