-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.times_in_hour(wanted text)
 RETURNS bigint
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT count(*) FROM public.audit_event e
    WHERE e.user_id = (SELECT (ruv.context()).user_id) AND e.action = wanted
      AND e.action IN ('victims.probe', 'victims.identity-ask')  -- what the index holds
      AND e.at > clock_timestamp() - interval '1 hour'
$function$;
ALTER FUNCTION ruv.times_in_hour(text) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.times_in_hour(text) TO ruv_app;
