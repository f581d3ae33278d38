-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.account_code(account bigint)
 RETURNS text
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF ruv.context() IS NULL THEN  -- nobody unknown
        RETURN NULL;
    END IF;
    RETURN (SELECT u.code FROM public.user_account u WHERE u.id = account);
END $function$;
ALTER FUNCTION ruv.account_code(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.account_code(bigint) TO ruv_app;
