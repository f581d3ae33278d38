-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.mandate_bars(
    mandate text, kase bigint, victim bigint, receiver bigint, shared text[], consent bigint, measure bigint
)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    rule public.mandate;
    giver text := (SELECT u.kind FROM public.unit u WHERE u.id = (ruv.context()).unit_id);
    from_giver text[];
BEGIN
    SELECT m.* INTO rule FROM public.mandate m
    WHERE m.code = mandate_bars.mandate
      AND (SELECT u.kind FROM public.unit u WHERE u.id = receiver) = ANY (m.unit_kinds);
    shared := CASE WHEN shared IS NULL AND rule.whole THEN rule.compartments ELSE shared END;
    from_giver := ARRAY(SELECT unnest(shared) EXCEPT SELECT unnest(rule.beyond));
    RETURN CASE
        WHEN rule.code IS NULL THEN 'KIND'
        WHEN NOT coalesce(giver = ANY (rule.added_by), false) THEN 'GIVER'
        WHEN rule.population = 'NNA' AND ruv.population_bits(victim) & 2 = 0
             OR rule.population = 'ADULTA' AND ruv.presumed_child(victim, kase) THEN 'POPULATION'
        WHEN coalesce(cardinality(shared), 0) = 0 OR NOT shared <@ rule.compartments THEN 'COMPARTMENTS'
        WHEN NOT from_giver <@ coalesce(ruv.opened(), '{}') OR NOT ruv.may_give(victim, from_giver) THEN 'BEYOND'
        WHEN rule.needs_consent <> (consent IS NOT NULL)
             OR consent IS NOT NULL AND ruv.consent_covers(consent, victim, kase, receiver, shared) <> 'COVERS'
             THEN 'CONSENT'
        WHEN (rule.ends_with = 'MEDIDA') <> (measure IS NOT NULL)
             OR measure IS NOT NULL AND NOT EXISTS (
                SELECT FROM public.protection_measure m WHERE m.id = measure AND m.victim_id = victim
                  AND m.case_id = kase AND m.state = 'VIGENTE') THEN 'MEASURE'
        WHEN NOT rule.overrides AND cardinality(ruv.refused_parts(kase, victim, receiver, shared)) > 0 THEN 'REFUSED'
        END;
END $function$;
ALTER FUNCTION ruv.mandate_bars(text,bigint,bigint,bigint,text[],bigint,bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.mandate_bars(text,bigint,bigint,bigint,text[],bigint,bigint) TO ruv_app;
