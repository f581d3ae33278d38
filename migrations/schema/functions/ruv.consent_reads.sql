-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.consent_reads(consent bigint)
 RETURNS TABLE(
     unit_code text,
     unit_name text,
     action text,
     compartment text,
     times bigint,
     first_at timestamp with time zone,
     last_at timestamp with time zone
 )
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    held public.consent;
    shows boolean := ruv.shows_shelters();
    own bigint := (ruv.context()).unit_id;
    listed text[];
BEGIN
    SELECT c.* INTO held FROM public.consent c WHERE c.id = consent_reads.consent AND ruv.reads_consent(c.id);
    listed := ruv.listed_of(held.victim_id);
    RETURN QUERY
        SELECT CASE WHEN visible.it THEN u.code END,
               CASE WHEN visible.it THEN u.name ELSE 'Centro de acogida (reservado)' END,
               e.action, n.name, count(*), min(e.at), max(e.at)
        FROM public.audit_event e JOIN public.unit u ON u.id = e.unit_id
        CROSS JOIN LATERAL json_array_elements_text(e.event::json -> 'compartments') AS n(name)
        CROSS JOIN LATERAL (SELECT shows OR u.id = own OR held.unit_id = own
                                   OR u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT') AS it) visible
        WHERE e.victim_id IN (SELECT v.id FROM public.victim v WHERE v.person_id = held.victim_id)
          AND e.outcome = 'ok' AND n.name = ANY (listed) AND e.at >= held.recorded_at
          AND e.unit_id IN (SELECT r.to_unit_id FROM public.referral r
                            WHERE r.consent_id = held.id AND r.victim_id = held.victim_id)
        GROUP BY visible.it, u.id, u.code, u.name, e.action, n.name
        ORDER BY max(e.at) DESC, e.action, n.name;
END $function$;
ALTER FUNCTION ruv.consent_reads(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.consent_reads(bigint) TO ruv_app;
