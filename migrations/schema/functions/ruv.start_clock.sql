-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.start_clock(given json)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    c public.clock := json_populate_record(NULL::public.clock, given);
    due timestamptz;
BEGIN
    IF NOT ruv.may_time(c.case_id, c.victim_id)
       OR c.effect IS NOT NULL
          AND NOT coalesce(c.due_at >= ruv.effect_due(c.subject_table, c.row_id, c.victim_id), false) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    INSERT INTO public.clock AS k (victim_id, case_id, kind, subject_table, row_id, subject_code, unit_id, user_id,
        started_at, due_at, remind_at, escalate_at, next_at, effect)
    VALUES (c.victim_id, c.case_id, c.kind, c.subject_table, c.row_id, c.subject_code, c.unit_id, c.user_id,
        c.started_at, c.due_at, c.remind_at, c.escalate_at, coalesce(c.remind_at, c.due_at), c.effect)
    ON CONFLICT (kind, subject_table, row_id, case_id) WHERE state IN ('CORRIENDO', 'VENCIDO')
    DO UPDATE SET kind = k.kind  -- nothing changes: the row is locked, and tells when it is due
    RETURNING k.due_at INTO due;
    RETURN due;
END $function$;
ALTER FUNCTION ruv.start_clock(json) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.start_clock(json) TO ruv_app;
