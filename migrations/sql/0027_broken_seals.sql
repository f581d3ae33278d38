-- A seal that is broken is told from a part that nobody filled, and is never written over; a merge is refused where sex
-- and age contradict each other, and the units of both persons are told of it. Runs as ruv_owner.

-- Whether the version a head is at was sealed. Before, a version of clear fields alone had no sealed part; every one has
-- now. What is lost of heads from before, of which no sealed version is left at all, cannot be told from those.
ALTER TABLE compartment_head ADD COLUMN sealed BOOLEAN DEFAULT true NOT NULL;
ALTER TABLE compartment_head NO FORCE ROW LEVEL SECURITY;  -- the owner would see no row to mark
ALTER TABLE victim_blob NO FORCE ROW LEVEL SECURITY;
UPDATE compartment_head h SET sealed = false
WHERE NOT EXISTS (SELECT FROM victim_blob b WHERE b.victim_id = h.victim_id AND b.record_id = h.record_id
                  AND b.compartment = h.compartment);

-- The highest key ever drawn for a compartment of a record. Texts in rows (what units write to each other, notes, plans)
-- have no head that would say so, and a key that is lost leaves nothing behind. That somebody wrote there is told to
-- nobody: the trigger that checks new keys alone reads and writes it. It hangs from the record, whoever's that is by now.
CREATE TABLE sealed_part (
    record_id BIGINT NOT NULL,
    compartment TEXT NOT NULL,
    newest_key BIGINT NOT NULL,
    CONSTRAINT pk_sealed_part PRIMARY KEY (record_id, compartment),
    CONSTRAINT fk_sealed_part_record_id_victim FOREIGN KEY(record_id) REFERENCES victim (id)
);
ALTER TABLE victim_key NO FORCE ROW LEVEL SECURITY;
INSERT INTO sealed_part (record_id, compartment, newest_key)
SELECT p.record_id, p.compartment, max(p.version)
FROM (SELECT k.record_id, k.compartment, k.version FROM victim_key k
      UNION ALL SELECT b.record_id, b.compartment, b.key_version FROM victim_blob b) p
GROUP BY p.record_id, p.compartment;
ALTER TABLE sealed_part ENABLE ROW LEVEL SECURITY;
ALTER TABLE sealed_part FORCE ROW LEVEL SECURITY;
CREATE POLICY guard ON sealed_part TO ruv_guard USING (true);
GRANT SELECT, INSERT, UPDATE (newest_key) ON sealed_part TO ruv_guard;
ALTER TABLE victim_key FORCE ROW LEVEL SECURITY;
ALTER TABLE victim_blob FORCE ROW LEVEL SECURITY;
ALTER TABLE compartment_head FORCE ROW LEVEL SECURITY;
GRANT SELECT (sealed) ON compartment_head TO ruv_app;

-- What does not agree between the two records of a merge, without making it impossible: codes, for who decides.
ALTER TABLE command_request ADD COLUMN warnings TEXT[] DEFAULT '{}' NOT NULL;
GRANT SELECT (warnings) ON command_request TO ruv_app;

GRANT CREATE ON SCHEMA ruv TO ruv_guard;
SET ROLE ruv_guard;

-- Seals ------------------------------------------------------------------------------------------------------

-- The sealed part of this version of a compartment is there, and the key it was sealed with. Not that they open.
CREATE FUNCTION ruv.is_whole(victim bigint, record bigint, wanted text, at bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.victim_blob b
                   JOIN public.victim_key k ON k.victim_id = b.victim_id AND k.record_id = b.record_id
                                           AND k.compartment = b.compartment AND k.version = b.key_version
                   WHERE b.victim_id = victim AND b.record_id = record AND b.compartment = wanted AND b.version = at)
$$;

