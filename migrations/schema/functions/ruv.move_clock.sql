-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.move_clock(
    subject text,
    subject_row bigint,
    wanted text,
    due timestamp with time zone,
    remind timestamp with time zone,
    escalate timestamp with time zone
)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    own bigint := (ruv.context()).unit_id;
BEGIN
    UPDATE public.clock c SET state = 'CORRIENDO', due_at = due, remind_at = remind, escalate_at = escalate,
        next_at = coalesce(remind, due), overdue_at = NULL
    WHERE c.subject_table = subject AND c.row_id = subject_row AND c.kind = wanted
      AND c.state IN ('CORRIENDO', 'VENCIDO')
      AND (c.effect IS NULL OR due >= ruv.effect_due(c.subject_table, c.row_id, c.victim_id))
      AND (c.unit_id = own OR ruv.may_time(c.case_id, c.victim_id));
END $function$;
ALTER FUNCTION ruv.move_clock(text,bigint,text,timestamp with time zone,timestamp with time zone,timestamp with time zone) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.move_clock(
    text,bigint,text,timestamp with time zone,timestamp with time zone,timestamp with time zone
) TO ruv_app;
