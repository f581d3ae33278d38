-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.drop_tokens(after bigint, most integer)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    last bigint;
BEGIN
    IF (ruv.context()).role IS DISTINCT FROM 'maintenance' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    SELECT max(v.id) INTO last FROM (SELECT w.id FROM public.victim w WHERE w.id > after ORDER BY w.id LIMIT most) v;
    DELETE FROM public.victim_token t
    WHERE t.victim_id > after AND t.victim_id <= last
      AND t.key_version NOT IN (SELECT k.version FROM public.kek k WHERE k.purpose = 'index' AND k.retired_at IS NULL);
    RETURN last;
END $function$;
ALTER FUNCTION ruv.drop_tokens(bigint,integer) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.drop_tokens(bigint,integer) TO ruv_app;
