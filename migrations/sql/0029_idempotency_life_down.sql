-- Takes 0029 back. Runs as ruv_owner.

DROP FUNCTION ruv.sweep_idempotency_keys(integer);
DROP POLICY guard ON idempotency_key;
REVOKE SELECT, DELETE ON idempotency_key FROM ruv_guard;
DROP INDEX ix_idempotency_key_created_at;
