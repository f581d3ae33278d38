-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.population_of(victim bigint)
 RETURNS smallint
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT ruv.population_bits(victim)
    WHERE EXISTS (SELECT FROM public.trafficking_case c WHERE c.victim_id = victim
                  AND ruv.case_in_scope(c.id, c.victim_id))
       OR EXISTS (SELECT FROM public.referral r WHERE r.victim_id = victim AND NOT r.recalled
                  AND r.to_unit_id = (SELECT (ruv.context()).unit_id))
$function$;
ALTER FUNCTION ruv.population_of(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.population_of(bigint) TO ruv_app;
