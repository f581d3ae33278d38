-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.keep_from_consulates()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    receiver bigint;
    basis text;
BEGIN
    IF TG_TABLE_NAME = 'referral' THEN
        receiver := NEW.to_unit_id;
        basis := NEW.legal_basis;
    ELSE
        receiver := NEW.unit_id;
        basis := CASE WHEN NEW.basis = 'DERIVACION' THEN coalesce(
            (SELECT r.legal_basis FROM public.referral r WHERE r.id = NEW.referral_id AND r.victim_id = NEW.victim_id), '')
            END;
    END IF;
    IF EXISTS (SELECT FROM public.unit u WHERE u.id = receiver AND u.kind = 'CONSULADO') THEN
        -- Whoever records that she asks for asylum waits for who tells a consulate now, and the other way round.
        PERFORM pg_advisory_xact_lock(hashtextextended('ruv.asylum:' || NEW.victim_id, 0));
        IF ruv.seeks_asylum(NEW.victim_id) THEN
            RAISE EXCEPTION 'kept from consulates' USING ERRCODE = 'RC001';
        END IF;
        IF basis IS NOT NULL AND basis <> 'CONSENTIMIENTO' AND NOT ruv.presumed_child(NEW.victim_id, NEW.case_id) THEN
            RAISE EXCEPTION 'an adult who did not agree' USING ERRCODE = 'RC002';
        END IF;
    END IF;
    RETURN NEW;
END $function$;
ALTER FUNCTION ruv.keep_from_consulates() OWNER TO ruv_guard;
