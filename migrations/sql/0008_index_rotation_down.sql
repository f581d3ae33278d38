-- Takes back 0008_index_rotation.sql.
REVOKE INSERT, DELETE ON victim_token FROM ruv_guard;
REVOKE SELECT (id, purpose, version, retired_at) ON kek FROM ruv_guard;
SET ROLE ruv_guard;
DROP FUNCTION ruv.token_counts(), ruv.drop_tokens(bigint, integer), ruv.reindex_batch(integer),
    ruv.reindex_left(), ruv.put_tokens(bigint[], bigint[], smallint[], bigint, bigint);
RESET ROLE;
DROP FUNCTION ruv.index_keys();
DROP TABLE index_rotation;
