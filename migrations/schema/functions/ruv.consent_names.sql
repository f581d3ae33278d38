-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.consent_names(held consent, receiver bigint)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT coalesce(receiver = ANY (held.to_units), false)
        OR EXISTS (SELECT FROM public.unit u WHERE u.id = receiver AND u.institution_id = ANY (held.to_institutions))
$function$;
ALTER FUNCTION ruv.consent_names(consent,bigint) OWNER TO ruv_guard;