-- A head goes to the next version and to no other, and not past one that is lost.
CREATE FUNCTION ruv.guard_head() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.version <> OLD.version + 1
       OR OLD.sealed AND NOT ruv.is_whole(OLD.victim_id, OLD.record_id, OLD.compartment, OLD.version) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    NEW.sealed := true;
    RETURN NEW;
END $$;

-- At the end of the transaction what a head says is there; the first version is 1.
CREATE FUNCTION ruv.check_head() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT NEW.sealed OR TG_OP = 'INSERT' AND NEW.version <> 1
       OR NOT ruv.is_whole(NEW.victim_id, NEW.record_id, NEW.compartment, NEW.version) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN NULL;
END $$;

-- A version is sealed as the one after its head's, and not after one that is lost.
CREATE FUNCTION ruv.check_blobs() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM fresh n
               LEFT JOIN public.compartment_head h ON h.victim_id = n.victim_id AND h.record_id = n.record_id
                                                  AND h.compartment = n.compartment
               WHERE n.version <> coalesce(h.version, 0) + 1
                  OR h.sealed AND NOT ruv.is_whole(h.victim_id, h.record_id, h.compartment, h.version)) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN NULL;
END $$;

-- No first key is drawn where there was one, none after one that is lost, and none takes the number of one that was ever
-- there: neither of versions nor of texts in rows. By its name the service tells this refusal from that of a policy,
-- which comes first: whoever may not seal here does not learn whether somebody did.
CREATE FUNCTION ruv.check_keys() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM fresh n
               JOIN public.victim_blob b ON b.victim_id = n.victim_id AND b.compartment = n.compartment
                                        AND b.record_id = n.record_id AND b.key_version = n.version)
       OR EXISTS (SELECT FROM fresh n
                  JOIN public.sealed_part s ON s.record_id = n.record_id AND s.compartment = n.compartment
                  WHERE n.version <= s.newest_key
                     OR NOT EXISTS (SELECT FROM public.victim_key k
                                    WHERE k.victim_id = n.victim_id AND k.compartment = n.compartment
                                      AND k.record_id = n.record_id AND k.version = s.newest_key)) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501', CONSTRAINT = 'sealed_before';
    END IF;
    INSERT INTO public.sealed_part AS s (record_id, compartment, newest_key)
    SELECT n.record_id, n.compartment, max(n.version) FROM fresh n GROUP BY n.record_id, n.compartment
    ON CONFLICT (record_id, compartment) DO UPDATE SET newest_key = greatest(s.newest_key, excluded.newest_key);
    RETURN NULL;
END $$;

