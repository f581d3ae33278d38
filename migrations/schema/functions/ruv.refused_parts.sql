-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.refused_parts(kase bigint, victim bigint, receiver bigint, wanted text[])
 RETURNS text[]
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF NOT (ruv.permits('participations:add') OR ruv.permits('referrals:send')) OR NOT ruv.case_in_scope(kase, victim) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN ARRAY(
        SELECT w.name FROM unnest(wanted) AS w(name)
        WHERE EXISTS (
                SELECT FROM public.objection o JOIN public.unit u ON u.id = receiver
                WHERE o.victim_id = victim AND o.lifted_at IS NULL AND w.name = ANY (o.compartments)
                  AND (o.to_institutions IS NULL OR u.institution_id = ANY (o.to_institutions)))
           OR EXISTS (
                SELECT FROM public.consent c JOIN public.consent_event e ON e.consent_id = c.id
                JOIN public.unit u ON u.id = receiver
                JOIN public.unit alike ON alike.institution_id = u.institution_id AND alike.kind = u.kind
                WHERE c.victim_id = victim AND w.name = ANY (c.compartments) AND e.kind IN ('RETIRADO', 'REEMPLAZADO')
                  AND ruv.consent_names(c, alike.id))
              AND NOT EXISTS (
                SELECT FROM public.consent c
                WHERE c.victim_id = victim AND w.name = ANY (c.compartments) AND ruv.consent_names(c, receiver)
                  AND coalesce(c.valid_until >= (now() AT TIME ZONE 'America/Lima')::date, true)
                  AND NOT EXISTS (SELECT FROM public.consent_event e WHERE e.consent_id = c.id))
        ORDER BY w.name);
END $function$;
ALTER FUNCTION ruv.refused_parts(bigint,bigint,bigint,text[]) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.refused_parts(bigint,bigint,bigint,text[]) TO ruv_app;
