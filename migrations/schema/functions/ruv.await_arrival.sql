-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.await_arrival(cases bigint[], due interval, remind interval, escalate interval)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    me ruv.actor := ruv.context();
    gone record;
BEGIN
    FOR gone IN
        SELECT l.victim_id, l.case_id, l.left_at, c.code, coalesce((
                   SELECT p.unit_id FROM public.participation p JOIN public.unit u ON u.id = p.unit_id
                   WHERE p.case_id = l.case_id AND p.victim_id = l.victim_id AND p.ended_at IS NULL
                     AND p.mandate IS DISTINCT FROM 'ACOGIDA'
                   ORDER BY u.kind <> 'UPE', p.unit_id = l.unit_id,
                            array_position(ARRAY['REGISTRO', 'MANDATO', 'DERIVACION'], p.basis), p.started_at, p.id
                   LIMIT 1), l.unit_id) AS unit_id
        FROM public.trafficking_case c CROSS JOIN LATERAL (
            SELECT s.* FROM public.placement s WHERE s.case_id = c.id AND s.victim_id = c.victim_id
            ORDER BY s.id DESC LIMIT 1) l
        WHERE c.id = ANY (cases) AND c.state NOT IN ('CERRADO', 'DESCARTADA', 'EGRESO_NO_AUTORIZADO')
          AND l.left_at IS NOT NULL AND l.exit_reason = 'TRASLADO' AND ruv.presumed_child(l.victim_id, l.case_id)
          AND NOT EXISTS (SELECT FROM public.place_hold h WHERE h.case_id = l.case_id AND h.victim_id = l.victim_id
                          AND h.state = 'VIGENTE' AND h.expires_at > now())
          -- Of this exit once: who was lost and found since is on no way.
          AND NOT EXISTS (SELECT FROM public.clock k WHERE k.case_id = l.case_id AND k.victim_id = l.victim_id
                          AND k.kind = 'LLEGADA_TRASLADO' AND k.started_at >= l.left_at)
          AND (me.role = 'scheduler' OR ruv.case_in_scope(l.case_id, l.victim_id)
               OR EXISTS (SELECT FROM public.place_hold h WHERE h.case_id = l.case_id AND h.victim_id = l.victim_id
                          AND h.unit_id = me.unit_id AND h.state = 'LIBERADA' AND h.ended_at = now())) LOOP
        INSERT INTO public.clock (victim_id, case_id, kind, subject_table, row_id, subject_code, unit_id, started_at,
            due_at, remind_at, escalate_at, next_at)
        VALUES (gone.victim_id, gone.case_id, 'LLEGADA_TRASLADO', 'trafficking_case', gone.case_id, gone.code, gone.unit_id,
            gone.left_at, gone.left_at + due, gone.left_at + remind, gone.left_at + escalate,
            gone.left_at + coalesce(remind, due))
        ON CONFLICT (kind, subject_table, row_id, case_id) WHERE state IN ('CORRIENDO', 'VENCIDO') DO NOTHING;
        IF FOUND AND gone.unit_id IS DISTINCT FROM me.unit_id THEN
            INSERT INTO public.notice (victim_id, case_id, code, kind, unit_id, subject_code, clock_kind)
            VALUES (gone.victim_id, gone.case_id, ruv.new_code('AV'), 'PLAZO_RECIBIDO', gone.unit_id, gone.code,
                    'LLEGADA_TRASLADO');
        END IF;
    END LOOP;
END $function$;
ALTER FUNCTION ruv.await_arrival(bigint[],interval,interval,interval) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.await_arrival(bigint[],interval,interval,interval) TO ruv_app;
