-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.end_clocks(subject text, subject_row bigint, wanted text, reached text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    own bigint := (ruv.context()).unit_id;
    own_kind text := (SELECT u.kind FROM public.unit u WHERE u.id = own);
BEGIN
    IF reached NOT IN ('CUMPLIDO', 'ANULADO') THEN
        RAISE EXCEPTION 'not a state a clock ends in' USING ERRCODE = '22023';
    END IF;
    UPDATE public.clock c SET state = reached, next_at = NULL, met_at = CASE reached WHEN 'CUMPLIDO' THEN now() END
    WHERE c.subject_table = subject AND c.row_id = subject_row AND (wanted IS NULL OR c.kind = wanted)
      AND c.state IN ('CORRIENDO', 'VENCIDO')
      AND (c.effect IS NULL OR ruv.effect_due(c.subject_table, c.row_id, c.victim_id) IS NULL)
      AND (c.unit_id = own OR ruv.may_time(c.case_id, c.victim_id))
      AND (reached = 'ANULADO' OR CASE c.kind WHEN 'FISCAL_AVISO' THEN own_kind = 'FISCALIA'
                                              WHEN 'UPE_COMUNICACION' THEN own_kind = 'UPE' ELSE true END);
END $function$;
ALTER FUNCTION ruv.end_clocks(text,bigint,text,text) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.end_clocks(text,bigint,text,text) TO ruv_app;
