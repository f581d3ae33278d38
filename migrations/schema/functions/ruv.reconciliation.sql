-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.reconciliation(wanted integer)
 RETURNS TABLE(measure text, sources text[], amount bigint, digest text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF (ruv.context()).role IS DISTINCT FROM 'setup' AND NOT ruv.permits('indicators:exact') THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
        WITH mention AS MATERIALIZED (
            SELECT coalesce(r.source, i.code) AS source, c.victim_id AS person, 'caso ' || c.id AS what
            FROM public.trafficking_case c
            JOIN public.unit u ON u.id = c.opened_unit_id
            JOIN public.institution i ON i.id = u.institution_id
            LEFT JOIN LATERAL (SELECT min(f.source) AS source FROM public.import_row f
                               WHERE u.code = 'RUV-CARGA' AND f.victim_id = c.record_id AND f.unit_id = u.id
                                 AND f.reference_year IS NULL) r ON true
            WHERE c.reference_year = wanted AND c.state NOT IN ('ALERTA', 'DESCARTADA')
            UNION ALL
            SELECT CASE WHEN u.code = 'RUV-CARGA' THEN f.source ELSE i.code END, v.person_id,
                   'fila ' || encode(f.row_key, 'hex')
            FROM public.import_row f
            JOIN public.victim v ON v.id = f.victim_id
            JOIN public.unit u ON u.id = f.unit_id
            JOIN public.institution i ON i.id = u.institution_id
            WHERE f.reference_year = wanted
        ), person AS MATERIALIZED (
            SELECT m.person, array_agg(DISTINCT m.source ORDER BY m.source) AS sources FROM mention m GROUP BY m.person
        )
        SELECT 'registros', ARRAY[m.source], count(*), NULL::text FROM mention m GROUP BY m.source
        UNION ALL
        SELECT 'personas', p.sources, count(*), NULL FROM person p GROUP BY p.sources
        UNION ALL
        SELECT 'pendientes', ARRAY[m.band::text], count(*), NULL
        FROM public.match_candidate m
        JOIN public.victim a ON a.id = m.victim_id
        JOIN public.victim b ON b.id = m.other_id
        WHERE m.state IN ('PENDIENTE', 'NO_SE') AND a.person_id <> b.person_id
          AND EXISTS (SELECT FROM person p WHERE p.person = a.person_id)
          AND EXISTS (SELECT FROM person p WHERE p.person = b.person_id)
        GROUP BY m.band
        UNION ALL
        SELECT 'huella', NULL, NULL,
               encode(sha256(convert_to(coalesce(string_agg(concat_ws('|', m.source, m.person, m.what), E'\n'
                                                            ORDER BY m.source COLLATE "C", m.person, m.what), ''),
                                        'UTF8')), 'hex')
        FROM mention m;
END $function$;
ALTER FUNCTION ruv.reconciliation(integer) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.reconciliation(integer) TO ruv_app;
