-- Takes back 0005_records.sql. Not while records are merged: whom a row belonged to before would be lost.
ALTER TABLE victim NO FORCE ROW LEVEL SECURITY;
DO $$
BEGIN
    IF EXISTS (SELECT FROM victim v WHERE v.merged_into IS NOT NULL) THEN
        RAISE EXCEPTION 'Hay registros unidos: sepárelos antes de volver a la versión anterior.';
    END IF;
END $$;
ALTER TABLE victim FORCE ROW LEVEL SECURITY;

ALTER POLICY scope ON victim USING (EXISTS (SELECT FROM participation p WHERE p.victim_id = victim.id));
ALTER POLICY register ON victim WITH CHECK (
    registered_unit_id = (SELECT (ruv.context()).unit_id) AND registered_by = (SELECT (ruv.context()).user_id)
    AND registered_at = now() AND (SELECT ruv.permits('victims:register'))
);
ALTER POLICY register ON victim_token WITH CHECK (
    EXISTS (SELECT FROM participation p WHERE p.victim_id = victim_token.victim_id)
    AND 'identity' = ANY ((SELECT ruv.written())::text[])
);
ALTER POLICY open_case ON trafficking_case WITH CHECK (
    opened_unit_id = (SELECT (ruv.context()).unit_id) AND opened_by = (SELECT (ruv.context()).user_id)
    AND opened_at = now() AND (SELECT ruv.permits('victims:register'))
    AND (ruv.is_new_victim(victim_id)
         OR EXISTS (SELECT FROM participation p WHERE p.victim_id = trafficking_case.victim_id
                    AND p.compartments IS NULL))
);
ALTER POLICY fill ON profile WITH CHECK (
    'identity' = ANY ((SELECT ruv.written())::text[])
    AND (EXISTS (SELECT FROM participation p WHERE p.victim_id = profile.victim_id
                 AND (p.compartments IS NULL OR 'identity' = ANY (p.compartments)))
         OR ruv.is_new_victim(victim_id))
);
DROP POLICY guard ON plan;
REVOKE SELECT (record_id) ON victim_blob, compartment_head FROM ruv_app;
REVOKE UPDATE (version) ON compartment_head, referral, plan FROM ruv_guard;
REVOKE UPDATE (parallel_to) ON trafficking_case FROM ruv_guard;
REVOKE UPDATE (victim_id, record_id) ON profile FROM ruv_guard;
REVOKE UPDATE (merged_into) ON victim FROM ruv_guard;
REVOKE SELECT (id, victim_id) ON plan FROM ruv_guard;
REVOKE SELECT (record_id) ON victim_blob FROM ruv_guard;
DROP TRIGGER trafficking_case_lead ON trafficking_case;

GRANT CREATE ON SCHEMA ruv TO ruv_guard;
SET ROLE ruv_guard;
DROP FUNCTION ruv.record_of_case(bigint), ruv.arrange_cases(bigint), ruv.pass_the_lead(), ruv.settle_persons(bigint[]),
    ruv.merge_fingerprint(bigint, bigint), ruv.hold_persons(bigint, bigint), ruv.merge_records(bigint),
    ruv.split_records(bigint), ruv.head_units(bigint), ruv.version_units(bigint, bigint, text);

