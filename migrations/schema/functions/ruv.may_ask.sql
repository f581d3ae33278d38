-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.may_ask(wanted text)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RETURN ruv.permits('accounts:manage')
       AND EXISTS (SELECT FROM public.role_grant g WHERE g.role = wanted AND g.two_people);
END $function$;
ALTER FUNCTION ruv.may_ask(text) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.may_ask(text) TO ruv_app;
