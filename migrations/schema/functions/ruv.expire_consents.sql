-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.expire_consents(ids bigint[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO public.consent_event (victim_id, consent_id, kind)
    SELECT c.victim_id, c.id, 'VENCIDO' FROM public.consent c WHERE c.id = ANY (ids)
    ON CONFLICT (consent_id) DO NOTHING;
END $function$;
ALTER FUNCTION ruv.expire_consents(bigint[]) OWNER TO ruv_guard;