CREATE OR REPLACE FUNCTION ruv.person_of_record(record bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT v.id FROM public.victim v WHERE v.id = record
$$;

CREATE OR REPLACE FUNCTION ruv.code_of_record(record bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT vc.code FROM public.victim_code vc WHERE vc.victim_id = record
$$;

CREATE OR REPLACE FUNCTION ruv.record_of_code(wanted text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT vc.victim_id FROM public.victim_code vc WHERE vc.code = wanted
$$;

CREATE OR REPLACE FUNCTION ruv.check_executed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.kind = 'DESCARTE' AND NOT EXISTS (
        SELECT FROM public.case_transition t WHERE t.case_id = NEW.case_id AND t.to_state = 'DESCARTADA'
        AND t.at = now()) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION ruv.probe(tokens bigint[])
RETURNS TABLE (victim_id bigint, code text, unit_name text, in_scope boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT ruv.permits('victims:register') THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
        SELECT DISTINCT ON (t.victim_id) CASE WHEN mine.it THEN t.victim_id END, CASE WHEN mine.it THEN vc.code END,
               un.name, mine.it
        FROM public.victim_token t
        JOIN public.victim v ON v.id = t.victim_id
        JOIN public.victim_code vc ON vc.victim_id = t.victim_id
        JOIN public.unit un ON un.id = v.registered_unit_id
        CROSS JOIN LATERAL (SELECT EXISTS (
            SELECT FROM public.trafficking_case c
            WHERE c.victim_id = t.victim_id AND ruv.case_in_scope(c.id, c.victim_id)) AS it) mine
        WHERE t.token = ANY (tokens);
END $$;

CREATE FUNCTION ruv.head_units(victim bigint) RETURNS TABLE (compartment text, unit_name text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    listed text[] := ruv.listed_of(victim);
    shows boolean := ruv.shows_shelters();
    own bigint := (ruv.context()).unit_id;
BEGIN
    RETURN QUERY
        SELECT h.compartment, CASE WHEN shows OR u.id = own OR u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT')
                                   THEN u.name ELSE 'Centro de acogida (reservado)' END
        FROM public.compartment_head h JOIN public.unit u ON u.id = h.unit_id
        WHERE h.victim_id = victim AND h.compartment = ANY (listed);
END $$;

CREATE FUNCTION ruv.version_units(victim bigint, wanted text) RETURNS TABLE (version bigint, unit_name text)
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
            WHERE b.victim_id = victim AND b.compartment = wanted;
    END IF;
END $$;

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
        SELECT e.id, e.at, e.action, e.outcome, body.it #>> '{actor,role}', body.it ->> 'purpose',
               ARRAY(SELECT n FROM unnest(named.them) AS n WHERE n = ANY (listed)),
               CASE WHEN shows OR u.id = own OR u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT')
                    THEN u.name WHEN u.id IS NOT NULL THEN 'Centro de acogida (reservado)' END,
               CASE WHEN body.it ->> 'victim' = victim::text AND body.it ->> 'action' = e.action
                     AND body.it ->> 'outcome' = e.outcome
                     AND body.it #>> '{actor,unit}' = coalesce(e.unit_id, 0)::text
                    THEN sha256(e.salt || convert_to(e.event, 'UTF8')) END,
               e.mac
        FROM public.audit_event e
        LEFT JOIN public.unit u ON u.id = e.unit_id
        CROSS JOIN LATERAL (SELECT e.event::json AS it) body
        CROSS JOIN LATERAL (SELECT ARRAY(SELECT json_array_elements_text(body.it -> 'compartments')) AS them) named
        WHERE e.victim_id = victim AND (before IS NULL OR e.id < before)
          AND (named.them = '{}' OR 'coordination' = ANY (named.them) OR named.them && listed)
          AND (e.action NOT LIKE 'plans.%' OR 'plan' = ANY (listed))
        ORDER BY e.id DESC LIMIT most;
END $$;

CREATE OR REPLACE FUNCTION ruv.population_bits(victim bigint) RETURNS smallint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT (1
        | CASE WHEN coalesce((SELECT coalesce(f.age_min, f.age_years) >= 18 FROM public.profile f
                              WHERE f.victim_id = victim), false) THEN 0 ELSE 2 END
        | CASE WHEN EXISTS (SELECT FROM public.profile f WHERE f.victim_id = victim AND f.nationality <> 'PE')
                 OR EXISTS (SELECT FROM public.exploitation e WHERE e.victim_id = victim
                            AND e.country_of_exploitation <> 'PE') THEN 4 ELSE 0 END)::smallint
$$;

REVOKE ALL ON FUNCTION ruv.probe(bigint[]), ruv.head_units(bigint), ruv.version_units(bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ruv.probe(bigint[]), ruv.head_units(bigint), ruv.version_units(bigint, text)
    TO ruv_app, ruv_guard;
RESET ROLE;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;

DROP TABLE record_merge;
ALTER TABLE profile DROP COLUMN record_id;
DROP INDEX uq_trafficking_case_open;
ALTER TABLE trafficking_case DROP COLUMN parallel_to;
CREATE UNIQUE INDEX uq_trafficking_case_open ON trafficking_case (victim_id) WHERE state NOT IN ('CERRADO', 'DESCARTADA');
ALTER TABLE exploitation DROP CONSTRAINT fk_exploitation_case_id_victim_id_trafficking_case,
    ADD CONSTRAINT fk_exploitation_case_id_victim_id_trafficking_case FOREIGN KEY(case_id, victim_id) REFERENCES trafficking_case (id, victim_id);
ALTER TABLE case_transition DROP CONSTRAINT fk_case_transition_case_id_victim_id_trafficking_case,
    ADD CONSTRAINT fk_case_transition_case_id_victim_id_trafficking_case FOREIGN KEY(case_id, victim_id) REFERENCES trafficking_case (id, victim_id);
ALTER TABLE participation DROP CONSTRAINT fk_participation_case_id_victim_id_trafficking_case,
    ADD CONSTRAINT fk_participation_case_id_victim_id_trafficking_case FOREIGN KEY(case_id, victim_id) REFERENCES trafficking_case (id, victim_id);
ALTER TABLE assignment DROP CONSTRAINT fk_assignment_case_id_victim_id_trafficking_case,
    ADD CONSTRAINT fk_assignment_case_id_victim_id_trafficking_case FOREIGN KEY(case_id, victim_id) REFERENCES trafficking_case (id, victim_id);
ALTER TABLE referral DROP CONSTRAINT fk_referral_case_id_victim_id_trafficking_case,
    ADD CONSTRAINT fk_referral_case_id_victim_id_trafficking_case FOREIGN KEY(case_id, victim_id) REFERENCES trafficking_case (id, victim_id);
ALTER TABLE placement DROP CONSTRAINT fk_placement_case_id_victim_id_trafficking_case,
    ADD CONSTRAINT fk_placement_case_id_victim_id_trafficking_case FOREIGN KEY(case_id, victim_id) REFERENCES trafficking_case (id, victim_id);
ALTER TABLE plan DROP CONSTRAINT fk_plan_case_id_victim_id_trafficking_case,
    ADD CONSTRAINT fk_plan_case_id_victim_id_trafficking_case FOREIGN KEY(case_id, victim_id) REFERENCES trafficking_case (id, victim_id);
ALTER TABLE plan_objective DROP CONSTRAINT fk_plan_objective_plan_id_victim_id_plan,
    ADD CONSTRAINT fk_plan_objective_plan_id_victim_id_plan FOREIGN KEY(plan_id, victim_id) REFERENCES plan (id, victim_id);
ALTER TABLE plan_signature DROP CONSTRAINT fk_plan_signature_plan_id_victim_id_plan,
    ADD CONSTRAINT fk_plan_signature_plan_id_victim_id_plan FOREIGN KEY(plan_id, victim_id) REFERENCES plan (id, victim_id);
ALTER TABLE plan_version DROP CONSTRAINT fk_plan_version_plan_id_victim_id_plan,
    ADD CONSTRAINT fk_plan_version_plan_id_victim_id_plan FOREIGN KEY(plan_id, victim_id) REFERENCES plan (id, victim_id);
ALTER TABLE plan_activity DROP CONSTRAINT fk_plan_activity_plan_id_victim_id_plan,
    ADD CONSTRAINT fk_plan_activity_plan_id_victim_id_plan FOREIGN KEY(plan_id, victim_id) REFERENCES plan (id, victim_id);
ALTER TABLE plan_activity DROP CONSTRAINT fk_plan_activity_objective_id_victim_id_plan_objective,
    ADD CONSTRAINT fk_plan_activity_objective_id_victim_id_plan_objective FOREIGN KEY(objective_id, victim_id) REFERENCES plan_objective (id, victim_id);
ALTER TABLE progress_note DROP CONSTRAINT fk_progress_note_activity_id_victim_id_plan_activity,
    ADD CONSTRAINT fk_progress_note_activity_id_victim_id_plan_activity FOREIGN KEY(activity_id, victim_id) REFERENCES plan_activity (id, victim_id);
ALTER TABLE victim_key DROP CONSTRAINT pk_victim_key,
    ADD CONSTRAINT pk_victim_key PRIMARY KEY (victim_id, compartment, version);
ALTER TABLE victim_blob DROP CONSTRAINT uq_victim_blob_victim_id_compartment_record_id_version,
    ADD CONSTRAINT uq_victim_blob_victim_id_compartment_version UNIQUE (victim_id, compartment, version);
ALTER TABLE compartment_head DROP CONSTRAINT pk_compartment_head,
    ADD CONSTRAINT pk_compartment_head PRIMARY KEY (victim_id, compartment);
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['victim_code', 'compartment_head', 'victim_blob', 'victim_key', 'trafficking_case'] LOOP
        EXECUTE format('ALTER TABLE %1$I DROP COLUMN record_id,'
                       ' ADD CONSTRAINT fk_%1$s_victim_id_victim FOREIGN KEY(victim_id) REFERENCES victim (id)', t);
    END LOOP;
END $$;
ALTER TABLE victim DROP COLUMN person_id, DROP COLUMN merged_into;
