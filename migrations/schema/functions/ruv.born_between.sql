-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.born_between(person bigint)
 RETURNS int4range
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT CASE WHEN f.oldest IS NOT NULL AND f.youngest IS NOT NULL AND c.since IS NOT NULL
                THEN int4range(extract(year FROM c.since)::integer - f.oldest - 1,
                               extract(year FROM c.until)::integer - f.youngest, '[]') END
    FROM (SELECT greatest(p.age_years, p.age_max, p.age_min) AS oldest, least(p.age_years, p.age_min, p.age_max) AS youngest
          FROM public.profile p WHERE p.victim_id = person) f
    CROSS JOIN (SELECT min(k.first_identified_on) AS since, max(k.first_identified_on) AS until
                FROM public.trafficking_case k WHERE k.victim_id = person) c
$function$;
ALTER FUNCTION ruv.born_between(bigint) OWNER TO ruv_guard;
