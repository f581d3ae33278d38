-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.ends_childhood(victim bigint, before integer, after integer)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT coalesce(bool_or(coalesce(before + p.years, 0) < 18 AND after + p.years >= 18), false)
    FROM (SELECT 0 AS years
          UNION ALL
          SELECT greatest(0, extract(year FROM age(ruv.lima_day(now())::timestamp, c.first_identified_on::timestamp))::int)
          FROM public.trafficking_case c WHERE c.victim_id = victim
            AND EXISTS (SELECT FROM public.participation m WHERE m.victim_id = victim
                        AND m.unit_id = (SELECT (ruv.context()).unit_id))) p
$function$;
ALTER FUNCTION ruv.ends_childhood(bigint,integer,integer) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.ends_childhood(bigint,integer,integer) TO ruv_app;
