-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.end_with_consent()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF NEW.kind = 'REEMPLAZADO' THEN
        UPDATE public.participation p SET consent_id = c.id FROM public.consent c
        WHERE c.replaces_id = NEW.consent_id AND c.victim_id = NEW.victim_id AND p.consent_id = NEW.consent_id
          AND p.ended_at IS NULL AND coalesce(p.given, p.compartments) <@ c.compartments
          AND ruv.consent_names(c, p.unit_id);
    END IF;
    PERFORM ruv.end_parts(ARRAY(
        SELECT p.id FROM public.participation p WHERE p.consent_id = NEW.consent_id AND p.ended_at IS NULL), false);
    RETURN NULL;
END $function$;
ALTER FUNCTION ruv.end_with_consent() OWNER TO ruv_guard;
