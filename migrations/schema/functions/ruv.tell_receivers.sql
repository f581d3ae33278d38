-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.tell_receivers(consent bigint, codes text[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF NOT ruv.reads_consent(consent) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    INSERT INTO public.notice (victim_id, case_id, code, kind, unit_id, subject_code)
    SELECT r.victim_id, r.case_id, codes[row_number() OVER (ORDER BY r.id)], 'CONSENTIMIENTO_RETIRADO', r.to_unit_id, r.code
    FROM public.referral r
    WHERE r.consent_id = tell_receivers.consent AND r.ended_at = now() AND r.result = 'CONSENTIMIENTO_RETIRADO';
END $function$;
ALTER FUNCTION ruv.tell_receivers(bigint,text[]) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.tell_receivers(bigint,text[]) TO ruv_app;
