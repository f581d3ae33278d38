-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.step_units(procedure bigint)
 RETURNS TABLE(id bigint, unit_name text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    shows boolean := ruv.shows_shelters();
    own bigint := (ruv.context()).unit_id;
BEGIN
    IF coalesce('protection' = ANY (ruv.read_in_full()), false) THEN
        RETURN QUERY
            SELECT s.id, CASE WHEN shows OR u.id = own OR u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT')
                              THEN u.name ELSE 'Centro de acogida (reservado)' END
            FROM public.protection_step s
            JOIN public.protection_procedure p ON p.id = s.procedure_id AND p.victim_id = s.victim_id
            JOIN public.unit u ON u.id = s.by_unit_id
            WHERE s.procedure_id = procedure AND ruv.case_in_scope(p.case_id, p.victim_id);
    END IF;
END $function$;
ALTER FUNCTION ruv.step_units(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.step_units(bigint) TO ruv_app;
