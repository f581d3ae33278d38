-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.two_to_close(had text)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT EXISTS (SELECT FROM public.role_grant g WHERE g.role = had
                   AND g.permissions && ARRAY['accounts:manage', 'audit:read'])
$function$;
ALTER FUNCTION ruv.two_to_close(text) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.two_to_close(text) TO ruv_app;
