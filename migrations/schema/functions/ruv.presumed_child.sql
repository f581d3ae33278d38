-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.presumed_child(victim bigint, kase bigint)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT coalesce((
        SELECT coalesce(f.age_min, f.age_years) + greatest(extract(year FROM age(
                   (now() AT TIME ZONE 'America/Lima')::date::timestamp, c.first_identified_on::timestamp)), 0) < 18
        FROM public.profile f JOIN public.trafficking_case c ON c.victim_id = f.victim_id
        WHERE f.victim_id = victim AND c.id = kase), true)
$function$;
ALTER FUNCTION ruv.presumed_child(bigint,bigint) OWNER TO ruv_guard;
