-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.consent_ends()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    newer public.consent;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('ruv.consent:' || NEW.consent_id, 0));
    PERFORM pg_advisory_xact_lock(hashtextextended('ruv.case:' || c.case_id, 0))
    FROM public.consent c WHERE c.id = NEW.consent_id AND c.victim_id = NEW.victim_id;
    IF NEW.kind = 'REEMPLAZADO' THEN
        SELECT c.* INTO newer FROM public.consent c WHERE c.replaces_id = NEW.consent_id AND c.victim_id = NEW.victim_id;
        UPDATE public.referral r SET consent_id = newer.id, version = r.version + 1
        WHERE r.consent_id = NEW.consent_id AND r.victim_id = NEW.victim_id
          AND r.state IN ('ENVIADA', 'ACEPTADA', 'ACEPTADA_CON_CONDICIONES', 'EN_CURSO')
          AND r.compartments <@ newer.compartments AND ruv.consent_names(newer, r.to_unit_id);
    END IF;
    IF NEW.kind <> 'VENCIDO' THEN
        UPDATE public.clock k SET state = 'ANULADO', next_at = NULL
        WHERE k.subject_table = 'consent' AND k.row_id = NEW.consent_id AND k.state IN ('CORRIENDO', 'VENCIDO');
    END IF;
    PERFORM ruv.end_shares(NEW.consent_id,
        CASE NEW.kind WHEN 'VENCIDO' THEN 'CONSENTIMIENTO_VENCIDO' ELSE 'CONSENTIMIENTO_RETIRADO' END);
    RETURN NULL;
END $function$;
ALTER FUNCTION ruv.consent_ends() OWNER TO ruv_guard;
