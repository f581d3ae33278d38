-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.version_units(victim bigint, record bigint, wanted text)
 RETURNS TABLE(version bigint, unit_name text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    shows boolean := ruv.shows_shelters();
    own bigint := (ruv.context()).unit_id;
BEGIN
    IF wanted = ANY (ruv.listed_of(victim)) AND wanted = ANY (ruv.opened()) THEN
        RETURN QUERY
            SELECT b.version, CASE WHEN shows OR u.id = own OR u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT')
                                   THEN u.name ELSE 'Centro de acogida (reservado)' END
            FROM public.victim_blob b JOIN public.unit u ON u.id = b.unit_id
            WHERE b.victim_id = victim AND b.record_id = record AND b.compartment = wanted;
    END IF;
END $function$;
ALTER FUNCTION ruv.version_units(bigint,bigint,text) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.version_units(bigint,bigint,text) TO ruv_app;
