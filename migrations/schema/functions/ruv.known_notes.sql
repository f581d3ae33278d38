-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.known_notes(
    kase bigint, wanted text, before timestamp with time zone, before_code text, most integer
)
 RETURNS TABLE(
     note_id bigint,
     addendum_id bigint,
     code text,
     compartment text,
     written_at timestamp with time zone,
     unit_code text,
     unit_name text,
     own boolean,
     mine boolean,
     author text
 )
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    me ruv.actor := ruv.context();
    held bigint[] := ruv.seats();
    listed text[] := ruv.listed();
    shows boolean := ruv.shows_shelters();
BEGIN
    IF NOT ruv.permits('cases:read') THEN
        RETURN;
    END IF;
    RETURN QUERY
        WITH page AS (
            SELECT n.* FROM public.case_note n
            WHERE n.case_id = kase AND n.compartment = ANY (listed)
              AND EXISTS (SELECT FROM public.participation p WHERE p.victim_id = n.victim_id AND p.case_id = n.case_id
                          AND p.seats && held AND (p.compartments IS NULL OR n.compartment = ANY (p.compartments)))
              AND (wanted IS NULL OR n.code = wanted
                   OR EXISTS (SELECT FROM public.case_note_addendum a WHERE a.note_id = n.id
                              AND a.victim_id = n.victim_id AND a.code = wanted))
              AND (before IS NULL OR (n.written_at, n.code) < (before, before_code))
            ORDER BY n.written_at DESC, n.code DESC LIMIT most),
        written AS (
            SELECT n.id AS note, NULL::bigint AS addendum, n.code, n.compartment, n.written_at, n.unit_id, n.written_by
            FROM page n
            UNION ALL
            SELECT n.id, a.id, a.code, n.compartment, a.written_at, a.unit_id, a.written_by
            FROM page n JOIN public.case_note_addendum a ON a.note_id = n.id AND a.victim_id = n.victim_id)
        SELECT w.note, w.addendum, w.code, w.compartment, w.written_at,
               CASE WHEN visible.it THEN u.code END,
               CASE WHEN visible.it THEN u.name ELSE 'Centro de acogida (reservado)' END,
               u.id = me.unit_id, w.written_by = me.user_id, CASE WHEN u.id = me.unit_id THEN s.username END
        FROM written w JOIN public.unit u ON u.id = w.unit_id JOIN public.user_account s ON s.id = w.written_by
        CROSS JOIN LATERAL (SELECT shows OR u.id = me.unit_id OR u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT') AS it) visible
        ORDER BY w.addendum IS NOT NULL, CASE WHEN w.addendum IS NULL THEN w.written_at END DESC,
                 CASE WHEN w.addendum IS NULL THEN w.code END DESC, w.written_at, w.addendum;
END $function$;
ALTER FUNCTION ruv.known_notes(bigint,text,timestamp with time zone,text,integer) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.known_notes(bigint,text,timestamp with time zone,text,integer) TO ruv_app;
