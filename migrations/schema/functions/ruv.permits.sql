-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.permits(permission text)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    own text := (ruv.context()).role;
BEGIN
    RETURN coalesce((SELECT permission = ANY (g.permissions) FROM public.role_grant g WHERE g.role = own), false);
END $function$;
ALTER FUNCTION ruv.permits(text) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.permits(text) TO ruv_app;
