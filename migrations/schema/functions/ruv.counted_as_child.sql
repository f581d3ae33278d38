-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.counted_as_child(victim bigint, kase bigint, day date)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT coalesce((
        SELECT coalesce(f.age_min, f.age_years)
               + greatest(0, extract(year FROM age(day::timestamp, c.first_identified_on::timestamp))::int) < 18
        FROM public.profile f JOIN public.trafficking_case c ON c.victim_id = f.victim_id
        WHERE f.victim_id = victim AND c.id = kase
          AND (ruv.case_in_scope(kase, victim)
               OR EXISTS (SELECT FROM public.command_request r
                          WHERE r.case_id = kase AND r.decided_at = now() AND ruv.two_agreed(r.id, r.kind)))), true)
$function$;
ALTER FUNCTION ruv.counted_as_child(bigint,bigint,date) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.counted_as_child(bigint,bigint,date) TO ruv_app;
