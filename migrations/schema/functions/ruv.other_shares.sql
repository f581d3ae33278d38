-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.other_shares(consent bigint)
 RETURNS TABLE(
     basis text,
     mandate text,
     referral_code text,
     referral_state text,
     legal_basis text,
     compartments text[],
     unit_code text,
     unit_name text
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
            SELECT p.basis, p.mandate, r.code, r.state, r.legal_basis, p.compartments,
                   CASE WHEN visible.it THEN u.code END,
                   CASE WHEN visible.it THEN u.name ELSE 'Centro de acogida (reservado)' END
            FROM public.participation p
            JOIN public.consent c ON c.case_id = p.case_id AND c.victim_id = p.victim_id
            JOIN public.unit u ON u.id = p.unit_id
            LEFT JOIN public.referral r ON r.id = p.referral_id AND r.victim_id = p.victim_id
            CROSS JOIN LATERAL (SELECT shows OR u.id = own OR u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT') AS it) visible
            WHERE c.id = other_shares.consent AND p.ended_at IS NULL AND p.basis <> 'REGISTRO'
              AND r.consent_id IS DISTINCT FROM c.id
            ORDER BY p.started_at, p.id;
    END IF;
END $function$;
ALTER FUNCTION ruv.other_shares(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.other_shares(bigint) TO ruv_app;
