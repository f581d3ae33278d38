-- Change of the index key while the service works. Runs as ruv_owner.
--
-- A new key is in force at once beside the old one: tokens are written and looked up by both. The tokens of
-- everybody are then rebuilt under the new key, the old key retires, and its tokens go.

CREATE TABLE index_rotation (
    key_id BIGINT NOT NULL,
    done_through BIGINT DEFAULT 0 NOT NULL,
    records BIGINT DEFAULT 0 NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_index_rotation PRIMARY KEY (key_id),
    CONSTRAINT fk_index_rotation_key_id_kek FOREIGN KEY(key_id) REFERENCES kek (id)
);
CREATE UNIQUE INDEX uq_index_rotation_open ON index_rotation ((finished_at IS NULL)) WHERE finished_at IS NULL;

-- The keys in force. They stay so until the caller's transaction ends: whoever brings or retires one takes the
-- same lock alone. Two statements, so that the second sees what the first waited for.
CREATE FUNCTION ruv.index_keys() RETURNS TABLE (id bigint, version integer)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(1381324373, 1);
    RETURN QUERY SELECT k.id, k.version::integer FROM public.kek k
                 WHERE k.purpose = 'index' AND k.retired_at IS NULL ORDER BY k.version;
END $$;
REVOKE ALL ON FUNCTION ruv.index_keys() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ruv.index_keys() TO ruv_app;

GRANT CREATE ON SCHEMA ruv TO ruv_guard;

-- The rebuild's own questions, bound as the role `maintenance`, which sees no person and which no account holds.

-- Every version of the identity of the next records of the rotation that is under way: a document once known
-- keeps finding her.
CREATE FUNCTION ruv.reindex_batch(most integer)
RETURNS TABLE (record_id bigint, blob_id bigint, version bigint, schema_version smallint, sealed bytea,
    key_version bigint, kek_id bigint, wrapped bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (ruv.context()).role IS DISTINCT FROM 'maintenance' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
        SELECT v.id, b.id, b.version, b.schema_version, b.sealed, k.version, k.kek_id, k.wrapped
        FROM (SELECT w.id, w.person_id FROM public.victim w
              WHERE w.id > (SELECT r.done_through FROM public.index_rotation r WHERE r.finished_at IS NULL)
              ORDER BY w.id LIMIT most) v
        LEFT JOIN public.victim_blob b ON b.victim_id = v.person_id AND b.record_id = v.id
                                      AND b.compartment = 'identity'
        LEFT JOIN public.victim_key k ON k.victim_id = v.person_id AND k.record_id = v.id
                                     AND k.compartment = 'identity' AND k.version = b.key_version
        ORDER BY v.id, b.version;
END $$;

-- How many records the rotation under way has still to do.
CREATE FUNCTION ruv.reindex_left() RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (ruv.context()).role IS DISTINCT FROM 'maintenance' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN (SELECT count(*) FROM public.victim w
            WHERE w.id > (SELECT r.done_through FROM public.index_rotation r WHERE r.finished_at IS NULL));
END $$;

-- Adds the tokens of a batch under the new key, and notes how far the rebuild came, in one transaction.
CREATE FUNCTION ruv.put_tokens(records bigint[], tokens bigint[], kinds smallint[], through bigint, done bigint)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (ruv.context()).role IS DISTINCT FROM 'maintenance' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    INSERT INTO public.victim_token (token, victim_id, kind, key_version)
    SELECT t.token, t.record, t.kind, k.version::smallint
    FROM unnest(records, tokens, kinds) AS t(record, token, kind)
    CROSS JOIN (SELECT q.version FROM public.index_rotation r JOIN public.kek q ON q.id = r.key_id
                WHERE r.finished_at IS NULL) k
    ON CONFLICT DO NOTHING;
    UPDATE public.index_rotation r SET done_through = through, records = r.records + done
    WHERE r.finished_at IS NULL AND r.done_through < through;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'another rebuild was quicker' USING ERRCODE = '40001';
    END IF;
END $$;

-- Drops the tokens of keys no longer in force, of the next records after one; null: there are no more records.
CREATE FUNCTION ruv.drop_tokens(after bigint, most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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
END $$;

-- How many tokens each version of the index key made.
CREATE FUNCTION ruv.token_counts() RETURNS TABLE (version integer, tokens bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (ruv.context()).role NOT IN ('maintenance', 'setup') THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY SELECT t.key_version::integer, count(*) FROM public.victim_token t GROUP BY t.key_version ORDER BY 1;
END $$;

DO $$
DECLARE
    f regprocedure;
BEGIN
    FOREACH f IN ARRAY ARRAY['ruv.reindex_batch(integer)', 'ruv.reindex_left()', 'ruv.drop_tokens(bigint, integer)',
                             'ruv.token_counts()', 'ruv.put_tokens(bigint[], bigint[], smallint[], bigint, bigint)']::regprocedure[] LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO ruv_app, ruv_guard', f);
        EXECUTE format('ALTER FUNCTION %s OWNER TO ruv_guard', f);
    END LOOP;
END $$;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;

GRANT SELECT (id, purpose, version, retired_at) ON kek TO ruv_guard;
GRANT SELECT, UPDATE (done_through, records) ON index_rotation TO ruv_guard;
GRANT INSERT, DELETE ON victim_token TO ruv_guard;
GRANT SELECT ON index_rotation TO ruv_app;
