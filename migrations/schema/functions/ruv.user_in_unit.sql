-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.user_in_unit(account bigint, unit bigint)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT EXISTS (SELECT FROM public.user_account u WHERE u.id = account AND u.unit_id = unit AND u.disabled_at IS NULL
                   AND u.approved_at IS NOT NULL AND unit = (SELECT (ruv.context()).unit_id))
$function$;
ALTER FUNCTION ruv.user_in_unit(bigint,bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.user_in_unit(bigint,bigint) TO ruv_app;
