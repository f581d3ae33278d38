-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.transition_units(kase bigint)
 RETURNS TABLE(id bigint, unit_code text, unit_name text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    shows boolean := ruv.shows_shelters();
    own bigint := (ruv.context()).unit_id;
BEGIN
    IF ruv.permits('cases:transition') THEN
        RETURN QUERY
            SELECT t.id, CASE WHEN visible.it THEN u.code END,
                   CASE WHEN visible.it THEN u.name ELSE 'Centro de acogida (reservado)' END
            FROM public.case_transition t JOIN public.unit u ON u.id = t.by_unit_id
            CROSS JOIN LATERAL (SELECT shows OR u.id = own OR u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT') AS it) visible
            WHERE t.case_id = kase AND ruv.case_in_scope(t.case_id, t.victim_id);
    END IF;
END $function$;
ALTER FUNCTION ruv.transition_units(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.transition_units(bigint) TO ruv_app;
