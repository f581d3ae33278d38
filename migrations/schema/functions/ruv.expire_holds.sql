-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.expire_holds(ids bigint[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    UPDATE public.place_hold h SET state = 'VENCIDA', ended_at = now(), version = h.version + 1
    WHERE h.id = ANY (ids) AND h.state = 'VIGENTE' AND h.expires_at <= now();
    PERFORM ruv.free_places(ARRAY(SELECT h.id FROM public.place_hold h WHERE h.id = ANY (ids) AND h.state = 'VENCIDA'));
END $function$;
ALTER FUNCTION ruv.expire_holds(bigint[]) OWNER TO ruv_guard;
