-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.end_shares(consent bigint, why text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    share record;
BEGIN
    FOR share IN SELECT r.* FROM public.referral r
                 WHERE r.consent_id = consent
                   AND r.state IN ('ENVIADA', 'ACEPTADA', 'ACEPTADA_CON_CONDICIONES', 'EN_CURSO')
                 ORDER BY r.id FOR UPDATE LOOP
        IF share.state <> 'ENVIADA' AND (
            EXISTS (SELECT FROM public.placement l WHERE l.case_id = share.case_id AND l.victim_id = share.victim_id
                    AND l.unit_id = share.to_unit_id AND l.left_at IS NULL)
            OR NOT EXISTS (SELECT FROM public.participation p WHERE p.case_id = share.case_id
                           AND p.victim_id = share.victim_id AND p.ended_at IS NULL
                           AND p.referral_id IS DISTINCT FROM share.id)
            OR EXISTS (SELECT FROM public.plan p WHERE p.case_id = share.case_id AND p.victim_id = share.victim_id
                       AND p.unit_id = share.to_unit_id AND p.state NOT IN ('CUMPLIDO', 'CERRADO_SIN_CUMPLIR'))
               AND ruv.plan_heir(share.case_id, share.victim_id, share.to_unit_id) IS NULL
               AND NOT EXISTS (SELECT FROM public.participation p WHERE p.case_id = share.case_id
                               AND p.victim_id = share.victim_id AND p.unit_id = share.to_unit_id AND p.ended_at IS NULL
                               AND p.referral_id IS DISTINCT FROM share.id
                               AND (p.compartments IS NULL OR 'plan' = ANY (p.compartments)))) THEN
            UPDATE public.referral r SET legal_basis = 'INTERES_VITAL', version = r.version + 1
            WHERE r.id = share.id AND r.victim_id = share.victim_id;
            CONTINUE;
        END IF;
        UPDATE public.referral r
        SET state = CASE share.state WHEN 'ENVIADA' THEN 'RETIRADA' ELSE 'INTERRUMPIDA' END, ended_at = now(),
            result = why, version = r.version + 1
        WHERE r.id = share.id AND r.victim_id = share.victim_id;
        UPDATE public.clock k SET state = 'ANULADO', next_at = NULL
        WHERE k.subject_table = 'referral' AND k.row_id = share.id AND k.state IN ('CORRIENDO', 'VENCIDO');
        PERFORM ruv.close_view(share.id);
    END LOOP;
END $function$;
ALTER FUNCTION ruv.end_shares(bigint,text) OWNER TO ruv_guard;
