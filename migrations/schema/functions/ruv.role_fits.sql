-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.role_fits(wanted text, unit bigint)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT EXISTS (SELECT FROM public.role_grant g JOIN public.unit u ON u.kind = ANY (g.unit_kinds)
                   WHERE g.role = wanted AND u.id = unit)
$function$;
ALTER FUNCTION ruv.role_fits(text,bigint) OWNER TO ruv_guard;
