-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.plan_heir(kase bigint, victim bigint, leaver bigint)
 RETURNS bigint
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT p.unit_id FROM public.participation p JOIN public.unit u ON u.id = p.unit_id
    WHERE p.case_id = kase AND p.victim_id = victim AND p.ended_at IS NULL AND p.unit_id <> leaver
      AND (p.compartments IS NULL OR 'plan' = ANY (p.compartments))
      AND ruv.plan_person(kase, victim, p.unit_id) IS NOT NULL
    ORDER BY NOT p.housed, p.basis <> 'REGISTRO', u.kind <> CASE WHEN p.population & 2 <> 0 THEN 'UPE' ELSE 'UDAVIT' END,
             p.started_at, p.id LIMIT 1
$function$;
ALTER FUNCTION ruv.plan_heir(bigint,bigint,bigint) OWNER TO ruv_guard;
