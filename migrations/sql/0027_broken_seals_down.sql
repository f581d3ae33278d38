-- Takes back 0027_broken_seals.sql.
ALTER POLICY scope ON notice USING (
    unit_id = (SELECT (ruv.context()).unit_id)
    AND (user_id IS NULL OR user_id = (SELECT (ruv.context()).user_id))
    AND (NOT supervisors OR (SELECT (ruv.context()).unit_wide))
    AND (EXISTS (SELECT FROM participation p WHERE p.unit_id = (SELECT (ruv.context()).unit_id) AND p.ended_at IS NULL
                 AND p.victim_id = notice.victim_id AND p.case_id = notice.case_id)
         OR EXISTS (SELECT FROM referral r WHERE r.victim_id = notice.victim_id AND r.case_id = notice.case_id
                    AND r.code = notice.subject_code AND r.to_unit_id = (SELECT (ruv.context()).unit_id)
                    AND (r.state IN ('ENVIADA', 'VENCIDA') OR notice.kind IN (
                        'CONSENTIMIENTO_RETIRADO', 'CONSENTIMIENTO_VENCIDO', 'DERIVACION_TERMINADA')))
         OR kind = 'TRASLADO'
         OR kind = 'INCORPORACION_POR_MANDATO' AND user_id = (SELECT (ruv.context()).user_id)
            AND (SELECT ruv.permits('audit:read'))
         OR kind IN ('CUPO_RESERVADO', 'CUPO_LIBERADO', 'CUPO_VENCIDO') AND ruv.keeps_hold(subject_code, victim_id)
         OR kind IN ('NNA_NO_HABIDA', 'NNA_NO_LLEGO')
            AND EXISTS (SELECT FROM unit u WHERE u.id = (SELECT (ruv.context()).unit_id) AND u.kind = 'UPE'))
);
ALTER POLICY tell ON notice WITH CHECK (
    created_at = now() AND read_at IS NULL AND read_by IS NULL
    AND (by_unit_id IS NULL
         OR by_unit_id = (SELECT (ruv.context()).unit_id)
            AND EXISTS (SELECT FROM unit u WHERE u.id = notice.by_unit_id AND u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT')))
    AND ((SELECT (ruv.context()).role) = 'scheduler'
         OR ruv.case_in_scope(case_id, victim_id)
         OR EXISTS (SELECT FROM referral r WHERE r.victim_id = notice.victim_id AND r.case_id = notice.case_id
                    AND r.code = notice.subject_code
                    AND (SELECT (ruv.context()).unit_id) IN (r.from_unit_id, r.to_unit_id)))
);
DROP TRIGGER victim_key_next ON victim_key;
DROP TRIGGER victim_blob_next ON victim_blob;
DROP TRIGGER compartment_head_whole ON compartment_head;
DROP TRIGGER compartment_head_next ON compartment_head;

GRANT CREATE ON SCHEMA ruv TO ruv_guard;
SET ROLE ruv_guard;
CREATE OR REPLACE FUNCTION ruv.merge_records(command bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me ruv.actor := ruv.context();
    asked public.command_request;
BEGIN
    IF NOT ruv.two_agreed(command, 'FUSION') THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    SELECT * INTO asked FROM public.command_request c WHERE c.id = command;
    PERFORM ruv.hold_persons(asked.victim_id, asked.other_id);
    IF (SELECT count(*) FROM public.victim v WHERE v.id IN (asked.victim_id, asked.other_id) AND v.merged_into IS NULL) < 2 THEN
        RAISE EXCEPTION 'not two persons' USING ERRCODE = 'RM003';
    END IF;
    IF asked.fingerprint <> ruv.merge_fingerprint(asked.victim_id, asked.other_id) THEN
        RAISE EXCEPTION 'changed since it was asked' USING ERRCODE = 'RM001';
    END IF;
    IF (SELECT count(*) FROM public.placement l
        WHERE l.victim_id IN (asked.victim_id, asked.other_id) AND l.left_at IS NULL) > 1 THEN
        RAISE EXCEPTION 'taken in twice' USING ERRCODE = 'RM002';
    END IF;
    -- No two may lead at any moment; who does is settled below.
    UPDATE public.trafficking_case c SET parallel_to = l.id
    FROM public.trafficking_case l
    WHERE l.victim_id = asked.victim_id AND l.state NOT IN ('CERRADO', 'DESCARTADA') AND l.parallel_to IS NULL
      AND c.victim_id = asked.other_id AND c.state NOT IN ('CERRADO', 'DESCARTADA') AND c.parallel_to IS NULL;
    INSERT INTO public.record_merge (command_id, kept_id, absorbed_id, merged_by, merged_unit_id)
    VALUES (command, asked.victim_id, asked.other_id, me.user_id, me.unit_id);
    UPDATE public.victim v SET merged_into = asked.victim_id WHERE v.person_id = asked.other_id;
    PERFORM ruv.settle_persons(ARRAY[asked.victim_id]);
END $$;

CREATE OR REPLACE FUNCTION ruv.merge_fingerprint(one bigint, other bigint) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    persons bigint[] := ARRAY(SELECT v.person_id FROM public.victim v WHERE v.id IN (one, other));
BEGIN
    IF NOT (ruv.permits('commands:request') OR ruv.permits('commands:approve')) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN encode(sha256(convert_to(concat_ws(';',
        (SELECT string_agg(concat_ws('.', v.id, v.person_id), ',' ORDER BY v.id)
         FROM public.victim v WHERE v.person_id = ANY (persons)),
        (SELECT string_agg(concat_ws('.', h.record_id, h.compartment, h.version), ',' ORDER BY h.record_id, h.compartment)
         FROM public.compartment_head h WHERE h.victim_id = ANY (persons)),
        (SELECT string_agg(concat_ws('.', c.id, c.version), ',' ORDER BY c.id)
         FROM public.trafficking_case c WHERE c.victim_id = ANY (persons))), 'UTF8')), 'hex');
END $$;

CREATE OR REPLACE FUNCTION ruv.reindex_batch(most integer)
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

CREATE OR REPLACE FUNCTION ruv.match_candidates(tokens bigint[], most integer)
RETURNS TABLE (record_id bigint, person_id bigint, unit_id bigint, unit_name text, shared integer,
    document_shared boolean, blob_id bigint, version bigint, schema_version smallint, sealed bytea,
    key_version bigint, kek_id bigint, wrapped bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me ruv.actor := ruv.context();
BEGIN
    IF me.role IS DISTINCT FROM 'matching' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
        SELECT s.victim_id, v.person_id, un.id,
               CASE WHEN un.id = me.unit_id OR un.kind NOT IN ('CAR', 'ALBERGUE', 'HRT') THEN un.name
                    ELSE 'Centro de acogida (reservado)' END, s.shared, s.document_shared,
               b.id, b.version, b.schema_version, b.sealed, k.version, k.kek_id, k.wrapped
        FROM (SELECT t.victim_id, count(*)::integer AS shared, bool_or(t.kind = 1) AS document_shared
              FROM public.victim_token t WHERE t.token = ANY (tokens)
              GROUP BY t.victim_id
              ORDER BY document_shared DESC, shared DESC, t.victim_id LIMIT least(most, 200)) s
        JOIN public.victim v ON v.id = s.victim_id
        JOIN public.unit un ON un.id = v.registered_unit_id
        LEFT JOIN LATERAL (SELECT x.* FROM public.victim_blob x
                           WHERE x.victim_id = v.person_id AND x.record_id = s.victim_id
                             AND x.compartment = 'identity'
                           ORDER BY x.version DESC LIMIT 1) b ON true
        LEFT JOIN public.victim_key k ON k.victim_id = b.victim_id AND k.record_id = b.record_id
                                     AND k.compartment = 'identity'
                                     AND k.version = b.key_version
        ORDER BY s.document_shared DESC, s.shared DESC, s.victim_id;
END $$;

DROP FUNCTION ruv.command_parts(bigint), ruv.merge_identities(bigint, bigint), ruv.faces_contradict(bigint, bigint),
    ruv.born_between(bigint), ruv.seal_watchers(bigint[]), ruv.check_keys(), ruv.check_blobs(), ruv.check_head(),
    ruv.guard_head(), ruv.is_whole(bigint, bigint, text, bigint);
RESET ROLE;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;

ALTER TABLE command_request DROP COLUMN warnings;
ALTER TABLE compartment_head DROP COLUMN sealed;
DROP TABLE sealed_part;
