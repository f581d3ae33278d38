-- Mandates: on what basis a unit is added to a case, what that opens, and what ends it. Runs as ruv_owner.
--
-- The table is a copy of the data of the application, as role_grant is: `ruv db migrate` writes it, row-level security
-- reads it. What a mandate opened is what it says, less what she objects to unless its law overrides that; it ends with
-- the stay, the measure or the consent it rests on.

CREATE TABLE mandate (
    code TEXT NOT NULL,
    unit_kinds TEXT[] NOT NULL,
    population TEXT NOT NULL,
    added_by TEXT[] NOT NULL,
    compartments TEXT[] NOT NULL,
    whole BOOLEAN NOT NULL,
    beyond TEXT[] NOT NULL,
    needs_consent BOOLEAN NOT NULL,
    overrides BOOLEAN NOT NULL,
    ends_with TEXT NOT NULL,
    CONSTRAINT pk_mandate PRIMARY KEY (code),
    CONSTRAINT ck_mandate_population CHECK (population IN ('NNA', 'ADULTA', 'CUALQUIERA')),
    CONSTRAINT ck_mandate_ends_with CHECK (ends_with IN ('CASO', 'ESTANCIA', 'MEDIDA', 'CONSENTIMIENTO'))
);

ALTER TABLE participation ADD COLUMN mandate TEXT, ADD COLUMN sealed BYTEA, ADD COLUMN key_version BIGINT,
    ADD COLUMN consent_id BIGINT, ADD COLUMN measure_id BIGINT;
-- Deferred: a merge of persons moves the part before what it rests on.
ALTER TABLE participation
    ADD CONSTRAINT fk_participation_consent_id_victim_id_consent FOREIGN KEY (consent_id, victim_id)
        REFERENCES consent (id, victim_id) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT fk_participation_measure_id_victim_id_protection_measure FOREIGN KEY (measure_id, victim_id)
        REFERENCES protection_measure (id, victim_id) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED;
-- A unit may be added on two bases, each with what it opens and what ends it.
DROP INDEX uq_participation_open;
CREATE UNIQUE INDEX uq_participation_open ON participation (case_id, victim_id, unit_id, basis, mandate)
    NULLS NOT DISTINCT WHERE ended_at IS NULL AND basis <> 'DERIVACION';
CREATE INDEX ix_participation_consent_id ON participation (consent_id) WHERE consent_id IS NOT NULL;
CREATE INDEX ix_participation_measure_id ON participation (measure_id) WHERE measure_id IS NOT NULL;

-- `recalled`: the consulate that was asked may not know of it any more.
ALTER TABLE referral ADD COLUMN recalled BOOLEAN DEFAULT false NOT NULL;

GRANT SELECT ON mandate TO ruv_guard;
GRANT SELECT (case_id) ON protection_measure TO ruv_guard;
GRANT SELECT (state) ON plan TO ruv_guard;
GRANT UPDATE (recalled) ON referral TO ruv_guard;
GRANT CREATE ON SCHEMA ruv TO ruv_guard;
SET ROLE ruv_guard;