-- Units to be told of persons whose seal is broken: those that oversee the trace, where no such notice waits yet. A case
-- of hers is what a notice hangs from; who is told sees her code alone. Asked by the role `scheduler`, which no account has.
CREATE FUNCTION ruv.seal_watchers(records bigint[])
RETURNS TABLE (victim_id bigint, case_id bigint, code text, unit_id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (ruv.context()).role IS DISTINCT FROM 'scheduler' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
        WITH person AS (
            SELECT DISTINCT ON (v.person_id) v.person_id AS id, c.id AS kase, ruv.code_of_record(v.person_id) AS code
            FROM public.victim v JOIN public.trafficking_case c ON c.victim_id = v.person_id
            WHERE v.id = ANY (records) ORDER BY v.person_id, c.opened_at DESC, c.id DESC),
        watcher AS (
            SELECT DISTINCT a.unit_id AS id FROM public.user_account a JOIN public.role_grant g ON g.role = a.role
            WHERE 'audit:read' = ANY (g.permissions) AND a.disabled_at IS NULL AND a.approved_at IS NOT NULL)
        SELECT p.id, p.kase, p.code, w.id FROM person p CROSS JOIN watcher w
        WHERE NOT EXISTS (SELECT FROM public.notice n WHERE n.case_id = p.kase AND n.unit_id = w.id
                          AND n.kind = 'SELLO_ROTO' AND n.read_at IS NULL);
END $$;

-- As before, of the version its head is at: one without its sealed part is not a person without an identity.
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
               b.id, h.version, b.schema_version, b.sealed, k.version, k.kek_id, k.wrapped
        FROM (SELECT t.victim_id, count(*)::integer AS shared, bool_or(t.kind = 1) AS document_shared
              FROM public.victim_token t WHERE t.token = ANY (tokens)
              GROUP BY t.victim_id
              ORDER BY document_shared DESC, shared DESC, t.victim_id LIMIT least(most, 200)) s
        JOIN public.victim v ON v.id = s.victim_id
        JOIN public.unit un ON un.id = v.registered_unit_id
        LEFT JOIN public.compartment_head h ON h.victim_id = v.person_id AND h.record_id = s.victim_id
                                           AND h.compartment = 'identity' AND h.sealed
        LEFT JOIN public.victim_blob b ON b.victim_id = h.victim_id AND b.record_id = h.record_id
                                      AND b.compartment = h.compartment AND b.version = h.version
        LEFT JOIN public.victim_key k ON k.victim_id = b.victim_id AND k.record_id = b.record_id
                                     AND k.compartment = 'identity'
                                     AND k.version = b.key_version
        ORDER BY s.document_shared DESC, s.shared DESC, s.victim_id;
END $$;

-- As before, and a row for each identity whose newest version is lost: it has a version and nothing else.
CREATE OR REPLACE FUNCTION ruv.reindex_batch(most integer)
RETURNS TABLE (record_id bigint, blob_id bigint, version bigint, schema_version smallint, sealed bytea,
    key_version bigint, kek_id bigint, wrapped bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (ruv.context()).role IS DISTINCT FROM 'maintenance' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
        WITH v AS (SELECT w.id, w.person_id FROM public.victim w
                   WHERE w.id > (SELECT r.done_through FROM public.index_rotation r WHERE r.finished_at IS NULL)
                   ORDER BY w.id LIMIT most)
        SELECT v.id, b.id, b.version, b.schema_version, b.sealed, k.version, k.kek_id, k.wrapped
        FROM v
        LEFT JOIN public.victim_blob b ON b.victim_id = v.person_id AND b.record_id = v.id
                                      AND b.compartment = 'identity'
        LEFT JOIN public.victim_key k ON k.victim_id = v.person_id AND k.record_id = v.id
                                     AND k.compartment = 'identity' AND k.version = b.key_version
        UNION ALL
        SELECT v.id, NULL, h.version, NULL, NULL, NULL, NULL, NULL
        FROM v JOIN public.compartment_head h ON h.victim_id = v.person_id AND h.record_id = v.id
                                             AND h.compartment = 'identity' AND h.sealed
        WHERE NOT EXISTS (SELECT FROM public.victim_blob b
                          WHERE b.victim_id = h.victim_id AND b.record_id = h.record_id
                            AND b.compartment = h.compartment AND b.version = h.version)
        ORDER BY 1, 3;
END $$;

-- Merges ------------------------------------------------------------------------------------------------------

-- The year of birth of a person lies between these, by the clear columns of her profile and the days she was identified.
CREATE FUNCTION ruv.born_between(person bigint) RETURNS int4range
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN f.oldest IS NOT NULL AND f.youngest IS NOT NULL AND c.since IS NOT NULL
                THEN int4range(extract(year FROM c.since)::integer - f.oldest - 1,
                               extract(year FROM c.until)::integer - f.youngest, '[]') END
    FROM (SELECT greatest(p.age_years, p.age_max, p.age_min) AS oldest, least(p.age_years, p.age_min, p.age_max) AS youngest
          FROM public.profile p WHERE p.victim_id = person) f
    CROSS JOIN (SELECT min(k.first_identified_on) AS since, max(k.first_identified_on) AS until
                FROM public.trafficking_case k WHERE k.victim_id = person) c
$$;

-- One is a woman and the other a man, and more than ten years lie between them: not one person, whoever agreed.
CREATE FUNCTION ruv.faces_contradict(one bigint, other bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    a int4range := ruv.born_between(one);
    b int4range := ruv.born_between(other);
BEGIN
    RETURN coalesce(
        (SELECT p.sex FROM public.profile p WHERE p.victim_id = one)
            <> (SELECT p.sex FROM public.profile p WHERE p.victim_id = other)
        AND greatest(lower(a), lower(b)) - (least(upper(a), upper(b)) - 1) > 10, false);
END $$;

-- The identities of two persons, for the comparison alone, which is bound as the role `matching`.
CREATE FUNCTION ruv.merge_identities(one bigint, other bigint)
RETURNS TABLE (person_id bigint, record_id bigint, updated_at timestamptz, version bigint, blob_id bigint,
    schema_version smallint, sealed bytea, key_version bigint, kek_id bigint, wrapped bytea, sex text, age_years smallint,
    age_min smallint, age_max smallint, first_year integer, last_year integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (ruv.context()).role IS DISTINCT FROM 'matching' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
        SELECT v.id, h.record_id, h.updated_at, CASE WHEN h.sealed THEN h.version END, b.id, b.schema_version, b.sealed,
               k.version, k.kek_id, k.wrapped, f.sex, f.age_years, f.age_min, f.age_max, c.since, c.until
        FROM public.victim v
        CROSS JOIN LATERAL (SELECT extract(year FROM min(t.first_identified_on))::integer AS since,
                                   extract(year FROM max(t.first_identified_on))::integer AS until
                            FROM public.trafficking_case t WHERE t.victim_id = v.id) c
        LEFT JOIN public.profile f ON f.victim_id = v.id
        LEFT JOIN public.compartment_head h ON h.victim_id = v.id AND h.compartment = 'identity'
        LEFT JOIN public.victim_blob b ON b.victim_id = h.victim_id AND b.record_id = h.record_id
                                      AND b.compartment = h.compartment AND b.version = h.version
        LEFT JOIN public.victim_key k ON k.victim_id = b.victim_id AND k.record_id = b.record_id
                                     AND k.compartment = b.compartment AND k.version = b.key_version
        WHERE v.id IN (one, other);
END $$;

-- The units at work with the persons of a command, each with its own case: whom to tell. For the role `matching`.
CREATE FUNCTION ruv.command_parts(command bigint)
RETURNS TABLE (victim_id bigint, case_id bigint, code text, unit_id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (ruv.context()).role IS DISTINCT FROM 'matching' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
        SELECT DISTINCT p.victim_id, p.case_id, c.code, p.unit_id
        FROM public.command_request k
        JOIN public.participation p ON p.victim_id IN (ruv.person_of_record(k.victim_id), ruv.person_of_record(k.other_id))
                                   AND p.ended_at IS NULL
        JOIN public.trafficking_case c ON c.id = p.case_id AND c.victim_id = p.victim_id
        WHERE k.id = command;
END $$;

-- As before, for who has one of the two in scope or oversees the register; and nobody without the key can try what an
-- unseen person's record holds until the digest fits.
CREATE OR REPLACE FUNCTION ruv.merge_fingerprint(one bigint, other bigint) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    persons bigint[] := ARRAY(SELECT v.person_id FROM public.victim v WHERE v.id IN (one, other));
BEGIN
    IF NOT (ruv.permits('commands:request') OR ruv.permits('commands:approve'))
       OR NOT (ruv.oversees_commands() OR ruv.command_in_scope(one, other, NULL)) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN encode(sha256((SELECT k.inner_pad FROM ruv.context_key k) || convert_to(concat_ws(';',
        (SELECT string_agg(concat_ws('.', v.id, v.person_id), ',' ORDER BY v.id)
         FROM public.victim v WHERE v.person_id = ANY (persons)),
        (SELECT string_agg(concat_ws('.', h.record_id, h.compartment, h.version), ',' ORDER BY h.record_id, h.compartment)
         FROM public.compartment_head h WHERE h.victim_id = ANY (persons)),
        (SELECT string_agg(concat_ws('.', c.id, c.version), ',' ORDER BY c.id)
         FROM public.trafficking_case c WHERE c.victim_id = ANY (persons))), 'UTF8')), 'hex');
END $$;

-- As before. RM004: a part of one of the two is lost; RM005: a woman and a man, years apart.
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
    IF EXISTS (SELECT FROM public.compartment_head h WHERE h.victim_id IN (asked.victim_id, asked.other_id)
               AND h.sealed AND NOT ruv.is_whole(h.victim_id, h.record_id, h.compartment, h.version)) THEN
        RAISE EXCEPTION 'a seal is broken' USING ERRCODE = 'RM004';
    END IF;
    IF ruv.faces_contradict(asked.victim_id, asked.other_id) THEN
        RAISE EXCEPTION 'sex and age contradict' USING ERRCODE = 'RM005';
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

DO $$
DECLARE
    f text;
BEGIN
    FOREACH f IN ARRAY ARRAY['is_whole(bigint, bigint, text, bigint)', 'guard_head()', 'check_head()', 'check_blobs()',
        'check_keys()', 'seal_watchers(bigint[])', 'born_between(bigint)', 'faces_contradict(bigint, bigint)',
        'merge_identities(bigint, bigint)', 'command_parts(bigint)'] LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION ruv.%s FROM PUBLIC', f);
    END LOOP;
    FOREACH f IN ARRAY ARRAY['guard_head()', 'check_head()', 'check_blobs()', 'check_keys()'] LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION ruv.%s TO ruv_owner', f);
    END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION ruv.seal_watchers(bigint[]), ruv.merge_identities(bigint, bigint), ruv.command_parts(bigint)
    TO ruv_app;
RESET ROLE;

CREATE TRIGGER compartment_head_next BEFORE UPDATE OF version ON compartment_head
    FOR EACH ROW EXECUTE FUNCTION ruv.guard_head();
CREATE CONSTRAINT TRIGGER compartment_head_whole AFTER INSERT OR UPDATE OF version ON compartment_head
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ruv.check_head();
CREATE TRIGGER victim_blob_next AFTER INSERT ON victim_blob
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION ruv.check_blobs();
CREATE TRIGGER victim_key_next AFTER INSERT ON victim_key
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION ruv.check_keys();

SET ROLE ruv_guard;
REVOKE EXECUTE ON FUNCTION ruv.guard_head(), ruv.check_head(), ruv.check_blobs(), ruv.check_keys() FROM ruv_owner;
RESET ROLE;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;

-- Notices -----------------------------------------------------------------------------------------------------

-- As before; and of a broken seal, to who oversees the trace and sees no case.
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
            AND EXISTS (SELECT FROM unit u WHERE u.id = (SELECT (ruv.context()).unit_id) AND u.kind = 'UPE')
         OR kind = 'SELLO_ROTO' AND (SELECT ruv.permits('audit:read')))
);

-- As before; and what is told of two records that may become one person, by who sees neither.
ALTER POLICY tell ON notice WITH CHECK (
    created_at = now() AND read_at IS NULL AND read_by IS NULL
    AND (by_unit_id IS NULL
         OR by_unit_id = (SELECT (ruv.context()).unit_id)
            AND EXISTS (SELECT FROM unit u WHERE u.id = notice.by_unit_id AND u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT')))
    AND ((SELECT (ruv.context()).role) IN ('scheduler', 'matching')
         OR ruv.case_in_scope(case_id, victim_id)
         OR EXISTS (SELECT FROM referral r WHERE r.victim_id = notice.victim_id AND r.case_id = notice.case_id
                    AND r.code = notice.subject_code
                    AND (SELECT (ruv.context()).unit_id) IN (r.from_unit_id, r.to_unit_id)))
);
