-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.command_of_one_hand(command bigint)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT coalesce((SELECT ruv.one_hand(c.requested_by, (ruv.context()).user_id) FROM public.command_request c
                     WHERE c.id = command), false)
$function$;
ALTER FUNCTION ruv.command_of_one_hand(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.command_of_one_hand(bigint) TO ruv_app;
