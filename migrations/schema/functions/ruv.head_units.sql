-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.head_units(victim bigint)
 RETURNS TABLE(compartment text, record_id bigint, unit_name text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    listed text[] := ruv.listed_of(victim);
    shows boolean := ruv.shows_shelters();
    own bigint := (ruv.context()).unit_id;
BEGIN
    RETURN QUERY
        SELECT h.compartment, h.record_id, CASE WHEN shows OR u.id = own OR u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT')
                                                THEN u.name ELSE 'Centro de acogida (reservado)' END
        FROM public.compartment_head h JOIN public.unit u ON u.id = h.unit_id
        WHERE h.victim_id = victim AND h.compartment = ANY (listed);
END $function$;
ALTER FUNCTION ruv.head_units(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.head_units(bigint) TO ruv_app;
