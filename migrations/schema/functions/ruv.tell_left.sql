-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.tell_left(hold bigint, notice_code text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO public.notice (victim_id, case_id, code, kind, unit_id, subject_code)
    SELECT l.victim_id, l.case_id, notice_code, 'TRASLADO', l.unit_id, l.code
    FROM public.place_hold h JOIN public.placement l ON l.id = h.from_placement_id AND l.victim_id = h.victim_id
    WHERE h.id = hold AND h.unit_id = (ruv.context()).unit_id AND h.state = 'CONVERTIDA' AND h.ended_at = now()
      AND l.left_at = now() AND l.exit_reason = 'TRASLADO';
END $function$;
ALTER FUNCTION ruv.tell_left(bigint,text) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.tell_left(bigint,text) TO ruv_app;
