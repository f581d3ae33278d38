-- Live figures are served from snapshots; exact ones need a permission of their own, in the database too. A release may
-- be discarded, never taken back; what the trace knows of builds can be held against the ledger. Runs as ruv_owner.

-- Exact counts of a year, by which the next snapshot is told apart from the last: for who counts alone.
CREATE TABLE indicator_snapshot (
    year SMALLINT NOT NULL,
    taken_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    figures JSONB NOT NULL,
    CONSTRAINT pk_indicator_snapshot PRIMARY KEY (year)
);
GRANT SELECT, INSERT, UPDATE ON indicator_snapshot TO ruv_report;

GRANT CREATE ON SCHEMA ruv TO ruv_guard;
SET ROLE ruv_guard;
CREATE OR REPLACE FUNCTION ruv.reconciliation(wanted integer)
RETURNS TABLE (measure text, sources text[], amount bigint, digest text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (ruv.context()).role IS DISTINCT FROM 'setup' AND NOT ruv.permits('indicators:exact') THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
        WITH mention AS MATERIALIZED (
            SELECT coalesce(r.source, i.code) AS source, c.victim_id AS person, 'caso ' || c.id AS what
            FROM public.trafficking_case c
            JOIN public.unit u ON u.id = c.opened_unit_id
            JOIN public.institution i ON i.id = u.institution_id
            LEFT JOIN LATERAL (SELECT min(f.source) AS source FROM public.import_row f
                               WHERE u.code = 'RUV-CARGA' AND f.victim_id = c.record_id AND f.unit_id = u.id
                                 AND f.reference_year IS NULL) r ON true
            WHERE c.reference_year = wanted AND c.state NOT IN ('ALERTA', 'DESCARTADA')
            UNION ALL
            SELECT CASE WHEN u.code = 'RUV-CARGA' THEN f.source ELSE i.code END, v.person_id,
                   'fila ' || encode(f.row_key, 'hex')
            FROM public.import_row f
            JOIN public.victim v ON v.id = f.victim_id
            JOIN public.unit u ON u.id = f.unit_id
            JOIN public.institution i ON i.id = u.institution_id
            WHERE f.reference_year = wanted
        ), person AS MATERIALIZED (
            SELECT m.person, array_agg(DISTINCT m.source ORDER BY m.source) AS sources FROM mention m GROUP BY m.person
        )
        SELECT 'registros', ARRAY[m.source], count(*), NULL::text FROM mention m GROUP BY m.source
        UNION ALL
        SELECT 'personas', p.sources, count(*), NULL FROM person p GROUP BY p.sources
        UNION ALL
        SELECT 'pendientes', ARRAY[m.band::text], count(*), NULL
        FROM public.match_candidate m
        JOIN public.victim a ON a.id = m.victim_id
        JOIN public.victim b ON b.id = m.other_id
        WHERE m.state IN ('PENDIENTE', 'NO_SE') AND a.person_id <> b.person_id
          AND EXISTS (SELECT FROM person p WHERE p.person = a.person_id)
          AND EXISTS (SELECT FROM person p WHERE p.person = b.person_id)
        GROUP BY m.band
        UNION ALL
        SELECT 'huella', NULL, NULL,
               encode(sha256(convert_to(coalesce(string_agg(concat_ws('|', m.source, m.person, m.what), E'\n'
                                                            ORDER BY m.source COLLATE "C", m.person, m.what), ''),
                                        'UTF8')), 'hex')
        FROM mention m;
END $$;

-- The builds of releases that the trace knows, with what proves each genuine; codes and years, no person.
CREATE FUNCTION ruv.traced_builds() RETURNS TABLE (event text, salt bytea, mac bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (ruv.context()).role IS DISTINCT FROM 'setup' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY SELECT e.event, e.salt, e.mac FROM public.audit_event e
                 WHERE e.action = 'releases.build' AND e.outcome = 'ok' ORDER BY e.id;
END $$;
REVOKE ALL ON FUNCTION ruv.traced_builds() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ruv.traced_builds() TO ruv_app;
RESET ROLE;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;
CREATE INDEX ix_audit_event_release_builds ON audit_event (id) WHERE action = 'releases.build';

-- A year has one release of each kind, whatever the budget would bear.
ALTER TABLE release.release ADD CONSTRAINT uq_release_reference_year_kind UNIQUE (reference_year, kind);

-- A draft nobody is to approve any more; what it spent stays spent.
CREATE TABLE release.discard (
    release_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    institution_id BIGINT NOT NULL,
    role TEXT NOT NULL,
    reason TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_discard PRIMARY KEY (release_id),
    CONSTRAINT fk_discard_release_id_release FOREIGN KEY (release_id) REFERENCES release.release (id),
    CONSTRAINT ck_discard_reason CHECK (length(btrim(reason)) BETWEEN 10 AND 300)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON release.discard
    FOR EACH STATEMENT EXECUTE FUNCTION release.refuse();
GRANT SELECT, INSERT ON release.discard TO ruv_release;

-- Approved or discarded, never both: the lock of the ledger makes the two acts take turns.
CREATE FUNCTION release.still_open() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(1381326162);
    IF EXISTS (SELECT FROM release.discard d WHERE d.release_id = NEW.release_id)
       OR (SELECT count(*) FROM release.approval a WHERE a.release_id = NEW.release_id) >= 2 THEN
        RAISE EXCEPTION 'the release is published or discarded' USING ERRCODE = 'RV002';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER still_open BEFORE INSERT ON release.approval
    FOR EACH ROW EXECUTE FUNCTION release.still_open();
CREATE TRIGGER still_open BEFORE INSERT ON release.discard
    FOR EACH ROW EXECUTE FUNCTION release.still_open();
REVOKE ALL ON FUNCTION release.still_open() FROM PUBLIC;

-- Whoever approves a release is another human than who approved it before, not just another account.
GRANT USAGE ON SCHEMA release TO ruv_guard;
GRANT SELECT (id, code) ON release.release TO ruv_guard;
GRANT SELECT (release_id, user_id) ON release.approval TO ruv_guard;
GRANT CREATE ON SCHEMA ruv TO ruv_guard;
SET ROLE ruv_guard;
CREATE FUNCTION ruv.check_approval() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- The lock of the ledger: the other approval is seen, whoever comes first.
    PERFORM pg_advisory_xact_lock(1381326162);
    IF EXISTS (SELECT FROM release.approval a WHERE a.release_id = NEW.release_id AND a.user_id <> NEW.user_id
               AND ruv.one_hand(a.user_id, NEW.user_id)) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$;

-- Whether the bound user, who may approve, and somebody who approved this release already may be one human.
CREATE FUNCTION ruv.approval_of_one_hand(wanted text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me bigint := (ruv.context()).user_id;
BEGIN
    RETURN ruv.permits('releases:publish') AND EXISTS (
        SELECT FROM release.release r JOIN release.approval a ON a.release_id = r.id
        WHERE r.code = wanted AND a.user_id <> me AND ruv.one_hand(a.user_id, me));
END $$;
REVOKE ALL ON FUNCTION ruv.check_approval(), ruv.approval_of_one_hand(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ruv.check_approval() TO ruv_owner;
GRANT EXECUTE ON FUNCTION ruv.approval_of_one_hand(text) TO ruv_app;
RESET ROLE;
CREATE TRIGGER two_hands BEFORE INSERT ON release.approval FOR EACH ROW EXECUTE FUNCTION ruv.check_approval();
SET ROLE ruv_guard;
REVOKE EXECUTE ON FUNCTION ruv.check_approval() FROM ruv_owner;
RESET ROLE;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;
