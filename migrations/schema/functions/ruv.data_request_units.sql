-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.data_request_units(ids bigint[])
 RETURNS TABLE(request_id bigint, unit_code text, unit_name text, own boolean)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    shows boolean := ruv.shows_shelters();
    mine bigint := (ruv.context()).unit_id;
    every boolean := ruv.permits('audit:read');
BEGIN
    IF ruv.permits('data-requests:read') THEN
        RETURN QUERY
            SELECT r.id, CASE WHEN visible.it THEN u.code END,
                   CASE WHEN visible.it THEN u.name ELSE 'Centro de acogida (reservado)' END, u.id = mine
            FROM public.data_request r JOIN public.unit u ON u.id = r.unit_id
            CROSS JOIN LATERAL (SELECT shows OR u.id = mine OR u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT') AS it) visible
            WHERE r.id = ANY (ids) AND (every OR ruv.case_in_scope(r.case_id, r.victim_id));
    END IF;
END $function$;
ALTER FUNCTION ruv.data_request_units(bigint[]) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.data_request_units(bigint[]) TO ruv_app;
