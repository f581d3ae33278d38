-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.named_units(kase bigint)
 RETURNS TABLE(source text, row_id bigint, part text, code text, name text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    shows boolean := ruv.shows_shelters();
    own bigint := (ruv.context()).unit_id;
BEGIN
    IF NOT ruv.permits('consents:read') THEN
        RETURN;
    END IF;
    RETURN QUERY
        WITH held AS (
            SELECT 'consent' AS source, c.id, c.unit_id, c.to_units, c.to_institutions FROM public.consent c
            WHERE c.case_id = kase AND ruv.case_in_scope(c.case_id, c.victim_id)
            UNION ALL
            SELECT 'objection', o.id, o.unit_id, NULL, o.to_institutions FROM public.objection o
            WHERE o.case_id = kase AND ruv.case_in_scope(o.case_id, o.victim_id)),
        named AS (
            SELECT h.source, h.id, h.unit_id, 'BY' AS part, h.unit_id AS unit FROM held h
            UNION ALL
            SELECT h.source, h.id, h.unit_id, 'UNIT', n.unit FROM held h CROSS JOIN LATERAL unnest(h.to_units) AS n(unit))
        SELECT n.source, n.id, n.part, CASE WHEN visible.it THEN u.code END,
               CASE WHEN visible.it THEN u.name ELSE 'Centro de acogida (reservado)' END
        FROM named n JOIN public.unit u ON u.id = n.unit
        CROSS JOIN LATERAL (SELECT shows OR own IN (u.id, n.unit_id) OR u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT') AS it) visible
        UNION ALL
        SELECT h.source, h.id, 'INSTITUTION', CASE WHEN visible.it THEN i.code END,
               CASE WHEN visible.it THEN i.name ELSE 'Centro de acogida (reservado)' END
        FROM held h CROSS JOIN LATERAL unnest(h.to_institutions) AS n(institution)
        JOIN public.institution i ON i.id = n.institution
        -- An institution that is nothing but shelters tells as much as its shelter does.
        CROSS JOIN LATERAL (SELECT shows OR own = h.unit_id OR EXISTS (
            SELECT FROM public.unit u WHERE u.institution_id = i.id
              AND (u.id = own OR u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT'))) AS it) visible;
END $function$;
ALTER FUNCTION ruv.named_units(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.named_units(bigint) TO ruv_app;
