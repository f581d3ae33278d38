-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.population_bits(victim bigint)
 RETURNS smallint
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT (1
        | CASE WHEN count(*) = count(*) FILTER (WHERE coalesce(f.age_min, f.age_years) >= 18) THEN 0 ELSE 2 END
        | CASE WHEN coalesce(bool_or(f.nationality <> 'PE'), false)
                 OR EXISTS (SELECT FROM public.exploitation e WHERE e.victim_id = victim
                            AND e.country_of_exploitation <> 'PE') THEN 4 ELSE 0 END)::smallint
    FROM public.victim v LEFT JOIN public.profile f ON f.victim_id = v.id
    WHERE v.person_id = victim
$function$;
ALTER FUNCTION ruv.population_bits(bigint) OWNER TO ruv_guard;
