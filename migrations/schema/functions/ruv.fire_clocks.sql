-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.fire_clocks(at timestamp with time zone, most integer)
 RETURNS TABLE(
     victim_id bigint,
     case_id bigint,
     kind text,
     subject_code text,
     unit_id bigint,
     user_id bigint,
     from_unit_id bigint,
     stage text
 )
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    taken bigint[];
    expired bigint[];
    known record;
BEGIN
    IF (ruv.context()).role IS DISTINCT FROM 'scheduler' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    taken := ruv.take_clocks(at, most);
    expired := ARRAY(SELECT c.id FROM public.clock c WHERE c.id = ANY (taken) AND c.effect IS NOT NULL
                     AND c.state = 'CORRIENDO' AND c.due_at <= at);
    RETURN QUERY
        WITH fired AS (
            UPDATE public.clock c
            SET state = CASE WHEN c.state = 'CORRIENDO' AND c.due_at <= at THEN 'VENCIDO' ELSE c.state END,
                overdue_at = CASE WHEN c.state = 'CORRIENDO' AND c.due_at <= at THEN now() ELSE c.overdue_at END,
                next_at = CASE WHEN c.state = 'CORRIENDO' AND c.due_at > at THEN c.due_at
                               WHEN c.state = 'CORRIENDO' THEN c.escalate_at END
            FROM (SELECT k.id, k.victim_id,
                         CASE WHEN k.state = 'CORRIENDO' AND k.due_at > at THEN 'RECORDATORIO'
                              WHEN k.state = 'CORRIENDO' THEN 'VENCIDO' ELSE 'ESCALADO' END AS stage
                  FROM public.clock k WHERE k.id = ANY (taken)) w
            WHERE c.id = w.id AND c.victim_id = w.victim_id
            RETURNING c.*, w.stage AS reached)
        SELECT f.victim_id, f.case_id, f.kind, f.subject_code, f.unit_id, f.user_id, r.from_unit_id, f.reached
        FROM fired f
        LEFT JOIN public.referral r ON f.subject_table = 'referral' AND r.id = f.row_id AND r.victim_id = f.victim_id
        ORDER BY f.due_at, f.id;
    FOR known IN SELECT c.effect, array_agg(c.row_id ORDER BY c.row_id) AS rows FROM public.clock c
                 WHERE c.id = ANY (expired) GROUP BY c.effect ORDER BY c.effect LOOP
        EXECUTE format('SELECT ruv.%I($1)', known.effect) USING known.rows;
    END LOOP;
END $function$;
ALTER FUNCTION ruv.fire_clocks(timestamp with time zone,integer) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.fire_clocks(timestamp with time zone,integer) TO ruv_app;
