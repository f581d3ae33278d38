-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.may_time(kase bigint, victim bigint)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT ruv.case_in_scope(kase, victim) OR ruv.is_new_case(kase, victim)
        OR (SELECT (ruv.context()).role) = 'scheduler'
$function$;
ALTER FUNCTION ruv.may_time(bigint,bigint) OWNER TO ruv_guard;
