-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.is_new_victim(victim bigint)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT EXISTS (SELECT FROM public.victim v WHERE v.id = victim AND v.registered_at = now()
                   AND v.registered_by = (SELECT (ruv.context()).user_id))
$function$;
ALTER FUNCTION ruv.is_new_victim(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.is_new_victim(bigint) TO ruv_app;
