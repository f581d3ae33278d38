-- Records of a person. What one registration made is a record; a person is a record with those merged into it.
-- Runs as ruv_owner.
--
-- Rows hang from the person (`victim_id`), which is what policies look at; `record_id` says under which record a
-- row was sealed, so a merge moves rows and encrypts nothing. A foreign key to (id, person_id) of the record keeps
-- the two together: changing whom a record belongs to moves every row of it, and nothing else can.

ALTER TABLE victim ADD COLUMN merged_into BIGINT,
    ADD COLUMN person_id BIGINT GENERATED ALWAYS AS (coalesce(merged_into, id)) STORED NOT NULL,
    ADD CONSTRAINT fk_victim_merged_into_victim FOREIGN KEY(merged_into) REFERENCES victim (id),
    ADD CONSTRAINT uq_victim_person_id_id UNIQUE (person_id, id);

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['victim_code', 'compartment_head', 'victim_blob', 'victim_key', 'trafficking_case'] LOOP
        EXECUTE format('ALTER TABLE %I ADD COLUMN record_id BIGINT', t);
        EXECUTE format('ALTER TABLE %I NO FORCE ROW LEVEL SECURITY', t);  -- the owner would see no row to fill
        EXECUTE format('UPDATE %I SET record_id = victim_id', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    END LOOP;
END $$;
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['victim_code', 'compartment_head', 'victim_blob', 'victim_key', 'trafficking_case'] LOOP
        EXECUTE format('ALTER TABLE %I ALTER COLUMN record_id SET NOT NULL', t);
        EXECUTE format('ALTER TABLE %1$I DROP CONSTRAINT fk_%1$s_victim_id_victim,'
                       ' ADD CONSTRAINT fk_%1$s_record_id_victim_id_victim FOREIGN KEY(record_id, victim_id)'
                       ' REFERENCES victim (id, person_id) ON UPDATE CASCADE', t);
    END LOOP;
END $$;
ALTER TABLE compartment_head DROP CONSTRAINT pk_compartment_head,
    ADD CONSTRAINT pk_compartment_head PRIMARY KEY (victim_id, compartment, record_id);
ALTER TABLE victim_blob DROP CONSTRAINT uq_victim_blob_victim_id_compartment_version,
    ADD CONSTRAINT uq_victim_blob_victim_id_compartment_record_id_version
        UNIQUE (victim_id, compartment, record_id, version);
ALTER TABLE victim_key DROP CONSTRAINT pk_victim_key,
    ADD CONSTRAINT pk_victim_key PRIMARY KEY (victim_id, compartment, record_id, version);

-- Rows of a case follow their case.
ALTER TABLE exploitation DROP CONSTRAINT fk_exploitation_case_id_victim_id_trafficking_case,
    ADD CONSTRAINT fk_exploitation_case_id_victim_id_trafficking_case FOREIGN KEY(case_id, victim_id) REFERENCES trafficking_case (id, victim_id) ON UPDATE CASCADE;
ALTER TABLE case_transition DROP CONSTRAINT fk_case_transition_case_id_victim_id_trafficking_case,
    ADD CONSTRAINT fk_case_transition_case_id_victim_id_trafficking_case FOREIGN KEY(case_id, victim_id) REFERENCES trafficking_case (id, victim_id) ON UPDATE CASCADE;
ALTER TABLE participation DROP CONSTRAINT fk_participation_case_id_victim_id_trafficking_case,
    ADD CONSTRAINT fk_participation_case_id_victim_id_trafficking_case FOREIGN KEY(case_id, victim_id) REFERENCES trafficking_case (id, victim_id) ON UPDATE CASCADE;
ALTER TABLE assignment DROP CONSTRAINT fk_assignment_case_id_victim_id_trafficking_case,
    ADD CONSTRAINT fk_assignment_case_id_victim_id_trafficking_case FOREIGN KEY(case_id, victim_id) REFERENCES trafficking_case (id, victim_id) ON UPDATE CASCADE;
ALTER TABLE referral DROP CONSTRAINT fk_referral_case_id_victim_id_trafficking_case,
    ADD CONSTRAINT fk_referral_case_id_victim_id_trafficking_case FOREIGN KEY(case_id, victim_id) REFERENCES trafficking_case (id, victim_id) ON UPDATE CASCADE;
ALTER TABLE placement DROP CONSTRAINT fk_placement_case_id_victim_id_trafficking_case,
    ADD CONSTRAINT fk_placement_case_id_victim_id_trafficking_case FOREIGN KEY(case_id, victim_id) REFERENCES trafficking_case (id, victim_id) ON UPDATE CASCADE;
ALTER TABLE plan DROP CONSTRAINT fk_plan_case_id_victim_id_trafficking_case,
    ADD CONSTRAINT fk_plan_case_id_victim_id_trafficking_case FOREIGN KEY(case_id, victim_id) REFERENCES trafficking_case (id, victim_id) ON UPDATE CASCADE;
ALTER TABLE plan_objective DROP CONSTRAINT fk_plan_objective_plan_id_victim_id_plan,
    ADD CONSTRAINT fk_plan_objective_plan_id_victim_id_plan FOREIGN KEY(plan_id, victim_id) REFERENCES plan (id, victim_id) ON UPDATE CASCADE;
ALTER TABLE plan_signature DROP CONSTRAINT fk_plan_signature_plan_id_victim_id_plan,
    ADD CONSTRAINT fk_plan_signature_plan_id_victim_id_plan FOREIGN KEY(plan_id, victim_id) REFERENCES plan (id, victim_id) ON UPDATE CASCADE;
ALTER TABLE plan_version DROP CONSTRAINT fk_plan_version_plan_id_victim_id_plan,
    ADD CONSTRAINT fk_plan_version_plan_id_victim_id_plan FOREIGN KEY(plan_id, victim_id) REFERENCES plan (id, victim_id) ON UPDATE CASCADE;
ALTER TABLE plan_activity DROP CONSTRAINT fk_plan_activity_plan_id_victim_id_plan,
    ADD CONSTRAINT fk_plan_activity_plan_id_victim_id_plan FOREIGN KEY(plan_id, victim_id) REFERENCES plan (id, victim_id) ON UPDATE CASCADE;
ALTER TABLE plan_activity DROP CONSTRAINT fk_plan_activity_objective_id_victim_id_plan_objective,
    ADD CONSTRAINT fk_plan_activity_objective_id_victim_id_plan_objective FOREIGN KEY(objective_id, victim_id) REFERENCES plan_objective (id, victim_id) ON UPDATE CASCADE;
ALTER TABLE progress_note DROP CONSTRAINT fk_progress_note_activity_id_victim_id_plan_activity,
    ADD CONSTRAINT fk_progress_note_activity_id_victim_id_plan_activity FOREIGN KEY(activity_id, victim_id) REFERENCES plan_activity (id, victim_id) ON UPDATE CASCADE;

-- Two records of one person may each have an open case: the older leads, the other runs parallel to it.
ALTER TABLE trafficking_case ADD COLUMN parallel_to BIGINT;
DROP INDEX uq_trafficking_case_open;
CREATE UNIQUE INDEX uq_trafficking_case_open ON trafficking_case (victim_id)
    WHERE state NOT IN ('CERRADO', 'DESCARTADA') AND parallel_to IS NULL;

-- A person has one profile: her own, else one that a merged record lends her, which knows where it belongs.
ALTER TABLE profile ADD COLUMN record_id BIGINT,
    ADD CONSTRAINT fk_profile_record_id_victim FOREIGN KEY(record_id) REFERENCES victim (id);

-- Every merge and what became of it. Together with each row's record it says how to take the merge back.
CREATE TABLE record_merge (
    id BIGINT GENERATED BY DEFAULT AS IDENTITY,
    command_id BIGINT NOT NULL,
    kept_id BIGINT NOT NULL,
    absorbed_id BIGINT NOT NULL,
    merged_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    merged_by BIGINT NOT NULL,
    merged_unit_id BIGINT NOT NULL,
    split_command_id BIGINT,
    split_at TIMESTAMP WITH TIME ZONE,
    split_by BIGINT,
    split_unit_id BIGINT,
    CONSTRAINT pk_record_merge PRIMARY KEY (id),
    CONSTRAINT ck_record_merge_two CHECK (kept_id <> absorbed_id),
    CONSTRAINT fk_record_merge_command_id_command_request FOREIGN KEY(command_id) REFERENCES command_request (id),
    CONSTRAINT fk_record_merge_split_command_id_command_request FOREIGN KEY(split_command_id) REFERENCES command_request (id),
    CONSTRAINT fk_record_merge_kept_id_victim FOREIGN KEY(kept_id) REFERENCES victim (id),
    CONSTRAINT fk_record_merge_absorbed_id_victim FOREIGN KEY(absorbed_id) REFERENCES victim (id),
    CONSTRAINT fk_record_merge_merged_by_user_account FOREIGN KEY(merged_by) REFERENCES user_account (id),
    CONSTRAINT fk_record_merge_merged_unit_id_unit FOREIGN KEY(merged_unit_id) REFERENCES unit (id),
    CONSTRAINT fk_record_merge_split_by_user_account FOREIGN KEY(split_by) REFERENCES user_account (id),
    CONSTRAINT fk_record_merge_split_unit_id_unit FOREIGN KEY(split_unit_id) REFERENCES unit (id)
);
CREATE INDEX ix_record_merge_kept_id ON record_merge (kept_id);
CREATE UNIQUE INDEX uq_record_merge_standing ON record_merge (absorbed_id) WHERE split_at IS NULL;

-- Narrow questions past the policies ------------------------------------------------------------------------

GRANT CREATE ON SCHEMA ruv TO ruv_guard;
SET ROLE ruv_guard;

CREATE OR REPLACE FUNCTION ruv.person_of_record(record bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT v.person_id FROM public.victim v WHERE v.id = record
$$;

CREATE OR REPLACE FUNCTION ruv.code_of_record(record bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT vc.code FROM public.victim v JOIN public.victim_code vc ON vc.victim_id = v.person_id AND vc.record_id = v.id
    WHERE v.id = record
$$;

CREATE OR REPLACE FUNCTION ruv.record_of_code(wanted text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT vc.record_id FROM public.victim_code vc WHERE vc.code = wanted
$$;

-- The record a case of a person in scope was opened under: whoever was given her plan reads it without the case.
CREATE FUNCTION ruv.record_of_case(kase bigint) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    mine bigint[] := ruv.seats();
BEGIN
    RETURN (SELECT c.record_id FROM public.trafficking_case c
            WHERE c.id = kase AND EXISTS (SELECT FROM public.participation p
                                          WHERE p.victim_id = c.victim_id AND p.seats && mine));
END $$;

-- Looking somebody up compares records now (0006).
DROP FUNCTION ruv.probe(bigint[]);

DROP FUNCTION ruv.head_units(bigint);
CREATE FUNCTION ruv.head_units(victim bigint) RETURNS TABLE (compartment text, record_id bigint, unit_name text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    listed text[] := ruv.listed_of(victim);
    shows boolean := ruv.shows_shelters();
    own bigint := (ruv.context()).unit_id;
BEGIN
    RETURN QUERY
        SELECT h.compartment, h.record_id, CASE WHEN shows OR u.id = own OR u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT')
                                                THEN u.name ELSE 'Centro de acogida (reservado)' END
        FROM public.compartment_head h JOIN public.unit u ON u.id = h.unit_id
        WHERE h.victim_id = victim AND h.compartment = ANY (listed);
END $$;

DROP FUNCTION ruv.version_units(bigint, text);
CREATE FUNCTION ruv.version_units(victim bigint, record bigint, wanted text)
RETURNS TABLE (version bigint, unit_name text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    shows boolean := ruv.shows_shelters();
    own bigint := (ruv.context()).unit_id;
BEGIN
    IF wanted = ANY (ruv.listed_of(victim)) AND wanted = ANY (ruv.opened()) THEN
        RETURN QUERY
            SELECT b.version, CASE WHEN shows OR u.id = own OR u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT')
                                   THEN u.name ELSE 'Centro de acogida (reservado)' END
            FROM public.victim_blob b JOIN public.unit u ON u.id = b.unit_id
            WHERE b.victim_id = victim AND b.record_id = record AND b.compartment = wanted;
    END IF;
END $$;

-- As before, over every record of the person: an event keeps the record it was written about. A record that was part of
-- another person for a while was opened under that one's key: those looks at data are hers as well.
CREATE OR REPLACE FUNCTION ruv.access_log(victim bigint, before bigint, most integer)
RETURNS TABLE (id bigint, at timestamptz, action text, outcome text, role text, purpose text, compartments text[],
    unit_name text, digest bytea, mac bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    listed text[] := ruv.listed_of(victim);
    shows boolean := ruv.shows_shelters();
    own bigint := (ruv.context()).unit_id;
    mine bigint[] := ruv.seats();
BEGIN
    IF NOT ruv.permits('victims:access-log')
       OR NOT EXISTS (SELECT FROM public.participation p WHERE p.victim_id = victim AND p.seats && mine) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
        WITH RECURSIVE stay(id, since, until, hers) AS (
            SELECT v.id, '-infinity'::timestamptz, 'infinity'::timestamptz, true
            FROM public.victim v WHERE v.person_id = victim
            UNION
            SELECT m.kept_id, greatest(s.since, m.merged_at), least(s.until, m.split_at), false
            FROM public.record_merge m JOIN stay s ON s.id = m.absorbed_id
            WHERE m.split_at IS NOT NULL AND m.merged_at < s.until AND m.split_at > s.since)
        SELECT DISTINCT found.* FROM stay r
        CROSS JOIN LATERAL (
            SELECT e.id, e.at, e.action, e.outcome, body.it #>> '{actor,role}', body.it ->> 'purpose',
                   ARRAY(SELECT n FROM unnest(named.them) AS n WHERE n = ANY (listed)),
                   CASE WHEN shows OR u.id = own OR u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT')
                        THEN u.name WHEN u.id IS NOT NULL THEN 'Centro de acogida (reservado)' END,
                   CASE WHEN body.it ->> 'victim' = r.id::text AND body.it ->> 'action' = e.action
                         AND body.it ->> 'outcome' = e.outcome
                         AND body.it #>> '{actor,unit}' = coalesce(e.unit_id, 0)::text
                        THEN sha256(e.salt || convert_to(e.event, 'UTF8')) END,
                   e.mac
            FROM public.audit_event e
            LEFT JOIN public.unit u ON u.id = e.unit_id
            CROSS JOIN LATERAL (SELECT e.event::json AS it) body
            CROSS JOIN LATERAL (SELECT ARRAY(SELECT json_array_elements_text(body.it -> 'compartments')) AS them) named
            WHERE e.victim_id = r.id AND e.at >= r.since AND e.at <= r.until AND (r.hers OR named.them <> '{}')
              AND (before IS NULL OR e.id < before)
              AND (named.them = '{}' OR 'coordination' = ANY (named.them) OR named.them && listed)
              AND (e.action NOT LIKE 'plans.%' OR 'plan' = ANY (listed))
            ORDER BY e.id DESC LIMIT most) found
        ORDER BY found.id DESC LIMIT most;
END $$;

-- Population of a person: that of any of her records. A merge takes nobody's sight of her away, so a record of a child
-- (or of nobody knows what age) keeps her a child's case, and a foreign one a foreigner's.
CREATE OR REPLACE FUNCTION ruv.population_bits(victim bigint) RETURNS smallint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT (1
        | CASE WHEN count(*) = count(*) FILTER (WHERE coalesce(f.age_min, f.age_years) >= 18) THEN 0 ELSE 2 END
        | CASE WHEN coalesce(bool_or(f.nationality <> 'PE'), false)
                 OR EXISTS (SELECT FROM public.exploitation e WHERE e.victim_id = victim
                            AND e.country_of_exploitation <> 'PE') THEN 4 ELSE 0 END)::smallint
    FROM public.victim v LEFT JOIN public.profile f ON f.victim_id = v.id
    WHERE v.person_id = victim
$$;

-- Merge and split ---------------------------------------------------------------------------------------------

-- One open case of a person leads, the oldest; the others run parallel to it. A case that ended does neither.
CREATE FUNCTION ruv.arrange_cases(person bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    lead bigint;
BEGIN
    -- Of two cases that end at the same moment the later one sees the other ended, and passes the lead to neither.
    PERFORM pg_advisory_xact_lock(person);
    lead := (SELECT c.id FROM public.trafficking_case c
             WHERE c.victim_id = person AND c.state NOT IN ('CERRADO', 'DESCARTADA')
             ORDER BY c.opened_at, c.id LIMIT 1);
    UPDATE public.trafficking_case c SET parallel_to = lead
    WHERE c.victim_id = person AND c.state NOT IN ('CERRADO', 'DESCARTADA') AND c.id <> lead
      AND c.parallel_to IS DISTINCT FROM lead;
    UPDATE public.trafficking_case c SET parallel_to = NULL
    WHERE c.victim_id = person AND c.parallel_to IS NOT NULL
      AND (c.id = lead OR c.state IN ('CERRADO', 'DESCARTADA'));
END $$;

CREATE FUNCTION ruv.pass_the_lead() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM ruv.arrange_cases(NEW.victim_id);
    RETURN NULL;
END $$;

-- What hangs from a person as a whole, anew after her records changed: her profile (that of the record whose identity is
-- shown, so that no name stands beside another record's age), which of her open cases leads,
-- and who sees her. The same records give the same answer whatever happened before, so a split leaves both as they were.
CREATE FUNCTION ruv.settle_persons(persons bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    person bigint;
BEGIN
    UPDATE public.profile f SET victim_id = f.record_id, record_id = NULL
    WHERE f.record_id IS NOT NULL
      AND f.victim_id IN (SELECT v.id FROM public.victim v WHERE v.person_id = ANY (persons));
    FOREACH person IN ARRAY persons LOOP
        IF NOT EXISTS (SELECT FROM public.profile f WHERE f.victim_id = person) THEN
            UPDATE public.profile f SET record_id = f.victim_id, victim_id = person
            WHERE f.victim_id = (SELECT h.record_id FROM public.compartment_head h
                                 WHERE h.victim_id = person AND h.compartment = 'identity'
                                 ORDER BY h.updated_at DESC, h.record_id DESC LIMIT 1);
        END IF;
        PERFORM ruv.arrange_cases(person);
        UPDATE public.participation p SET population = ruv.population_bits(person), seats = NULL  -- set_seats() fills it
        WHERE p.victim_id = person;
    END LOOP;
END $$;

-- What there was to be seen of two records when somebody asked to merge or split them.
CREATE FUNCTION ruv.merge_fingerprint(one bigint, other bigint) RETURNS text
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

-- Waits for whoever writes under one of two persons now, then keeps every other writer out until the end. Whoever
-- comes next finds a version or a key that is no longer there, and reads again. Rows that writers lock first come first.
CREATE FUNCTION ruv.hold_persons(one bigint, other bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM public.placement l WHERE l.victim_id IN (one, other) ORDER BY l.id FOR UPDATE;
    PERFORM FROM public.referral r WHERE r.victim_id IN (one, other) ORDER BY r.id FOR UPDATE;
    PERFORM FROM public.plan p WHERE p.victim_id IN (one, other) ORDER BY p.id FOR UPDATE;
    PERFORM FROM public.compartment_head h WHERE h.victim_id IN (one, other)
    ORDER BY h.record_id, h.compartment FOR UPDATE;
    PERFORM FROM public.trafficking_case c WHERE c.victim_id IN (one, other) ORDER BY c.id FOR UPDATE;
    PERFORM pg_advisory_xact_lock(least(one, other));
    PERFORM pg_advisory_xact_lock(greatest(one, other));
    PERFORM FROM public.victim v WHERE v.person_id IN (one, other) ORDER BY v.id FOR UPDATE;
END $$;

-- RM001: changed since it was asked; RM002: both are taken in somewhere; RM003: not two persons, or entangled.
CREATE FUNCTION ruv.merge_records(command bigint) RETURNS void
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

-- The record leaves with what was merged into it before, and with all that was written under its cases since.
CREATE FUNCTION ruv.split_records(command bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me ruv.actor := ruv.context();
    asked public.command_request;
BEGIN
    IF NOT ruv.two_agreed(command, 'SEPARACION') THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    SELECT * INTO asked FROM public.command_request c WHERE c.id = command;
    PERFORM ruv.hold_persons(asked.victim_id, asked.other_id);
    IF asked.fingerprint <> ruv.merge_fingerprint(asked.victim_id, asked.other_id) THEN
        RAISE EXCEPTION 'changed since it was asked' USING ERRCODE = 'RM001';
    END IF;
    UPDATE public.record_merge m SET split_command_id = command, split_at = now(), split_by = me.user_id,
        split_unit_id = me.unit_id
    WHERE m.absorbed_id = asked.other_id AND m.kept_id = asked.victim_id AND m.split_at IS NULL
      AND EXISTS (SELECT FROM public.victim v WHERE v.id = asked.victim_id AND v.merged_into IS NULL);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not merged directly' USING ERRCODE = 'RM003';
    END IF;
    WITH RECURSIVE leaving(id) AS (
        SELECT asked.other_id
        UNION SELECT m.absorbed_id FROM public.record_merge m JOIN leaving l ON m.kept_id = l.id WHERE m.split_at IS NULL)
    UPDATE public.victim v SET merged_into = nullif(asked.other_id, v.id) FROM leaving l WHERE v.id = l.id;
    PERFORM ruv.settle_persons(ARRAY[asked.victim_id, asked.other_id]);
END $$;

-- As before; and who was told that two are one, or are not, finds it done.
CREATE OR REPLACE FUNCTION ruv.check_executed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT (CASE NEW.kind
        WHEN 'DESCARTE' THEN EXISTS (SELECT FROM public.case_transition t
                                     WHERE t.case_id = NEW.case_id AND t.to_state = 'DESCARTADA' AND t.at = now())
        WHEN 'FUSION' THEN EXISTS (SELECT FROM public.record_merge m WHERE m.command_id = NEW.id)
        ELSE EXISTS (SELECT FROM public.record_merge m WHERE m.split_command_id = NEW.id) END) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN NULL;
END $$;

DO $$
DECLARE
    f text;
BEGIN
    FOREACH f IN ARRAY ARRAY['record_of_case(bigint)', 'head_units(bigint)', 'version_units(bigint, bigint, text)',
        'arrange_cases(bigint)', 'pass_the_lead()', 'settle_persons(bigint[])', 'merge_fingerprint(bigint, bigint)',
        'hold_persons(bigint, bigint)', 'merge_records(bigint)', 'split_records(bigint)'] LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION ruv.%s FROM PUBLIC', f);
    END LOOP;
    FOREACH f IN ARRAY ARRAY['record_of_case(bigint)', 'head_units(bigint)', 'version_units(bigint, bigint, text)',
        'merge_fingerprint(bigint, bigint)', 'merge_records(bigint)', 'split_records(bigint)'] LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION ruv.%s TO ruv_app', f);
    END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION ruv.pass_the_lead() TO ruv_owner;
RESET ROLE;

CREATE TRIGGER trafficking_case_lead AFTER UPDATE OF state ON trafficking_case
    FOR EACH ROW WHEN (NEW.state IN ('CERRADO', 'DESCARTADA') AND OLD.state NOT IN ('CERRADO', 'DESCARTADA'))
    EXECUTE FUNCTION ruv.pass_the_lead();

SET ROLE ruv_guard;
REVOKE EXECUTE ON FUNCTION ruv.pass_the_lead() FROM ruv_owner;
RESET ROLE;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;

-- Reach ----------------------------------------------------------------------------------------------------

GRANT SELECT (record_id) ON victim_blob TO ruv_guard;
GRANT SELECT (id, victim_id) ON plan TO ruv_guard;
GRANT UPDATE (merged_into) ON victim TO ruv_guard;
GRANT UPDATE (victim_id, record_id) ON profile TO ruv_guard;
GRANT UPDATE (parallel_to) ON trafficking_case TO ruv_guard;
-- Row locks ask for the right to change something of the row.
GRANT UPDATE (version) ON compartment_head, referral, plan TO ruv_guard;
GRANT SELECT, INSERT, UPDATE ON record_merge TO ruv_guard;
GRANT SELECT (record_id) ON victim_blob, compartment_head TO ruv_app;
CREATE POLICY guard ON plan TO ruv_guard USING (true);

ALTER TABLE record_merge ENABLE ROW LEVEL SECURITY;
ALTER TABLE record_merge FORCE ROW LEVEL SECURITY;
CREATE POLICY guard ON record_merge TO ruv_guard USING (true);

-- A merged record shows with its person; nothing is registered as part of another, and no case beside an open one.
ALTER POLICY scope ON victim USING (EXISTS (SELECT FROM participation p WHERE p.victim_id = victim.person_id));
ALTER POLICY register ON victim WITH CHECK (
    registered_unit_id = (SELECT (ruv.context()).unit_id) AND registered_by = (SELECT (ruv.context()).user_id)
    AND registered_at = now() AND merged_into IS NULL AND (SELECT ruv.permits('victims:register'))
);
ALTER POLICY register ON victim_token WITH CHECK (
    EXISTS (SELECT FROM victim v WHERE v.id = victim_token.victim_id)
    AND 'identity' = ANY ((SELECT ruv.written())::text[])
);
ALTER POLICY open_case ON trafficking_case WITH CHECK (
    opened_unit_id = (SELECT (ruv.context()).unit_id) AND opened_by = (SELECT (ruv.context()).user_id)
    AND opened_at = now() AND parallel_to IS NULL AND (SELECT ruv.permits('victims:register'))
    AND (ruv.is_new_victim(victim_id)
         OR EXISTS (SELECT FROM participation p WHERE p.victim_id = trafficking_case.victim_id
                    AND p.compartments IS NULL))  -- whoever registers sees all its role may: no way around a narrowed part
);
ALTER POLICY fill ON profile WITH CHECK (
    record_id IS NULL AND 'identity' = ANY ((SELECT ruv.written())::text[])
    AND (EXISTS (SELECT FROM participation p WHERE p.victim_id = profile.victim_id
                 AND (p.compartments IS NULL OR 'identity' = ANY (p.compartments)))
         OR ruv.is_new_victim(victim_id))
);
