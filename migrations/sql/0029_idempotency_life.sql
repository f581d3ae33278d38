-- Keys of repeated requests end after ninety days: nothing may be sent again so late. Runs as ruv_owner.

-- The table has no more rows than creations of the interface ever had; they wait for seconds at most.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX ix_idempotency_key_created_at ON idempotency_key (created_at);

GRANT SELECT, DELETE ON idempotency_key TO ruv_guard;
CREATE POLICY guard ON idempotency_key TO ruv_guard USING (true);

GRANT CREATE ON SCHEMA ruv TO ruv_guard;

-- Throws away `most` keys of over ninety days; how many there were. Nobody throws away a younger one.
CREATE FUNCTION ruv.sweep_idempotency_keys(most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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
END $$;

REVOKE ALL ON FUNCTION ruv.sweep_idempotency_keys(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ruv.sweep_idempotency_keys(integer) TO ruv_app;
ALTER FUNCTION ruv.sweep_idempotency_keys(integer) OWNER TO ruv_guard;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;