-- She counts as a child or adolescent today; in doubt she does. As `presumed_child` of the application.
CREATE FUNCTION ruv.presumed_child(victim bigint, kase bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((
        SELECT coalesce(f.age_min, f.age_years) + greatest(extract(year FROM age(
                   (now() AT TIME ZONE 'America/Lima')::date::timestamp, c.first_identified_on::timestamp)), 0) < 18
        FROM public.profile f JOIN public.trafficking_case c ON c.victim_id = f.victim_id
        WHERE f.victim_id = victim AND c.id = kase), true)
$$;

-- Compartments of these that she does not want this unit to have: by an objection in force, or by a consent that named
-- it, or one like it of its institution, and was withdrawn or narrowed, where none in force covers them. For who adds
-- units to the case or refers her.
CREATE FUNCTION ruv.refused_parts(kase bigint, victim bigint, receiver bigint, wanted text[]) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT (ruv.permits('participations:add') OR ruv.permits('referrals:send')) OR NOT ruv.case_in_scope(kase, victim) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN ARRAY(
        SELECT w.name FROM unnest(wanted) AS w(name)
        WHERE EXISTS (
                SELECT FROM public.objection o JOIN public.unit u ON u.id = receiver
                WHERE o.victim_id = victim AND o.lifted_at IS NULL AND w.name = ANY (o.compartments)
                  AND (o.to_institutions IS NULL OR u.institution_id = ANY (o.to_institutions)))
           OR EXISTS (
                SELECT FROM public.consent c JOIN public.consent_event e ON e.consent_id = c.id
                JOIN public.unit u ON u.id = receiver
                JOIN public.unit alike ON alike.institution_id = u.institution_id AND alike.kind = u.kind
                WHERE c.victim_id = victim AND w.name = ANY (c.compartments) AND e.kind IN ('RETIRADO', 'REEMPLAZADO')
                  AND ruv.consent_names(c, alike.id))
              AND NOT EXISTS (
                SELECT FROM public.consent c
                WHERE c.victim_id = victim AND w.name = ANY (c.compartments) AND ruv.consent_names(c, receiver)
                  AND coalesce(c.valid_until >= (now() AT TIME ZONE 'America/Lima')::date, true)
                  AND NOT EXISTS (SELECT FROM public.consent_event e WHERE e.consent_id = c.id))
        ORDER BY w.name);
END $$;

-- Of these compartments, what a referral on this legal basis may not share: what she refused, unless the basis is her
-- consent (which has its own rule), her life, or a child's interest, or a law that overrides her opens it to such a unit.
CREATE FUNCTION ruv.referral_refused(legal_basis text, kase bigint, victim bigint, receiver bigint, wanted text[])
RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN legal_basis IN ('CONSENTIMIENTO', 'ASENTIMIENTO', 'INTERES_VITAL')
                     OR legal_basis = 'INTERES_SUPERIOR' AND ruv.presumed_child(victim, kase) THEN '{}'::text[]
        ELSE ARRAY(
            SELECT r.name FROM unnest(ruv.refused_parts(kase, victim, receiver, wanted)) AS r(name)
            WHERE NOT EXISTS (
                SELECT FROM public.mandate m JOIN public.unit u ON u.id = receiver
                WHERE m.overrides AND u.kind = ANY (m.unit_kinds) AND r.name = ANY (m.compartments)
                  AND (m.population <> 'NNA' OR ruv.population_bits(victim) & 2 <> 0))
            ORDER BY r.name) END
$$;

-- What stands against adding a unit on this mandate; null where nothing does. `beyond` is what the law opens to the unit
-- whoever adds it; of the rest nobody gives more than it sees.
CREATE FUNCTION ruv.mandate_bars(mandate text, kase bigint, victim bigint, receiver bigint, shared text[], consent bigint,
    measure bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    rule public.mandate;
    giver text := (SELECT u.kind FROM public.unit u WHERE u.id = (ruv.context()).unit_id);
    from_giver text[];
BEGIN
    SELECT m.* INTO rule FROM public.mandate m
    WHERE m.code = mandate_bars.mandate
      AND (SELECT u.kind FROM public.unit u WHERE u.id = receiver) = ANY (m.unit_kinds);
    shared := CASE WHEN shared IS NULL AND rule.whole THEN rule.compartments ELSE shared END;
    from_giver := ARRAY(SELECT unnest(shared) EXCEPT SELECT unnest(rule.beyond));
    RETURN CASE
        WHEN rule.code IS NULL THEN 'KIND'
        WHEN NOT coalesce(giver = ANY (rule.added_by), false) THEN 'GIVER'
        WHEN rule.population = 'NNA' AND ruv.population_bits(victim) & 2 = 0
             OR rule.population = 'ADULTA' AND ruv.presumed_child(victim, kase) THEN 'POPULATION'
        WHEN coalesce(cardinality(shared), 0) = 0 OR NOT shared <@ rule.compartments THEN 'COMPARTMENTS'
        WHEN NOT from_giver <@ coalesce(ruv.opened(), '{}') OR NOT ruv.may_give(victim, from_giver) THEN 'BEYOND'
        WHEN rule.needs_consent <> (consent IS NOT NULL)
             OR consent IS NOT NULL AND ruv.consent_covers(consent, victim, kase, receiver, shared) <> 'COVERS'
             THEN 'CONSENT'
        WHEN (rule.ends_with = 'MEDIDA') <> (measure IS NOT NULL)
             OR measure IS NOT NULL AND NOT EXISTS (
                SELECT FROM public.protection_measure m WHERE m.id = measure AND m.victim_id = victim
                  AND m.case_id = kase AND m.state = 'VIGENTE') THEN 'MEASURE'
        WHEN NOT rule.overrides AND cardinality(ruv.refused_parts(kase, victim, receiver, shared)) > 0 THEN 'REFUSED'
        END;
END $$;

-- Ends parts in a case, and their units' charges where they have no other part in it. The last part of a case stays,
-- unless it may not: nobody would be left with her.
CREATE FUNCTION ruv.end_parts(parts bigint[], even_last boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    part record;
BEGIN
    FOR part IN SELECT p.* FROM public.participation p WHERE p.id = ANY (parts) AND p.ended_at IS NULL
                ORDER BY p.case_id, p.id LOOP
        PERFORM pg_advisory_xact_lock(hashtextextended('ruv.case:' || part.case_id, 0));
        CONTINUE WHEN NOT even_last AND NOT EXISTS (
            SELECT FROM public.participation o WHERE o.case_id = part.case_id AND o.victim_id = part.victim_id
            AND o.id <> part.id AND o.ended_at IS NULL);
        UPDATE public.participation p SET ended_at = now() WHERE p.id = part.id AND p.ended_at IS NULL;
        UPDATE public.assignment a SET ended_at = now()
        WHERE a.case_id = part.case_id AND a.victim_id = part.victim_id AND a.unit_id = part.unit_id
          AND a.ended_at IS NULL
          AND NOT EXISTS (SELECT FROM public.participation o WHERE o.case_id = part.case_id
                          AND o.victim_id = part.victim_id AND o.unit_id = part.unit_id AND o.ended_at IS NULL);
    END LOOP;
END $$;

-- The mandate of a unit that housed her is over once she does not live there. While it answers for her living plan it goes
-- on with what following her up takes, and no more: a plan is never left with a unit that cannot see it.
CREATE FUNCTION ruv.end_stay_mandates(kase bigint, victim bigint, unit bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    follow_up CONSTANT text[] := '{identity,contact,protection,plan,services,satisfaction,outcome}';
    parts bigint[] := ARRAY(
        SELECT p.id FROM public.participation p JOIN public.mandate m ON m.code = p.mandate
        WHERE p.case_id = kase AND p.victim_id = victim AND p.unit_id = unit AND p.ended_at IS NULL
          AND m.ends_with = 'ESTANCIA' AND NOT p.housed);
BEGIN
    IF EXISTS (SELECT FROM public.plan n WHERE n.case_id = kase AND n.victim_id = victim AND n.unit_id = unit
               AND n.state NOT IN ('CUMPLIDO', 'CERRADO_SIN_CUMPLIR')) THEN
        UPDATE public.participation p
        SET compartments = ARRAY(SELECT n.name FROM unnest(p.compartments) AS n(name) WHERE n.name = ANY (follow_up)),
            given = ARRAY(SELECT n.name FROM unnest(p.given) AS n(name) WHERE n.name = ANY (follow_up))
        WHERE p.id = ANY (parts);
    ELSE
        PERFORM ruv.end_parts(parts, false);
    END IF;
END $$;

CREATE FUNCTION ruv.end_with_stay() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM ruv.end_stay_mandates(OLD.case_id, NEW.victim_id, OLD.unit_id);
    RETURN NULL;
END $$;

-- A measure that goes on as another carries the mandate with it; one that is over ends it.
CREATE FUNCTION ruv.end_with_measure() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE public.participation p SET measure_id = NEW.id
        WHERE p.measure_id = NEW.extends_id AND p.victim_id = NEW.victim_id AND p.ended_at IS NULL
          AND NEW.state = 'VIGENTE';
    ELSE
        PERFORM ruv.end_parts(ARRAY(
            SELECT p.id FROM public.participation p WHERE p.measure_id = NEW.id AND p.ended_at IS NULL), false);
    END IF;
    RETURN NULL;
END $$;

-- A consent ends, and with it the parts that rest on it; what a newer version of it covers goes on under that one.
CREATE FUNCTION ruv.end_with_consent() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.kind = 'REEMPLAZADO' THEN
        UPDATE public.participation p SET consent_id = c.id FROM public.consent c
        WHERE c.replaces_id = NEW.consent_id AND c.victim_id = NEW.victim_id AND p.consent_id = NEW.consent_id
          AND p.ended_at IS NULL AND coalesce(p.given, p.compartments) <@ c.compartments
          AND ruv.consent_names(c, p.unit_id);
    END IF;
    PERFORM ruv.end_parts(ARRAY(
        SELECT p.id FROM public.participation p WHERE p.consent_id = NEW.consent_id AND p.ended_at IS NULL), false);
    RETURN NULL;
END $$;

-- What stays when a consent ends: every other share of the case with another unit, and on what it rests. For who keeps
-- the ledger.
CREATE FUNCTION ruv.other_shares(consent bigint)
RETURNS TABLE (basis text, mandate text, referral_code text, referral_state text, legal_basis text, compartments text[],
    unit_code text, unit_name text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    shows boolean := ruv.shows_shelters();
    own bigint := (ruv.context()).unit_id;
BEGIN
    IF ruv.reads_consent(consent) THEN
        RETURN QUERY
            SELECT p.basis, p.mandate, r.code, r.state, r.legal_basis, p.compartments,
                   CASE WHEN visible.it THEN u.code END,
                   CASE WHEN visible.it THEN u.name ELSE 'Centro de acogida (reservado)' END
            FROM public.participation p
            JOIN public.consent c ON c.case_id = p.case_id AND c.victim_id = p.victim_id
            JOIN public.unit u ON u.id = p.unit_id
            LEFT JOIN public.referral r ON r.id = p.referral_id AND r.victim_id = p.victim_id
            CROSS JOIN LATERAL (SELECT shows OR u.id = own OR u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT') AS it) visible
            WHERE c.id = other_shares.consent AND p.ended_at IS NULL AND p.basis <> 'REGISTRO'
              AND r.consent_id IS DISTINCT FROM c.id
            ORDER BY p.started_at, p.id;
    END IF;
END $$;

-- Who is told that a unit was added to a case: the data protection officers of the institution that answers for her
-- (whose unit has been in the case longest, first of all the one that registered it), or, where it named none, those of
-- the institution that keeps the register.
CREATE FUNCTION ruv.protection_officers(kase bigint) RETURNS TABLE (unit_id bigint, user_id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    answers bigint := (
        SELECT u.institution_id FROM public.participation p JOIN public.unit u ON u.id = p.unit_id
        WHERE p.case_id = kase AND p.ended_at IS NULL ORDER BY p.basis <> 'REGISTRO', p.started_at, p.id LIMIT 1);
    named boolean := EXISTS (SELECT FROM public.user_account a WHERE a.institution_id = answers
                             AND a.role = 'data_protection_officer' AND a.disabled_at IS NULL);
BEGIN
    IF NOT ruv.permits('participations:add') OR NOT EXISTS (
        SELECT FROM public.trafficking_case c WHERE c.id = kase AND ruv.case_in_scope(c.id, c.victim_id)) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
        SELECT a.unit_id, a.id FROM public.user_account a
        WHERE a.role = 'data_protection_officer' AND a.disabled_at IS NULL
          AND CASE WHEN named THEN a.institution_id = answers
                   ELSE EXISTS (SELECT FROM public.unit k WHERE k.institution_id = a.institution_id AND k.kind = 'CENTRAL')
              END
        ORDER BY a.id;
END $$;

-- Asylum -------------------------------------------------------------------------------------------------------

CREATE FUNCTION ruv.seeks_asylum(victim bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((
        SELECT s.to_state = 'REFUGIO_SOLICITADO' FROM public.protection_step s
        WHERE s.victim_id = victim AND (s.to_state = 'REFUGIO_SOLICITADO' OR s.reason = 'DESISTE_REFUGIO')
        ORDER BY s.at DESC, s.id DESC LIMIT 1), false)
$$;

-- A consulate hears of nobody who seeks asylum (Ley 27891), whoever would tell it and whatever that one sees (RC001); and
-- of no adult who did not agree to it (RC002). A trigger, as nobody may ask the question by itself.
CREATE OR REPLACE FUNCTION ruv.keep_from_consulates() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    receiver bigint;
    basis text;
BEGIN
    IF TG_TABLE_NAME = 'referral' THEN
        receiver := NEW.to_unit_id;
        basis := NEW.legal_basis;
    ELSE
        receiver := NEW.unit_id;
        basis := CASE WHEN NEW.basis = 'DERIVACION' THEN coalesce(
            (SELECT r.legal_basis FROM public.referral r WHERE r.id = NEW.referral_id AND r.victim_id = NEW.victim_id), '')
            END;
    END IF;
    IF EXISTS (SELECT FROM public.unit u WHERE u.id = receiver AND u.kind = 'CONSULADO') THEN
        -- Whoever records that she asks for asylum waits for who tells a consulate now, and the other way round.
        PERFORM pg_advisory_xact_lock(hashtextextended('ruv.asylum:' || NEW.victim_id, 0));
        IF ruv.seeks_asylum(NEW.victim_id) THEN
            RAISE EXCEPTION 'kept from consulates' USING ERRCODE = 'RC001';
        END IF;
        IF basis IS NOT NULL AND basis <> 'CONSENTIMIENTO' AND NOT ruv.presumed_child(NEW.victim_id, NEW.case_id) THEN
            RAISE EXCEPTION 'an adult who did not agree' USING ERRCODE = 'RC002';
        END IF;
    END IF;
    RETURN NEW;
END $$;

-- She seeks asylum: every consulate's part in her cases ends, what it was asked is withdrawn, and it sees none of it.
CREATE FUNCTION ruv.recall_from_consulates(person bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    consulates bigint[] := ARRAY(SELECT u.id FROM public.unit u WHERE u.kind = 'CONSULADO');
BEGIN
    UPDATE public.clock k SET state = 'ANULADO', next_at = NULL FROM public.referral r
    WHERE r.victim_id = person AND r.to_unit_id = ANY (consulates) AND k.subject_table = 'referral' AND k.row_id = r.id
      AND k.victim_id = person AND k.state IN ('CORRIENDO', 'VENCIDO');
    UPDATE public.referral r
    SET recalled = true, version = r.version + 1,
        state = CASE WHEN r.state IN ('ENVIADA', 'VENCIDA') THEN 'RETIRADA'
                     WHEN r.state IN ('ACEPTADA', 'ACEPTADA_CON_CONDICIONES', 'EN_CURSO') THEN 'INTERRUMPIDA'
                     ELSE r.state END,
        ended_at = coalesce(r.ended_at, now()), result = coalesce(r.result, 'YA_NO_CORRESPONDE')
    WHERE r.victim_id = person AND r.to_unit_id = ANY (consulates) AND NOT r.recalled;
    PERFORM ruv.end_parts(ARRAY(
        SELECT p.id FROM public.participation p
        WHERE p.victim_id = person AND p.unit_id = ANY (consulates) AND p.ended_at IS NULL), true);
END $$;

CREATE FUNCTION ruv.part_from_consulates() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('ruv.asylum:' || NEW.victim_id, 0));
    IF ruv.seeks_asylum(NEW.victim_id) THEN
        PERFORM ruv.recall_from_consulates(NEW.victim_id);
    END IF;
    RETURN NULL;
END $$;

-- As before; but not of a person of whom a consulate that was asked may not know any more.
CREATE OR REPLACE FUNCTION ruv.population_of(victim bigint) RETURNS smallint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT ruv.population_bits(victim)
    WHERE EXISTS (SELECT FROM public.trafficking_case c WHERE c.victim_id = victim
                  AND ruv.case_in_scope(c.id, c.victim_id))
       OR EXISTS (SELECT FROM public.referral r WHERE r.victim_id = victim AND NOT r.recalled
                  AND r.to_unit_id = (SELECT (ruv.context()).unit_id))
$$;

-- Objections ---------------------------------------------------------------------------------------------------

-- As before; and what a mandate gave is narrowed too, unless its law overrides what she wants.
CREATE OR REPLACE FUNCTION ruv.narrow_view() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.given := CASE WHEN NEW.basis = 'DERIVACION'
            OR EXISTS (SELECT FROM public.mandate m WHERE m.code = NEW.mandate AND NOT m.overrides)
            THEN NEW.compartments END;
    END IF;
    IF NEW.given IS NOT NULL THEN
        NEW.compartments := ruv.less_objected(NEW.given, NEW.victim_id, NEW.unit_id, NEW.referral_id);
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION ruv.narrow_views() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.participation p
    SET compartments = ruv.less_objected(p.given, p.victim_id, p.unit_id, p.referral_id)
    WHERE p.victim_id IN (NEW.victim_id, CASE TG_OP WHEN 'UPDATE' THEN OLD.victim_id END)
      AND p.given IS NOT NULL AND p.ended_at IS NULL;
    RETURN NULL;
END $$;

-- A shelter that joins by its hold -----------------------------------------------------------------------------

-- As before; and the part says on what it rests: the stay, and no more than a shelter needs.
CREATE OR REPLACE FUNCTION ruv.join_by_hold(hold bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me ruv.actor := ruv.context();
    h public.place_hold;
BEGIN
    IF NOT ruv.permits('placements:write') THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    SELECT x.* INTO h FROM public.place_hold x
    WHERE x.id = hold AND x.unit_id = me.unit_id AND x.state = 'VIGENTE' AND x.expires_at > now();
    IF h.id IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('ruv.case:' || h.case_id, 0));
    IF h.legal_basis IS NOT NULL THEN
        IF NOT EXISTS (SELECT FROM public.participation p WHERE p.case_id = h.case_id AND p.victim_id = h.victim_id
                       AND p.unit_id = me.unit_id AND p.ended_at IS NULL) THEN
            INSERT INTO public.participation (victim_id, case_id, unit_id, basis, mandate, compartments, population)
            SELECT h.victim_id, h.case_id, me.unit_id, 'MANDATO', m.code,
                   ARRAY(SELECT n.name FROM unnest(m.compartments) AS n(name)
                         WHERE h.compartments IS NULL OR n.name = ANY (h.compartments)), 1
            FROM public.mandate m WHERE m.code = 'ACOGIDA';
        END IF;
        INSERT INTO public.assignment (victim_id, case_id, unit_id, user_id, assigned_by)
        SELECT h.victim_id, h.case_id, me.unit_id, me.user_id, me.user_id
        WHERE NOT EXISTS (SELECT FROM public.assignment a WHERE a.case_id = h.case_id AND a.victim_id = h.victim_id
                          AND a.user_id = me.user_id AND a.ended_at IS NULL);
    END IF;
    RETURN (SELECT c.code FROM public.trafficking_case c WHERE c.id = h.case_id
            AND ruv.case_in_scope(c.id, c.victim_id));
END $$;

-- Who takes part in a case the actor is in, and on what basis. A unit that houses people shows only as such.
DROP FUNCTION ruv.case_participants(bigint);
CREATE FUNCTION ruv.case_participants(kase bigint)
RETURNS TABLE (unit_id bigint, unit_code text, unit_name text, basis text, started_at timestamptz, ended_at timestamptz,
    mandate text, part_id bigint, sealed bytea, key_version bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    shows_shelters boolean := ruv.shows_shelters();
BEGIN
    RETURN QUERY
        SELECT CASE WHEN visible.it THEN u.id END, CASE WHEN visible.it THEN u.code END,
               CASE WHEN visible.it THEN u.name ELSE 'Centro de acogida (reservado)' END,
               p.basis, p.started_at, p.ended_at, p.mandate, p.id, p.sealed, p.key_version
        FROM public.participation p
        JOIN public.trafficking_case c ON c.id = p.case_id AND c.victim_id = p.victim_id
        JOIN public.unit u ON u.id = p.unit_id
        CROSS JOIN LATERAL (SELECT u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT') OR shows_shelters
                                   OR u.id = (SELECT (ruv.context()).unit_id) AS it) visible
        WHERE p.case_id = kase AND ruv.case_in_scope(p.case_id, p.victim_id)
        ORDER BY p.started_at, p.id;
END $$;

DO $$
DECLARE
    f text;
BEGIN
    FOREACH f IN ARRAY ARRAY['presumed_child(bigint, bigint)', 'refused_parts(bigint, bigint, bigint, text[])',
        'referral_refused(text, bigint, bigint, bigint, text[])',
        'mandate_bars(text, bigint, bigint, bigint, text[], bigint, bigint)', 'end_parts(bigint[], boolean)',
        'end_stay_mandates(bigint, bigint, bigint)', 'end_with_stay()', 'end_with_measure()', 'end_with_consent()', 'other_shares(bigint)',
        'protection_officers(bigint)', 'seeks_asylum(bigint)', 'recall_from_consulates(bigint)',
        'part_from_consulates()', 'case_participants(bigint)'] LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION ruv.%s FROM PUBLIC', f);
    END LOOP;
    FOREACH f IN ARRAY ARRAY['refused_parts(bigint, bigint, bigint, text[])',
        'referral_refused(text, bigint, bigint, bigint, text[])',
        'mandate_bars(text, bigint, bigint, bigint, text[], bigint, bigint)', 'other_shares(bigint)',
        'protection_officers(bigint)', 'case_participants(bigint)'] LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION ruv.%s TO ruv_app', f);
    END LOOP;
    FOREACH f IN ARRAY ARRAY['end_with_stay()', 'end_with_measure()', 'end_with_consent()', 'part_from_consulates()',
        'recall_from_consulates(bigint)', 'seeks_asylum(bigint)'] LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION ruv.%s TO ruv_owner', f);
    END LOOP;
END $$;
RESET ROLE;

-- At the end of the transaction: whoever records that she left still sees her until then.
CREATE CONSTRAINT TRIGGER placement_ends_mandate AFTER UPDATE OF left_at ON placement DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.left_at IS NULL AND NEW.left_at IS NOT NULL) EXECUTE FUNCTION ruv.end_with_stay();
CREATE CONSTRAINT TRIGGER plan_ends_mandate AFTER UPDATE OF state, unit_id ON plan DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.state IN ('CUMPLIDO', 'CERRADO_SIN_CUMPLIR') OR OLD.unit_id <> NEW.unit_id)
    EXECUTE FUNCTION ruv.end_with_stay();
CREATE TRIGGER measure_goes_on AFTER INSERT ON protection_measure FOR EACH ROW
    WHEN (NEW.extends_id IS NOT NULL) EXECUTE FUNCTION ruv.end_with_measure();
CREATE TRIGGER measure_ends_mandate AFTER UPDATE OF state ON protection_measure FOR EACH ROW
    WHEN (NEW.state IN ('LEVANTADA', 'VENCIDA', 'PRORROGADA')) EXECUTE FUNCTION ruv.end_with_measure();
CREATE TRIGGER consent_event_ends_mandates AFTER INSERT ON consent_event FOR EACH ROW
    EXECUTE FUNCTION ruv.end_with_consent();
CREATE TRIGGER protection_step_asylum AFTER INSERT ON protection_step FOR EACH ROW
    WHEN (NEW.to_state = 'REFUGIO_SOLICITADO') EXECUTE FUNCTION ruv.part_from_consulates();
-- Two records of one person are merged: what one of them keeps from consulates is kept of both.
CREATE CONSTRAINT TRIGGER protection_step_moved AFTER UPDATE OF victim_id ON protection_step
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ruv.part_from_consulates();
CREATE CONSTRAINT TRIGGER participation_moved AFTER UPDATE OF victim_id ON participation
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ruv.part_from_consulates();
CREATE CONSTRAINT TRIGGER referral_moved AFTER UPDATE OF victim_id ON referral
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ruv.part_from_consulates();

-- What there was: parts by mandate with no basis said keep what they have, under a basis that says so. A shelter where
-- she lives rests on her stay. Of who seeks asylum no consulate keeps anything.
ALTER TABLE participation NO FORCE ROW LEVEL SECURITY;  -- the owner would see no row
ALTER TABLE placement NO FORCE ROW LEVEL SECURITY;
ALTER TABLE unit NO FORCE ROW LEVEL SECURITY;
ALTER TABLE protection_step NO FORCE ROW LEVEL SECURITY;
UPDATE participation p SET mandate = CASE WHEN EXISTS (
        SELECT FROM placement l JOIN unit u ON u.id = l.unit_id WHERE l.case_id = p.case_id AND l.victim_id = p.victim_id
        AND l.unit_id = p.unit_id AND l.left_at IS NULL AND u.kind IN ('CAR', 'ALBERGUE', 'HRT'))
    THEN 'ACOGIDA' ELSE 'ANTERIOR' END
WHERE basis = 'MANDATO';
SELECT ruv.recall_from_consulates(s.victim_id) FROM (
    SELECT DISTINCT victim_id FROM protection_step WHERE to_state = 'REFUGIO_SOLICITADO') s
WHERE ruv.seeks_asylum(s.victim_id);
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE participation FORCE ROW LEVEL SECURITY;
ALTER TABLE placement FORCE ROW LEVEL SECURITY;
ALTER TABLE unit FORCE ROW LEVEL SECURITY;
ALTER TABLE protection_step FORCE ROW LEVEL SECURITY;

SET ROLE ruv_guard;
REVOKE EXECUTE ON FUNCTION ruv.end_with_stay(), ruv.end_with_measure(), ruv.end_with_consent(), ruv.part_from_consulates(),
    ruv.recall_from_consulates(bigint), ruv.seeks_asylum(bigint) FROM ruv_owner;
RESET ROLE;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;

-- Reach --------------------------------------------------------------------------------------------------------

-- A mandate opens what its row says to the kind of unit it names, and says why; nobody is brought in without.
ALTER POLICY join_case ON participation WITH CHECK (
    started_at = now() AND ended_at IS NULL AND CASE basis
        WHEN 'REGISTRO' THEN unit_id = (SELECT (ruv.context()).unit_id) AND ruv.is_new_case(case_id, victim_id)
            AND mandate IS NULL AND consent_id IS NULL AND measure_id IS NULL
            AND (compartments IS NULL AND ruv.is_new_victim(victim_id) OR ruv.may_give(victim_id, compartments))
        WHEN 'DERIVACION' THEN unit_id = (SELECT (ruv.context()).unit_id)
            AND mandate IS NULL AND consent_id IS NULL AND measure_id IS NULL
            AND ruv.referral_accepted(referral_id, victim_id, case_id, compartments)
        WHEN 'MANDATO' THEN unit_id <> (SELECT (ruv.context()).unit_id)
            AND (SELECT ruv.permits('participations:add')) AND ruv.case_in_scope(case_id, victim_id)
            AND sealed IS NOT NULL AND referral_id IS NULL
            AND ruv.mandate_bars(mandate, case_id, victim_id, unit_id, coalesce(given, compartments), consent_id,
                                 measure_id) IS NULL
        ELSE false END
);

-- As before; and who takes part by mandate opens her next case, no wider than it saw her in the last.
ALTER POLICY open_case ON trafficking_case WITH CHECK (
    opened_unit_id = (SELECT (ruv.context()).unit_id) AND opened_by = (SELECT (ruv.context()).user_id)
    AND opened_at = now() AND parallel_to IS NULL AND (SELECT ruv.permits('victims:register'))
    AND (ruv.is_new_victim(victim_id)
         OR EXISTS (SELECT FROM participation p WHERE p.victim_id = trafficking_case.victim_id
                    AND (p.compartments IS NULL OR p.mandate IS NOT NULL)))
);

-- What she refused goes by no referral either.
CREATE POLICY not_refused ON referral AS RESTRICTIVE FOR INSERT TO ruv_app WITH CHECK (
    cardinality(ruv.referral_refused(legal_basis, case_id, victim_id, to_unit_id, compartments)) = 0
);

-- As before; but of what was recalled from a consulate that one sees nothing.
ALTER POLICY parties ON referral USING (
    (SELECT ruv.permits('referrals:read')) AND (
        to_unit_id = (SELECT (ruv.context()).unit_id) AND NOT recalled
        OR (from_unit_id = (SELECT (ruv.context()).unit_id) OR 'services' = ANY ((SELECT ruv.read_in_full())::text[]))
           AND EXISTS (SELECT FROM participation p WHERE p.victim_id = referral.victim_id
                       AND p.case_id = referral.case_id))
);

-- As before; and, with no case in sight, that she was taken in elsewhere, to the house she left, and that a unit was added
-- to a case, to the data protection officer it is for: codes.
ALTER POLICY scope ON notice USING (
    unit_id = (SELECT (ruv.context()).unit_id)
    AND (user_id IS NULL OR user_id = (SELECT (ruv.context()).user_id))
    AND (NOT supervisors OR (SELECT (ruv.context()).unit_wide))
    AND (EXISTS (SELECT FROM participation p WHERE p.unit_id = (SELECT (ruv.context()).unit_id) AND p.ended_at IS NULL
                 AND p.victim_id = notice.victim_id AND p.case_id = notice.case_id)
         OR EXISTS (SELECT FROM referral r WHERE r.victim_id = notice.victim_id AND r.case_id = notice.case_id
                    AND r.code = notice.subject_code AND r.to_unit_id = (SELECT (ruv.context()).unit_id)
                    AND (r.state IN ('ENVIADA', 'VENCIDA') OR notice.kind IN ('CONSENTIMIENTO_RETIRADO', 'CONSENTIMIENTO_VENCIDO')))
         OR kind = 'TRASLADO'
         OR kind = 'INCORPORACION_POR_MANDATO' AND user_id = (SELECT (ruv.context()).user_id)
            AND (SELECT ruv.permits('audit:read')))
);
