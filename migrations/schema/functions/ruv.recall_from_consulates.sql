-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.recall_from_consulates(person bigint)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    consulates bigint[] := ARRAY(SELECT u.id FROM public.unit u WHERE u.kind = 'CONSULADO');
BEGIN
    UPDATE public.clock k SET state = 'ANULADO', next_at = NULL FROM public.referral r
    WHERE r.victim_id = person AND r.to_unit_id = ANY (consulates) AND k.subject_table = 'referral' AND k.row_id = r.id
      AND k.victim_id = person AND k.state IN ('CORRIENDO', 'VENCIDO');
    UPDATE public.referral r
    SET recalled = true, version = r.version + 1,
        state = CASE WHEN r.state IN ('ENVIADA', 'VENCIDA') THEN 'RETIRADA'
                     WHEN r.state IN ('ACEPTADA', 'ACEPTADA_CON_CONDICIONES', 'EN_CURSO') THEN 'INTERRUMPIDA'
                     ELSE r.state END,
        ended_at = coalesce(r.ended_at, now()), result = coalesce(r.result, 'YA_NO_CORRESPONDE')
    WHERE r.victim_id = person AND r.to_unit_id = ANY (consulates) AND NOT r.recalled;
    PERFORM ruv.end_parts(ARRAY(
        SELECT p.id FROM public.participation p
        WHERE p.victim_id = person AND p.unit_id = ANY (consulates) AND p.ended_at IS NULL), true);
END $function$;
ALTER FUNCTION ruv.recall_from_consulates(bigint) OWNER TO ruv_guard;
