-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.case_participants(kase bigint)
 RETURNS TABLE(
     unit_id bigint,
     unit_code text,
     unit_name text,
     basis text,
     started_at timestamp with time zone,
     ended_at timestamp with time zone,
     mandate text,
     part_id bigint,
     sealed bytea,
     key_version bigint
 )
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    shows_shelters boolean := ruv.shows_shelters();
BEGIN
    RETURN QUERY
        SELECT CASE WHEN visible.it THEN u.id END, CASE WHEN visible.it THEN u.code END,
               CASE WHEN visible.it THEN u.name ELSE 'Centro de acogida (reservado)' END,
               p.basis, p.started_at, p.ended_at, p.mandate, p.id, p.sealed, p.key_version
        FROM public.participation p
        JOIN public.trafficking_case c ON c.id = p.case_id AND c.victim_id = p.victim_id
        JOIN public.unit u ON u.id = p.unit_id
        CROSS JOIN LATERAL (SELECT u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT') OR shows_shelters
                                   OR u.id = (SELECT (ruv.context()).unit_id) AS it) visible
        WHERE p.case_id = kase AND ruv.case_in_scope(p.case_id, p.victim_id)
        ORDER BY p.started_at, p.id;
END $function$;
ALTER FUNCTION ruv.case_participants(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.case_participants(bigint) TO ruv_app;
