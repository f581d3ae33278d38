-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.referral_refused(legal_basis text, kase bigint, victim bigint, receiver bigint, wanted text[])
 RETURNS text[]
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT CASE WHEN legal_basis IN ('CONSENTIMIENTO', 'ASENTIMIENTO', 'INTERES_VITAL')
                     OR legal_basis = 'INTERES_SUPERIOR' AND ruv.presumed_child(victim, kase) THEN '{}'::text[]
        ELSE ARRAY(
            SELECT r.name FROM unnest(ruv.refused_parts(kase, victim, receiver, wanted)) AS r(name)
            WHERE NOT EXISTS (
                SELECT FROM public.mandate m JOIN public.unit u ON u.id = receiver
                WHERE m.overrides AND u.kind = ANY (m.unit_kinds) AND r.name = ANY (m.compartments)
                  AND (m.population <> 'NNA' OR ruv.population_bits(victim) & 2 <> 0))
            ORDER BY r.name) END
$function$;
ALTER FUNCTION ruv.referral_refused(text,bigint,bigint,bigint,text[]) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.referral_refused(text,bigint,bigint,bigint,text[]) TO ruv_app;
