-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.may_found_unit(institution bigint, wanted text)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RETURN institution = (ruv.context()).institution_id AND ruv.permits('accounts:manage')
       AND EXISTS (SELECT FROM public.unit u WHERE u.institution_id = institution AND u.kind = wanted);
END $function$;
ALTER FUNCTION ruv.may_found_unit(bigint,text) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.may_found_unit(bigint,text) TO ruv_app;
