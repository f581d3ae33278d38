-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.expire_measures(ids bigint[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    UPDATE public.protection_measure m SET state = 'VENCIDA', state_since = now(), version = m.version + 1
    WHERE m.id = ANY (ids) AND m.state = 'VIGENTE';
END $function$;
ALTER FUNCTION ruv.expire_measures(bigint[]) OWNER TO ruv_guard;
