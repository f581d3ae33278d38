-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.exit_grounds(stay bigint)
 RETURNS TABLE(
     destination boolean,
     own_family boolean,
     other_family boolean,
     returns boolean,
     fit boolean,
     child boolean,
     may_be_of_age boolean
 )
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    WITH l AS (SELECT * FROM public.placement p WHERE p.id = stay AND ruv.case_in_scope(p.case_id, p.victim_id)),
    -- Steps and measures count where a UPE wrote them.
    route AS (
        SELECT r.state, r.conclusion FROM l JOIN public.protection_procedure r
            ON r.case_id = l.case_id AND r.victim_id = l.victim_id AND r.branch = 'NNA'
        WHERE (SELECT u.kind FROM public.protection_step s JOIN public.unit u ON u.id = s.by_unit_id
               WHERE s.procedure_id = r.id AND s.victim_id = r.victim_id ORDER BY s.id DESC LIMIT 1) = 'UPE'),
    measure AS (
        SELECT m.type FROM l JOIN public.protection_measure m
            ON m.case_id = l.case_id AND m.victim_id = l.victim_id AND m.state = 'VIGENTE'
        JOIN public.unit u ON u.id = m.unit_id AND u.kind = 'UPE')
    SELECT EXISTS (SELECT FROM public.place_hold h WHERE h.case_id = l.case_id AND h.victim_id = l.victim_id
                   AND h.state = 'VIGENTE' AND h.expires_at > now() AND h.unit_id <> l.unit_id)
        OR EXISTS (SELECT FROM public.referral r JOIN public.unit u ON u.id = r.to_unit_id
                   WHERE r.case_id = l.case_id AND r.victim_id = l.victim_id AND r.to_unit_id <> l.unit_id
                     AND u.kind IN ('CAR', 'ALBERGUE', 'HRT')
                     AND r.state IN ('ACEPTADA', 'ACEPTADA_CON_CONDICIONES', 'EN_CURSO')),
        EXISTS (SELECT FROM route WHERE route.conclusion = 'RETORNO_FAMILIA_IDONEA' OR route.state = 'FAMILIA_EXTENSA')
        OR EXISTS (SELECT FROM measure WHERE measure.type IN ('CUIDADO_FAMILIAR', 'ACOGIMIENTO_FAMILIA_EXTENSA')),
        EXISTS (SELECT FROM route WHERE route.conclusion = 'ADOPCION' OR route.state = 'ACOGIMIENTO_FAMILIAR')
        OR EXISTS (SELECT FROM measure WHERE measure.type = 'ACOGIMIENTO_FAMILIAR'),
        (EXISTS (SELECT FROM public.participation p JOIN public.unit u ON u.id = p.unit_id AND u.kind = 'CONSULADO'
                 WHERE p.case_id = l.case_id AND p.victim_id = l.victim_id AND p.ended_at IS NULL)
         OR EXISTS (SELECT FROM public.protection_procedure r
                    WHERE r.case_id = l.case_id AND r.victim_id = l.victim_id AND r.branch = 'EXTRANJERA'
                      AND (r.state = 'RETORNO_ASISTIDO' OR r.conclusion = 'RETORNO_REALIZADO')))
        AND (SELECT s.to_state FROM public.protection_step s
             WHERE s.victim_id = l.victim_id AND (s.to_state = 'REFUGIO_SOLICITADO' OR s.reason = 'DESISTE_REFUGIO')
             ORDER BY s.at DESC, s.id DESC LIMIT 1) IS DISTINCT FROM 'REFUGIO_SOLICITADO',
        coalesce((SELECT k.result = 'IDONEA' FROM public.suitability_check k
                  WHERE k.placement_id = l.id AND k.victim_id = l.victim_id ORDER BY k.id DESC LIMIT 1), false),
        ruv.counted_as_child(l.victim_id, l.case_id, ruv.lima_day(now())),
        -- Of an age in whole years the birthday may have been since: the exact date is sealed, the application reads it.
        NOT ruv.counted_as_child(l.victim_id, l.case_id, (ruv.lima_day(now()) + interval '1 year')::date)
    FROM l
$function$;
ALTER FUNCTION ruv.exit_grounds(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.exit_grounds(bigint) TO ruv_app;
