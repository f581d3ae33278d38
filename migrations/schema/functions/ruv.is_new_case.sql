-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.is_new_case(kase bigint, victim bigint)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT EXISTS (SELECT FROM public.trafficking_case c WHERE c.id = kase AND c.victim_id = victim
                   AND c.opened_at = now() AND c.opened_by = (SELECT (ruv.context()).user_id))
$function$;
ALTER FUNCTION ruv.is_new_case(bigint,bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.is_new_case(bigint,bigint) TO ruv_app;
