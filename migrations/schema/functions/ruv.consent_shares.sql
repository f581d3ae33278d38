-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.consent_shares(consent bigint)
 RETURNS TABLE(
     referral_id bigint,
     code text,
     state text,
     result text,
     legal_basis text,
     ended_at timestamp with time zone,
     compartments text[],
     unit_code text,
     unit_name text,
     housed boolean
 )
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    shows boolean := ruv.shows_shelters();
    own bigint := (ruv.context()).unit_id;
BEGIN
    IF ruv.reads_consent(consent) THEN
        RETURN QUERY
            SELECT r.id, r.code, r.state, r.result, r.legal_basis, r.ended_at, r.compartments,
                   CASE WHEN visible.it THEN u.code END,
                   CASE WHEN visible.it THEN u.name ELSE 'Centro de acogida (reservado)' END,
                   EXISTS (SELECT FROM public.placement l WHERE l.case_id = r.case_id AND l.victim_id = r.victim_id
                           AND l.unit_id = r.to_unit_id AND l.left_at IS NULL)
            FROM public.referral r JOIN public.unit u ON u.id = r.to_unit_id
            CROSS JOIN LATERAL (SELECT shows OR own IN (r.from_unit_id, u.id)
                                       OR u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT') AS it) visible
            WHERE r.consent_id = consent_shares.consent
            ORDER BY r.id;
    END IF;
END $function$;
ALTER FUNCTION ruv.consent_shares(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.consent_shares(bigint) TO ruv_app;
