-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.end_kept_shares()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    share record;
BEGIN
    FOR share IN SELECT r.id FROM public.referral r JOIN public.consent_event e ON e.consent_id = r.consent_id
                 WHERE r.case_id = NEW.case_id AND r.victim_id = NEW.victim_id AND r.to_unit_id = NEW.unit_id
                   AND r.legal_basis = 'INTERES_VITAL'
                   AND r.state IN ('ACEPTADA', 'ACEPTADA_CON_CONDICIONES', 'EN_CURSO')
                 ORDER BY r.id LOOP
        IF EXISTS (SELECT FROM public.participation p WHERE p.case_id = NEW.case_id AND p.victim_id = NEW.victim_id
                   AND p.ended_at IS NULL AND p.referral_id IS DISTINCT FROM share.id) THEN
            UPDATE public.referral r SET state = 'INTERRUMPIDA', ended_at = now(), result = 'CONSENTIMIENTO_RETIRADO',
                version = r.version + 1
            WHERE r.id = share.id AND r.victim_id = NEW.victim_id;
            PERFORM ruv.close_view(share.id);
        END IF;
    END LOOP;
    RETURN NULL;
END $function$;
ALTER FUNCTION ruv.end_kept_shares() OWNER TO ruv_guard;
