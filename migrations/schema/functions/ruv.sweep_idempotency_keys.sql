-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.sweep_idempotency_keys(most integer)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    gone bigint;
BEGIN
    IF coalesce((ruv.context()).role NOT IN ('maintenance', 'scheduler'), true) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    DELETE FROM public.idempotency_key k USING (
        SELECT o.user_id, o.key FROM public.idempotency_key o
        WHERE o.created_at < now() - interval '90 days' ORDER BY o.created_at LIMIT most
    ) old WHERE k.user_id = old.user_id AND k.key = old.key;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $function$;
ALTER FUNCTION ruv.sweep_idempotency_keys(integer) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.sweep_idempotency_keys(integer) TO ruv_app;
