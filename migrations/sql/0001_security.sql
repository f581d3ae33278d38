-- Row-level security of the register. Runs as ruv_owner after the tables of 0001 exist.
--
-- Shape (it decides the speed): the scope of an actor is written once, as the `seats` of a participation, and
-- compared in its policy; every other policy is an EXISTS on it. What the bound actor is comes from a signed
-- context, read as `(select ...)`, once for each table a statement names. Functions that must look past the policies belong to `ruv_guard`, a role
-- nobody logs in as, and answer one narrow question each.

CREATE SCHEMA ruv;
GRANT USAGE ON SCHEMA ruv TO ruv_app, ruv_guard, ruv_sealer, ruv_report;
GRANT USAGE ON SCHEMA public TO ruv_app, ruv_guard, ruv_sealer, ruv_report;
GRANT CREATE ON SCHEMA ruv TO ruv_guard;

-- The signed context ---------------------------------------------------------------------------------

CREATE TYPE ruv.actor AS (user_id bigint, unit_id bigint, institution_id bigint, role text, unit_wide boolean);

CREATE TABLE ruv.context_key (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    inner_pad bytea NOT NULL CHECK (length(inner_pad) = 64),
    outer_pad bytea NOT NULL CHECK (length(outer_pad) = 64)
);
ALTER TABLE ruv.context_key OWNER TO ruv_guard;

CREATE FUNCTION ruv.set_context_key(inner_pad bytea, outer_pad bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO ruv.context_key VALUES (true, inner_pad, outer_pad)
    ON CONFLICT (only_row) DO UPDATE SET inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad
$$;

-- Payload: user|unit|institution|role|unit_wide|expires|hmac. Any role may set the setting, so its HMAC is
-- checked here, where the key is; a forged, altered or expired context is nobody. None at all is an error:
-- a session that forgot its actor must fail loudly.
CREATE FUNCTION ruv.context() RETURNS ruv.actor
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    raw text := nullif(current_setting('ruv.context', true), '');
    body text;
    key ruv.context_key;
    part text[];
BEGIN
    IF raw IS NULL THEN
        RAISE EXCEPTION 'no actor is bound to this transaction' USING ERRCODE = '42501';
    END IF;
    SELECT * INTO key FROM ruv.context_key;
    body := left(raw, -65);
    IF right(raw, 64) IS DISTINCT FROM
       encode(sha256(key.outer_pad || sha256(key.inner_pad || convert_to(body, 'UTF8'))), 'hex') THEN
        RETURN NULL;
    END IF;
    part := string_to_array(body, '|');
    IF part[6]::bigint < extract(epoch FROM clock_timestamp()) THEN
        RETURN NULL;
    END IF;
    RETURN (part[1]::bigint, part[2]::bigint, part[3]::bigint, part[4], part[5] = '1')::ruv.actor;
END $$;

-- What the policy gives the bound actor's role -----------------------------------------------------------

CREATE FUNCTION ruv.population() RETURNS smallint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT g.population FROM public.role_grant g WHERE g.role = (ruv.context()).role);
END $$;

CREATE FUNCTION ruv.permits(permission text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN coalesce(
        (SELECT permission = ANY (g.permissions) FROM public.role_grant g WHERE g.role = (ruv.context()).role),
        false
    );
END $$;

CREATE FUNCTION ruv.listed() RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT g.listed FROM public.role_grant g WHERE g.role = (ruv.context()).role);
END $$;

CREATE FUNCTION ruv.opened() RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT g.opened FROM public.role_grant g WHERE g.role = (ruv.context()).role);
END $$;

CREATE FUNCTION ruv.read_in_full() RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT g."full" FROM public.role_grant g WHERE g.role = (ruv.context()).role);
END $$;

CREATE FUNCTION ruv.own_only() RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT g.own_only FROM public.role_grant g WHERE g.role = (ruv.context()).role);
END $$;

CREATE FUNCTION ruv.written() RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT g.written FROM public.role_grant g WHERE g.role = (ruv.context()).role);
END $$;

-- Narrow questions past the policies ----------------------------------------------------------------------

-- Registered by the bound user in this very transaction.
CREATE FUNCTION ruv.is_new_victim(victim bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.victim v WHERE v.id = victim AND v.registered_at = now()
                   AND v.registered_by = (SELECT (ruv.context()).user_id))
$$;

CREATE FUNCTION ruv.is_new_case(kase bigint, victim bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.trafficking_case c WHERE c.id = kase AND c.victim_id = victim
                   AND c.opened_at = now() AND c.opened_by = (SELECT (ruv.context()).user_id))
$$;

-- The bound user accepted this referral for its unit in this very transaction, and nobody took part by it yet: an
-- acceptance opens one view, once.
CREATE FUNCTION ruv.referral_accepted(referral bigint, victim bigint, kase bigint, shared text[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.referral r WHERE r.id = referral AND r.victim_id = victim AND r.case_id = kase
                   AND r.to_unit_id = (SELECT (ruv.context()).unit_id)
                   AND r.state IN ('ACEPTADA', 'ACEPTADA_CON_CONDICIONES')
                   AND r.answered_at = now() AND r.answered_by = (SELECT (ruv.context()).user_id)
                   AND shared IS NOT NULL AND shared <@ r.compartments)
       AND NOT EXISTS (SELECT FROM public.participation p WHERE p.referral_id = referral AND p.victim_id = victim)
$$;

-- The bound actor takes part in the case (the scope rule of `participation`, for policies on that table itself).
CREATE FUNCTION ruv.case_in_scope(kase bigint, victim bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM public.participation p, (SELECT (ruv.context()).*) c
        WHERE p.case_id = kase AND p.victim_id = victim AND p.unit_id = c.unit_id AND p.ended_at IS NULL
          AND p.population & ruv.population() <> 0
          AND (c.unit_wide OR EXISTS (SELECT FROM public.assignment a WHERE a.case_id = kase
                                      AND a.victim_id = victim AND a.user_id = c.user_id AND a.ended_at IS NULL)))
$$;

-- The bound actor may pass these compartments of the person on (null: all of them): nobody gives more than its
-- own unit was given.
CREATE FUNCTION ruv.may_give(victim bigint, wanted text[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH part AS (
        SELECT p.compartments FROM public.participation p
        WHERE p.victim_id = victim AND p.unit_id = (SELECT (ruv.context()).unit_id) AND p.ended_at IS NULL
          AND ruv.case_in_scope(p.case_id, p.victim_id))
    SELECT EXISTS (SELECT FROM part WHERE part.compartments IS NULL)
        OR wanted IS NOT NULL AND EXISTS (SELECT FROM part)
           AND wanted <@ ARRAY(SELECT unnest(part.compartments) FROM part)
$$;

-- The bound unit's participation began in this very transaction (registration or accepted referral).
CREATE FUNCTION ruv.participation_is_new(kase bigint, victim bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.participation p WHERE p.case_id = kase AND p.victim_id = victim
                   AND p.unit_id = (SELECT (ruv.context()).unit_id) AND p.started_at = now())
$$;

CREATE FUNCTION ruv.user_in_unit(account bigint, unit bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.user_account u WHERE u.id = account AND u.unit_id = unit AND u.disabled_at IS NULL
                   AND unit = (SELECT (ruv.context()).unit_id))
$$;

-- State of a session, for the request that presents its token; no row when it is over.
CREATE FUNCTION ruv.session_state(session uuid)
RETURNS TABLE (user_id bigint, username text, unit_id bigint, institution_id bigint, role text, supervisor boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
        SELECT u.id, u.username, u.unit_id, u.institution_id, u.role, u.supervisor
        FROM public.auth_session s JOIN public.user_account u ON u.id = s.user_id
        WHERE s.id = session AND s.revoked_at IS NULL AND s.expires_at > now() AND u.disabled_at IS NULL;
END $$;

-- That an exact document token is known, and the unit to ask: all that a probe may learn. Who the person is,
-- only in the actor's own scope.
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

-- The hash of a password, for whoever signs in and for the account itself; nobody else reads the column.
CREATE FUNCTION ruv.password_hash_of(account bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT u.password_hash FROM public.user_account u
    WHERE u.id = account AND ((SELECT (ruv.context()).role) = 'sign_in' OR u.id = (SELECT (ruv.context()).user_id))
$$;

-- Which of these freshly drawn codes are in use already.
CREATE FUNCTION ruv.taken_codes(codes text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT c.code FROM public.victim_code c WHERE c.code = ANY (codes) AND ruv.permits('victims:register')
$$;

-- How many exact-document probes the bound user made in the last hour.
CREATE FUNCTION ruv.recent_probes() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(*) FROM public.audit_event e
    WHERE e.user_id = (SELECT (ruv.context()).user_id) AND e.action = 'victims.probe'
      AND e.at > clock_timestamp() - interval '1 hour'
$$;

-- Which shelter a person is or was in tells where she is, so columns that name the unit behind a row of hers are
-- not granted; the functions below name it, and a unit that houses people shows only as such to roles that do not
-- read where shelters are.
CREATE FUNCTION ruv.shows_shelters() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN coalesce((SELECT 'shelter_location' = ANY (g.opened) AND 'shelter_location' <> ALL (g.own_only)
                     FROM public.role_grant g WHERE g.role = (ruv.context()).role), false);
END $$;

-- Compartments of the person of which the bound actor may know that they are filled; none out of scope.
CREATE FUNCTION ruv.listed_of(victim bigint) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    mine bigint[] := ruv.seats();
BEGIN
    RETURN ARRAY(
        SELECT c.name FROM public.role_grant g CROSS JOIN LATERAL unnest(g.listed) AS c(name)
        WHERE g.role = (ruv.context()).role
          AND EXISTS (SELECT FROM public.participation p WHERE p.victim_id = victim AND p.seats && mine
                      AND (p.compartments IS NULL OR c.name = ANY (p.compartments)))
          AND (c.name <> ALL (g.own_only)
               OR EXISTS (SELECT FROM public.participation p WHERE p.victim_id = victim AND p.seats && mine
                          AND p.housed)));
END $$;

-- The unit behind each filled compartment of a person.
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

-- The unit behind each version of a compartment that the bound actor opens.
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

-- The unit behind each move of a case the bound actor is in.
CREATE FUNCTION ruv.transition_units(kase bigint) RETURNS TABLE (id bigint, unit_code text, unit_name text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    shows boolean := ruv.shows_shelters();
    own bigint := (ruv.context()).unit_id;
BEGIN
    IF ruv.permits('cases:transition') THEN
        RETURN QUERY
            SELECT t.id, CASE WHEN visible.it THEN u.code END,
                   CASE WHEN visible.it THEN u.name ELSE 'Centro de acogida (reservado)' END
            FROM public.case_transition t JOIN public.unit u ON u.id = t.by_unit_id
            CROSS JOIN LATERAL (SELECT shows OR u.id = own OR u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT') AS it) visible
            WHERE t.case_id = kase AND ruv.case_in_scope(t.case_id, t.victim_id);
    END IF;
END $$;

-- Who looked at a person in scope, newest first: no event as such, but what the reader may know of it. A look at
-- compartments that do not exist for the reader does not show. With each entry, the digest its MAC was made of
-- (salted, so nothing can be guessed from it); none where the columns do not say what the event says.
CREATE FUNCTION ruv.access_log(victim bigint, before bigint, most integer)
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

-- An event may be added in the bound actor's own name, about nobody, or about a person its unit has to do with; a
-- refusal, about anybody. Whether the event is genuine, its MAC tells. Signing in has no actor yet, and no person.
CREATE FUNCTION ruv.may_append(who bigint, unit bigint, institution bigint, victim bigint, outcome text, event text)
RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me ruv.actor := ruv.context();
BEGIN
    IF json_typeof(event::json) <> 'object'
       OR coalesce(json_typeof(event::json -> 'compartments'), 'array') <> 'array' THEN
        RETURN false;  -- the log could not be read any more
    END IF;
    IF me.role = 'sign_in' THEN
        RETURN victim IS NULL;
    END IF;
    IF (coalesce(who, 0), coalesce(unit, 0), coalesce(institution, 0))
       IS DISTINCT FROM (me.user_id, me.unit_id, me.institution_id) THEN
        RETURN false;
    END IF;
    RETURN victim IS NULL OR outcome = 'denied'
        OR EXISTS (SELECT FROM public.participation p
                   WHERE p.victim_id = victim AND p.unit_id = me.unit_id AND p.ended_at IS NULL)
        OR EXISTS (SELECT FROM public.victim v
                   WHERE v.id = victim AND v.registered_at = now() AND v.registered_by = me.user_id)
        OR EXISTS (SELECT FROM public.referral r
                   WHERE r.victim_id = victim AND me.unit_id IN (r.from_unit_id, r.to_unit_id));
END $$;

-- Who takes part in a case the actor is in. A unit that houses people shows only as such.
CREATE FUNCTION ruv.case_participants(kase bigint)
RETURNS TABLE (unit_id bigint, unit_code text, unit_name text, basis text, started_at timestamptz, ended_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    shows_shelters boolean := ruv.shows_shelters();
BEGIN
    RETURN QUERY
        SELECT CASE WHEN visible.it THEN u.id END, CASE WHEN visible.it THEN u.code END,
               CASE WHEN visible.it THEN u.name ELSE 'Centro de acogida (reservado)' END,
               p.basis, p.started_at, p.ended_at
        FROM public.participation p
        JOIN public.trafficking_case c ON c.id = p.case_id AND c.victim_id = p.victim_id
        JOIN public.unit u ON u.id = p.unit_id
        CROSS JOIN LATERAL (SELECT u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT') OR shows_shelters
                                   OR u.id = (SELECT (ruv.context()).unit_id) AS it) visible
        WHERE p.case_id = kase AND ruv.case_in_scope(p.case_id, p.victim_id)
        ORDER BY p.started_at, p.id;
END $$;

CREATE FUNCTION ruv.case_team(kase bigint)
RETURNS TABLE (assignment_id bigint, user_id bigint, username text, started_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
        SELECT a.id, u.id, u.username, a.started_at
        FROM public.assignment a JOIN public.user_account u ON u.id = a.user_id
        WHERE a.case_id = kase AND a.unit_id = (SELECT (ruv.context()).unit_id) AND a.ended_at IS NULL
          AND ruv.case_in_scope(a.case_id, a.victim_id)
        ORDER BY a.started_at, a.id;
END $$;

-- Whether the person of a case the actor is in lives in a shelter now; in which one stays unsaid.
CREATE FUNCTION ruv.is_housed(kase bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.placement l WHERE l.case_id = kase AND l.left_at IS NULL
                   AND ruv.case_in_scope(l.case_id, l.victim_id))
$$;

-- One at a time ends a part in a case, so that two who leave at once do not leave the person with nobody.
CREATE FUNCTION ruv.last_part(kase bigint, own bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('ruv.case:' || kase, 0));
    RETURN NOT EXISTS (SELECT FROM public.participation p
                       WHERE p.case_id = kase AND p.unit_id <> own AND p.ended_at IS NULL);
END $$;

-- Ends the bound unit's own part in a case, with its assignments; refused (23514) where no other unit would be left.
CREATE FUNCTION ruv.end_own_participation(kase bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    unit bigint := (ruv.context()).unit_id;
    last boolean := ruv.last_part(kase, unit);
BEGIN
    UPDATE public.participation p SET ended_at = now()
    WHERE p.case_id = kase AND p.unit_id = unit AND p.ended_at IS NULL AND ruv.case_in_scope(p.case_id, p.victim_id);
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF last THEN
        RAISE EXCEPTION 'nobody would take part in the case' USING ERRCODE = '23514';
    END IF;
    UPDATE public.assignment a SET ended_at = now()
    WHERE a.case_id = kase AND a.unit_id = unit AND a.ended_at IS NULL;
    RETURN true;
END $$;

-- Ends the participation a referral opened, with its assignments, once the referral itself is over; refused (23514)
-- where it is the last of the case.
CREATE FUNCTION ruv.end_referral_participation(referral bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    unit bigint := (ruv.context()).unit_id;
    part public.participation;
BEGIN
    SELECT p.* INTO part FROM public.participation p JOIN public.referral r ON r.id = p.referral_id
    WHERE r.id = referral AND p.ended_at IS NULL AND unit IN (r.from_unit_id, r.to_unit_id)
      AND r.state IN ('CONCLUIDA', 'INTERRUMPIDA', 'RETIRADA', 'VENCIDA');
    IF part.id IS NULL THEN
        RETURN false;
    END IF;
    IF ruv.last_part(part.case_id, part.unit_id)
       AND NOT EXISTS (SELECT FROM public.participation o WHERE o.case_id = part.case_id
                       AND o.unit_id = part.unit_id AND o.id <> part.id AND o.ended_at IS NULL) THEN
        RAISE EXCEPTION 'nobody would take part in the case' USING ERRCODE = '23514';
    END IF;
    UPDATE public.participation p SET ended_at = now() WHERE p.id = part.id;
    -- Another open participation of the same unit in the same case keeps its team and its guest.
    IF EXISTS (SELECT FROM public.participation o WHERE o.case_id = part.case_id AND o.victim_id = part.victim_id
               AND o.unit_id = part.unit_id AND o.ended_at IS NULL) THEN
        RETURN true;
    END IF;
    UPDATE public.assignment a SET ended_at = now()
    WHERE a.case_id = part.case_id AND a.victim_id = part.victim_id AND a.unit_id = part.unit_id AND a.ended_at IS NULL;
    -- A unit that no longer sees her could not record that she left, and no other shelter could admit her.
    UPDATE public.placement l SET left_at = now(), exit_reason = 'PARTICIPACION_TERMINADA', version = l.version + 1
    WHERE l.case_id = part.case_id AND l.victim_id = part.victim_id AND l.unit_id = part.unit_id AND l.left_at IS NULL;
    RETURN true;
END $$;

-- Population bits: whom a case is about, which decides what institutions are for it. Only a lower bound of 18 makes an
-- adult, and an age that is not known counts as a child's (presumption of minority), as in the application's
-- `presumed_child`. That function adds the years since, because it asks what she may decide today. This one must not:
-- the case of a girl stays a girl's case after her birthday, or the unit that protects her would lose her from sight
-- overnight and could not even hand her over. It changes when her age is corrected.
CREATE FUNCTION ruv.population_bits(victim bigint) RETURNS smallint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT (1
        | CASE WHEN coalesce((SELECT coalesce(f.age_min, f.age_years) >= 18 FROM public.profile f
                              WHERE f.victim_id = victim), false) THEN 0 ELSE 2 END
        | CASE WHEN EXISTS (SELECT FROM public.profile f WHERE f.victim_id = victim AND f.nationality <> 'PE')
                 OR EXISTS (SELECT FROM public.exploitation e WHERE e.victim_id = victim
                            AND e.country_of_exploitation <> 'PE') THEN 4 ELSE 0 END)::smallint
$$;

-- The same bits, for whoever has the person in scope or is asked to take her in; nothing for anybody else.
CREATE FUNCTION ruv.population_of(victim bigint) RETURNS smallint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT ruv.population_bits(victim)
    WHERE EXISTS (SELECT FROM public.trafficking_case c WHERE c.victim_id = victim
                  AND ruv.case_in_scope(c.id, c.victim_id))
       OR EXISTS (SELECT FROM public.referral r WHERE r.victim_id = victim
                  AND r.to_unit_id = (SELECT (ruv.context()).unit_id))
$$;

-- Seats: who sees a participation, as numbers, so that its policy is one comparison of arrays. A seat is the
-- unit (for those who see all its cases) or, negative, a user with an open assignment; its last four bits are
-- the population of the case. An ended participation has none.
CREATE FUNCTION ruv.seats() RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me ruv.actor := ruv.context();
    s bigint := CASE WHEN me.unit_wide THEN me.unit_id * 16 ELSE me.user_id * 16 END;
    side bigint := CASE WHEN me.unit_wide THEN 1 ELSE -1 END;
BEGIN
    -- The sets of bits (always with 1) that hold the population the role may see.
    RETURN CASE (SELECT g.population FROM public.role_grant g WHERE g.role = me.role)
        WHEN 1 THEN ARRAY[side * (s + 1), side * (s + 3), side * (s + 5), side * (s + 7)]
        WHEN 2 THEN ARRAY[side * (s + 3), side * (s + 7)]
        WHEN 4 THEN ARRAY[side * (s + 5), side * (s + 7)] END;
END $$;

CREATE FUNCTION ruv.set_seats() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.population := ruv.population_bits(NEW.victim_id);
    END IF;
    NEW.seats := CASE WHEN NEW.ended_at IS NOT NULL THEN '{}' ELSE
        (NEW.unit_id * 16 + NEW.population) || ARRAY(
            SELECT -(a.user_id * 16 + NEW.population) FROM public.assignment a
            WHERE a.case_id = NEW.case_id AND a.victim_id = NEW.victim_id AND a.unit_id = NEW.unit_id
              AND a.ended_at IS NULL) END;
    NEW.housed := NEW.ended_at IS NULL AND EXISTS (
        SELECT FROM public.placement l WHERE l.case_id = NEW.case_id AND l.victim_id = NEW.victim_id
        AND l.unit_id = NEW.unit_id AND l.left_at IS NULL);
    RETURN NEW;
END $$;

CREATE FUNCTION ruv.refresh_seats() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.participation p SET seats = NULL  -- set_seats() fills it
    WHERE p.victim_id = NEW.victim_id AND p.case_id = NEW.case_id AND p.unit_id = NEW.unit_id AND p.ended_at IS NULL;
    RETURN NULL;
END $$;

CREATE FUNCTION ruv.refresh_population() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    bits smallint := ruv.population_bits(NEW.victim_id);
BEGIN
    UPDATE public.participation p SET population = bits
    WHERE p.victim_id = NEW.victim_id AND p.population <> bits;
    RETURN NULL;
END $$;

-- Whoever moves to another unit leaves the cases of the old one: a seat names the user, not the unit.
CREATE FUNCTION ruv.end_charges_of_mover() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.assignment a SET ended_at = now()
    WHERE a.user_id = NEW.id AND a.unit_id <> NEW.unit_id AND a.ended_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER user_account_moves AFTER UPDATE OF unit_id ON user_account
    FOR EACH ROW EXECUTE FUNCTION ruv.end_charges_of_mover();

-- Each column of a case has its permission; a policy sees rows only. Runs as whoever updates: what is bound here is
-- the application. Nobody discards a case alone, and the application has no other way to do it.
CREATE FUNCTION ruv.guard_case() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF current_user = 'ruv_app' AND (
        NEW.identification IS DISTINCT FROM OLD.identification AND NOT ruv.permits('cases:identify')
        OR (NEW.state, NEW.state_since, NEW.closed_at, NEW.outcome)
           IS DISTINCT FROM (OLD.state, OLD.state_since, OLD.closed_at, OLD.outcome)
           AND NOT ruv.permits('cases:transition')
        OR NEW.state IS DISTINCT FROM OLD.state AND NEW.state = 'DESCARTADA'
        OR NEW.outcome IS DISTINCT FROM OLD.outcome
           AND NOT (coalesce('outcome' = ANY (ruv.written()), false)
                    AND EXISTS (SELECT FROM public.participation p WHERE p.victim_id = NEW.victim_id
                                AND (p.compartments IS NULL OR 'outcome' = ANY (p.compartments))))) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER trafficking_case_columns BEFORE UPDATE ON trafficking_case
    FOR EACH ROW EXECUTE FUNCTION ruv.guard_case();

CREATE TRIGGER participation_seats BEFORE INSERT OR UPDATE OF population, ended_at, seats ON participation
    FOR EACH ROW EXECUTE FUNCTION ruv.set_seats();
CREATE TRIGGER placement_housed AFTER INSERT OR UPDATE OF left_at ON placement
    FOR EACH ROW EXECUTE FUNCTION ruv.refresh_seats();
CREATE TRIGGER assignment_seats AFTER INSERT OR UPDATE OF ended_at ON assignment
    FOR EACH ROW EXECUTE FUNCTION ruv.refresh_seats();
CREATE TRIGGER profile_population AFTER INSERT OR UPDATE OF age_years, age_min, nationality ON profile
    FOR EACH ROW EXECUTE FUNCTION ruv.refresh_population();
CREATE TRIGGER exploitation_population AFTER INSERT OR UPDATE OF country_of_exploitation ON exploitation
    FOR EACH ROW EXECUTE FUNCTION ruv.refresh_population();

CREATE FUNCTION ruv.queue_audit_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO public.audit_queue (event_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER audit_event_queue AFTER INSERT ON audit_event
    FOR EACH ROW EXECUTE FUNCTION ruv.queue_audit_event();

-- Ownership and execution ---------------------------------------------------------------------------------

DO $$
DECLARE
    f regprocedure;
BEGIN
    FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'ruv'::regnamespace LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO ruv_app, ruv_guard', f);
        EXECUTE format('ALTER FUNCTION %s OWNER TO ruv_guard', f);
    END LOOP;
END $$;
SET ROLE ruv_guard;
REVOKE ALL ON FUNCTION ruv.set_context_key(bytea, bytea) FROM ruv_app;
GRANT EXECUTE ON FUNCTION ruv.set_context_key(bytea, bytea) TO ruv_owner;
REVOKE ALL ON FUNCTION ruv.population_bits(bigint), ruv.set_seats(), ruv.refresh_seats(), ruv.refresh_population(),
    ruv.queue_audit_event(), ruv.end_charges_of_mover(), ruv.last_part(bigint, bigint) FROM ruv_app;
RESET ROLE;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;

GRANT SELECT ON role_grant, victim, victim_code, victim_token, trafficking_case, profile, exploitation, placement, referral,
    user_account, unit, auth_session, audit_event, compartment_head TO ruv_guard;
GRANT SELECT (victim_id, compartment, version, unit_id) ON victim_blob TO ruv_guard;
GRANT SELECT (id, victim_id, case_id, by_unit_id) ON case_transition TO ruv_guard;
GRANT SELECT, UPDATE ON participation, assignment TO ruv_guard;
GRANT UPDATE (left_at, exit_reason, version) ON placement TO ruv_guard;
GRANT INSERT ON audit_queue TO ruv_guard;

-- What each role may do at all ----------------------------------------------------------------------------

GRANT SELECT ON institution, unit, role_grant, kek TO ruv_app;
GRANT INSERT ON institution, unit TO ruv_app;
GRANT SELECT, INSERT ON auth_session, refresh_token, idempotency_key TO ruv_app;
GRANT SELECT (id, unit_id, institution_id, username, role, supervisor, service_account, failed_logins, locked_until,
    disabled_at, created_at), INSERT ON user_account TO ruv_app;
GRANT UPDATE (failed_logins, locked_until, password_hash, disabled_at) ON user_account TO ruv_app;
GRANT UPDATE (revoked_at, revoked_reason) ON auth_session TO ruv_app;
GRANT UPDATE (used_at) ON refresh_token TO ruv_app;
GRANT SELECT, INSERT ON victim, victim_code, victim_key, plan_objective,
    progress_note, plan_version, plan_signature, audit_event TO ruv_app;
-- Not the unit behind the row, nor its author: see ruv.head_units().
GRANT SELECT (id, victim_id, compartment, version, schema_version, key_version, sealed, created_at), INSERT
    ON victim_blob TO ruv_app;
GRANT SELECT (id, victim_id, case_id, from_state, to_state, reason, sealed, key_version, at), INSERT
    ON case_transition TO ruv_app;
GRANT SELECT (victim_id, compartment, version, filled_at, updated_at), INSERT ON compartment_head TO ruv_app;
GRANT INSERT ON victim_token TO ruv_app;
GRANT SELECT, INSERT ON profile, exploitation TO ruv_app;
GRANT UPDATE (version, updated_at, unit_id) ON compartment_head TO ruv_app;
GRANT UPDATE (sex, nationality, age_years, age_min, age_max, age_estimated) ON profile TO ruv_app;
GRANT UPDATE (main_purpose, purposes, means, acts, recruitment, recruiter_relation, activities, control_methods,
    department, country_of_exploitation, transnational) ON exploitation TO ruv_app;
GRANT SELECT, INSERT ON trafficking_case, participation, assignment, referral, placement, plan, plan_activity TO ruv_app;
GRANT UPDATE (state, state_since, identification, closed_at, outcome, version) ON trafficking_case TO ruv_app;
GRANT UPDATE (last_activity) ON participation TO ruv_app;
GRANT UPDATE (last_activity, ended_at) ON assignment TO ruv_app;
GRANT UPDATE (state, answered_at, answered_by, refusal_reason, ended_at, result, sealed_answer, version) ON referral TO ruv_app;
GRANT UPDATE (left_at, exit_reason, version) ON placement TO ruv_app;
GRANT UPDATE (state, state_since, responsible_user_id, signed_at, closed_at, outcome, version) ON plan TO ruv_app;
GRANT UPDATE (state, updated_at, version) ON plan_activity TO ruv_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ruv_app;
GRANT SELECT ON audit_event, audit_queue TO ruv_sealer;
GRANT DELETE ON audit_queue TO ruv_sealer;

-- Policies ------------------------------------------------------------------------------------------------

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['institution', 'unit', 'user_account', 'auth_session', 'refresh_token', 'idempotency_key', 'victim',
        'victim_code', 'profile', 'victim_key', 'victim_blob', 'compartment_head', 'victim_token',
        'trafficking_case', 'exploitation', 'case_transition', 'participation', 'assignment', 'referral',
        'placement', 'plan', 'plan_objective', 'plan_activity', 'progress_note', 'plan_version',
        'plan_signature', 'audit_event', 'audit_queue'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['victim', 'victim_code', 'victim_token', 'trafficking_case', 'profile', 'exploitation',
        'placement', 'referral', 'unit', 'user_account', 'auth_session', 'participation', 'assignment', 'audit_event',
        'compartment_head', 'victim_blob', 'case_transition'] LOOP
        EXECUTE format('CREATE POLICY guard ON %I TO ruv_guard USING (true)', t);
    END LOOP;
END $$;
CREATE POLICY guard ON audit_queue FOR INSERT TO ruv_guard WITH CHECK (true);

-- Scope: the one place where it is written.
CREATE POLICY scope ON participation FOR SELECT TO ruv_app USING (seats && (SELECT ruv.seats()));
CREATE POLICY touch ON participation FOR UPDATE TO ruv_app
    USING (unit_id = (SELECT (ruv.context()).unit_id)) WITH CHECK (unit_id = (SELECT (ruv.context()).unit_id));
CREATE POLICY join_case ON participation FOR INSERT TO ruv_app WITH CHECK (
    started_at = now() AND ended_at IS NULL AND CASE basis
        WHEN 'REGISTRO' THEN unit_id = (SELECT (ruv.context()).unit_id) AND compartments IS NULL
            AND ruv.is_new_case(case_id, victim_id)
        WHEN 'DERIVACION' THEN unit_id = (SELECT (ruv.context()).unit_id)
            AND ruv.referral_accepted(referral_id, victim_id, case_id, compartments)
        WHEN 'MANDATO' THEN unit_id <> (SELECT (ruv.context()).unit_id)
            AND (SELECT ruv.permits('participations:add')) AND ruv.case_in_scope(case_id, victim_id)
            AND ruv.may_give(victim_id, compartments)
            AND (compartments IS NULL OR compartments <@ (SELECT ruv.opened())::text[])
            AND EXISTS (SELECT FROM unit u WHERE u.id = participation.unit_id
                        AND u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT'))  -- a shelter takes in whom it accepts
        ELSE false END
);

CREATE POLICY own ON assignment FOR SELECT TO ruv_app USING (
    unit_id = (SELECT (ruv.context()).unit_id)
    AND ((SELECT (ruv.context()).unit_wide) OR user_id = (SELECT (ruv.context()).user_id))
);
-- An ended charge is not taken up again by writing over its end.
CREATE POLICY change ON assignment FOR UPDATE TO ruv_app USING (
    ended_at IS NULL AND unit_id = (SELECT (ruv.context()).unit_id)
    AND ((SELECT (ruv.context()).unit_wide) OR user_id = (SELECT (ruv.context()).user_id))
) WITH CHECK (unit_id = (SELECT (ruv.context()).unit_id));
CREATE POLICY assign ON assignment FOR INSERT TO ruv_app WITH CHECK (
    unit_id = (SELECT (ruv.context()).unit_id) AND started_at = now() AND ended_at IS NULL
    AND assigned_by = (SELECT (ruv.context()).user_id)
    AND ruv.user_in_unit(user_id, unit_id)
    AND ((SELECT ruv.permits('assignments:write')) AND ruv.case_in_scope(case_id, victim_id)
         OR user_id = (SELECT (ruv.context()).user_id)
            AND (ruv.is_new_case(case_id, victim_id) OR ruv.participation_is_new(case_id, victim_id)))
);

-- The person.
CREATE POLICY scope ON victim FOR SELECT TO ruv_app
    USING (EXISTS (SELECT FROM participation p WHERE p.victim_id = victim.id));
CREATE POLICY register ON victim FOR INSERT TO ruv_app WITH CHECK (
    registered_unit_id = (SELECT (ruv.context()).unit_id) AND registered_by = (SELECT (ruv.context()).user_id)
    AND registered_at = now() AND (SELECT ruv.permits('victims:register'))
);
CREATE POLICY scope ON victim_code FOR SELECT TO ruv_app
    USING (EXISTS (SELECT FROM participation p WHERE p.victim_id = victim_code.victim_id));
CREATE POLICY register ON victim_code FOR INSERT TO ruv_app WITH CHECK (ruv.is_new_victim(victim_id));
CREATE POLICY register ON victim_token FOR INSERT TO ruv_app WITH CHECK (
    EXISTS (SELECT FROM participation p WHERE p.victim_id = victim_token.victim_id)
    AND 'identity' = ANY ((SELECT ruv.written())::text[])
);

CREATE POLICY scope ON compartment_head FOR SELECT TO ruv_app USING (
    compartment = ANY ((SELECT ruv.listed())::text[])
    AND EXISTS (SELECT FROM participation p WHERE p.victim_id = compartment_head.victim_id
                AND (p.compartments IS NULL OR compartment_head.compartment = ANY (p.compartments)))
);
CREATE POLICY own_placement ON compartment_head AS RESTRICTIVE TO ruv_app USING (
    compartment <> ALL ((SELECT ruv.own_only())::text[])
    OR EXISTS (SELECT FROM participation p WHERE p.victim_id = compartment_head.victim_id AND p.housed)
);
CREATE POLICY fill ON compartment_head FOR INSERT TO ruv_app WITH CHECK (
    compartment = ANY ((SELECT ruv.written())::text[]) AND unit_id = (SELECT (ruv.context()).unit_id)
    AND EXISTS (SELECT FROM participation p WHERE p.victim_id = compartment_head.victim_id
                AND (p.compartments IS NULL OR compartment_head.compartment = ANY (p.compartments)))
);
CREATE POLICY advance ON compartment_head FOR UPDATE TO ruv_app USING (
    compartment = ANY ((SELECT ruv.written())::text[])
    AND EXISTS (SELECT FROM participation p WHERE p.victim_id = compartment_head.victim_id
                AND (p.compartments IS NULL OR compartment_head.compartment = ANY (p.compartments)))
) WITH CHECK (
    compartment = ANY ((SELECT ruv.written())::text[]) AND unit_id = (SELECT (ruv.context()).unit_id)
    AND EXISTS (SELECT FROM participation p WHERE p.victim_id = compartment_head.victim_id
                AND (p.compartments IS NULL OR compartment_head.compartment = ANY (p.compartments)))
);

-- Sealed data and its keys: scope, what the referral shared, and the matrix.
CREATE POLICY scope ON victim_blob FOR SELECT TO ruv_app USING (
    compartment = ANY ((SELECT ruv.opened())::text[])
    AND EXISTS (SELECT FROM participation p WHERE p.victim_id = victim_blob.victim_id
                AND (p.compartments IS NULL OR victim_blob.compartment = ANY (p.compartments)))
);
CREATE POLICY own_placement ON victim_blob AS RESTRICTIVE TO ruv_app USING (
    compartment <> ALL ((SELECT ruv.own_only())::text[])
    OR EXISTS (SELECT FROM participation p WHERE p.victim_id = victim_blob.victim_id AND p.housed)
);
CREATE POLICY append ON victim_blob FOR INSERT TO ruv_app WITH CHECK (
    compartment = ANY ((SELECT ruv.written())::text[])
    AND created_by = (SELECT (ruv.context()).user_id) AND unit_id = (SELECT (ruv.context()).unit_id)
    AND EXISTS (SELECT FROM participation p WHERE p.victim_id = victim_blob.victim_id
                AND (p.compartments IS NULL OR victim_blob.compartment = ANY (p.compartments)))
);
-- Coordination texts (reasons of a transition, messages of a referral) have a key of their own, outside the
-- matrix: whoever takes part in a case may be addressed in it; the rows that hold them have their own policies.
CREATE POLICY scope ON victim_key FOR SELECT TO ruv_app USING (
    (compartment = 'coordination' OR compartment = ANY ((SELECT ruv.opened())::text[]))
    AND EXISTS (SELECT FROM participation p WHERE p.victim_id = victim_key.victim_id
                AND (compartment = 'coordination' OR p.compartments IS NULL
                     OR victim_key.compartment = ANY (p.compartments)))
);
CREATE POLICY own_placement ON victim_key AS RESTRICTIVE TO ruv_app USING (
    compartment <> ALL ((SELECT ruv.own_only())::text[])
    OR EXISTS (SELECT FROM participation p WHERE p.victim_id = victim_key.victim_id AND p.housed)
);
CREATE POLICY append ON victim_key FOR INSERT TO ruv_app WITH CHECK (
    (compartment = 'coordination' OR compartment = ANY ((SELECT ruv.written())::text[]))
    AND EXISTS (SELECT FROM participation p WHERE p.victim_id = victim_key.victim_id
                AND (compartment = 'coordination' OR p.compartments IS NULL
                     OR victim_key.compartment = ANY (p.compartments)))
);

-- Statistical faces belong to a compartment too.
CREATE POLICY scope ON profile FOR SELECT TO ruv_app USING (
    'identity' = ANY ((SELECT ruv.opened())::text[])
    AND EXISTS (SELECT FROM participation p WHERE p.victim_id = profile.victim_id
                AND (p.compartments IS NULL OR 'identity' = ANY (p.compartments)))
);
-- Until the profile is written, nothing says that a new person is foreign: it is what brings her into sight.
CREATE POLICY fill ON profile FOR INSERT TO ruv_app WITH CHECK (
    'identity' = ANY ((SELECT ruv.written())::text[])
    AND (EXISTS (SELECT FROM participation p WHERE p.victim_id = profile.victim_id
                 AND (p.compartments IS NULL OR 'identity' = ANY (p.compartments)))
         OR ruv.is_new_victim(victim_id))
);
CREATE POLICY change ON profile FOR UPDATE TO ruv_app USING (
    'identity' = ANY ((SELECT ruv.written())::text[])
    AND EXISTS (SELECT FROM participation p WHERE p.victim_id = profile.victim_id
                AND (p.compartments IS NULL OR 'identity' = ANY (p.compartments)))
);
CREATE POLICY scope ON exploitation FOR SELECT TO ruv_app USING (
    'legal' = ANY ((SELECT ruv.opened())::text[])
    AND EXISTS (SELECT FROM participation p WHERE p.victim_id = exploitation.victim_id
                AND p.case_id = exploitation.case_id
                AND (p.compartments IS NULL OR 'legal' = ANY (p.compartments)))
);
CREATE POLICY fill ON exploitation FOR INSERT TO ruv_app WITH CHECK (
    'legal' = ANY ((SELECT ruv.written())::text[])
    AND EXISTS (SELECT FROM participation p WHERE p.victim_id = exploitation.victim_id
                AND p.case_id = exploitation.case_id
                AND (p.compartments IS NULL OR 'legal' = ANY (p.compartments)))
);
CREATE POLICY change ON exploitation FOR UPDATE TO ruv_app USING (
    'legal' = ANY ((SELECT ruv.written())::text[])
    AND EXISTS (SELECT FROM participation p WHERE p.victim_id = exploitation.victim_id
                AND p.case_id = exploitation.case_id
                AND (p.compartments IS NULL OR 'legal' = ANY (p.compartments)))
);

-- The case.
CREATE POLICY scope ON trafficking_case FOR SELECT TO ruv_app USING (
    EXISTS (SELECT FROM participation p WHERE p.victim_id = trafficking_case.victim_id
            AND p.case_id = trafficking_case.id)
);
CREATE POLICY open_case ON trafficking_case FOR INSERT TO ruv_app WITH CHECK (
    opened_unit_id = (SELECT (ruv.context()).unit_id) AND opened_by = (SELECT (ruv.context()).user_id)
    AND opened_at = now() AND (SELECT ruv.permits('victims:register'))
    AND (ruv.is_new_victim(victim_id)
         OR EXISTS (SELECT FROM participation p WHERE p.victim_id = trafficking_case.victim_id
                    AND p.compartments IS NULL))  -- whoever registers sees all its role may: no way around a narrowed part
);
CREATE POLICY advance ON trafficking_case FOR UPDATE TO ruv_app USING (
    ((SELECT ruv.permits('cases:transition')) OR (SELECT ruv.permits('cases:identify')))
    AND EXISTS (SELECT FROM participation p WHERE p.victim_id = trafficking_case.victim_id
                AND p.case_id = trafficking_case.id)
);
CREATE POLICY scope ON case_transition FOR SELECT TO ruv_app USING (
    (SELECT ruv.permits('cases:transition'))
    AND EXISTS (SELECT FROM participation p WHERE p.victim_id = case_transition.victim_id
                AND p.case_id = case_transition.case_id)
);
CREATE POLICY append ON case_transition FOR INSERT TO ruv_app WITH CHECK (
    by_user_id = (SELECT (ruv.context()).user_id) AND by_unit_id = (SELECT (ruv.context()).unit_id)
    AND (ruv.is_new_case(case_id, victim_id)
         OR (SELECT ruv.permits('cases:transition'))
            AND EXISTS (SELECT FROM participation p WHERE p.victim_id = case_transition.victim_id
                        AND p.case_id = case_transition.case_id))
);

-- Referrals: the sender, the receiver, and whoever reads the services of the case.
CREATE POLICY parties ON referral FOR SELECT TO ruv_app USING (
    (SELECT ruv.permits('referrals:read')) AND (
        to_unit_id = (SELECT (ruv.context()).unit_id)
        OR (from_unit_id = (SELECT (ruv.context()).unit_id) OR 'services' = ANY ((SELECT ruv.read_in_full())::text[]))
           AND EXISTS (SELECT FROM participation p WHERE p.victim_id = referral.victim_id
                       AND p.case_id = referral.case_id))
);
CREATE POLICY send ON referral FOR INSERT TO ruv_app WITH CHECK (
    (SELECT ruv.permits('referrals:send')) AND from_unit_id = (SELECT (ruv.context()).unit_id)
    AND sent_by = (SELECT (ruv.context()).user_id) AND state = 'ENVIADA' AND to_unit_id <> from_unit_id
    AND compartments <@ (SELECT ruv.opened())::text[] AND ruv.may_give(victim_id, compartments)
    AND (NOT compartments && (SELECT ruv.own_only())::text[]
         OR EXISTS (SELECT FROM participation p WHERE p.victim_id = referral.victim_id AND p.housed))
    AND EXISTS (SELECT FROM participation p WHERE p.victim_id = referral.victim_id AND p.case_id = referral.case_id)
);
-- What has ended stays ended: a receiver could otherwise open its own view again. Until it is answered anybody of
-- the receiving unit who may answer does; everything else is for those who have the case.
CREATE POLICY answer ON referral FOR UPDATE TO ruv_app USING (
    state IN ('ENVIADA', 'ACEPTADA', 'ACEPTADA_CON_CONDICIONES', 'EN_CURSO')
    AND (to_unit_id = (SELECT (ruv.context()).unit_id) AND (SELECT ruv.permits('referrals:answer'))
         OR from_unit_id = (SELECT (ruv.context()).unit_id) AND (SELECT ruv.permits('referrals:send')))
    AND (state = 'ENVIADA' AND to_unit_id = (SELECT (ruv.context()).unit_id)
         OR EXISTS (SELECT FROM participation p WHERE p.victim_id = referral.victim_id
                    AND p.case_id = referral.case_id))
) WITH CHECK (
    to_unit_id = (SELECT (ruv.context()).unit_id) AND state IN ('ACEPTADA', 'ACEPTADA_CON_CONDICIONES', 'RECHAZADA')
    AND answered_by = (SELECT (ruv.context()).user_id) AND answered_at = now()
    OR (SELECT (ruv.context()).unit_id) IN (to_unit_id, from_unit_id)
       AND EXISTS (SELECT FROM participation p WHERE p.victim_id = referral.victim_id AND p.case_id = referral.case_id)
);

CREATE POLICY scope ON placement FOR SELECT TO ruv_app USING (
    (unit_id = (SELECT (ruv.context()).unit_id)
     OR 'shelter_location' = ANY ((SELECT ruv.opened())::text[])
        AND 'shelter_location' <> ALL ((SELECT ruv.own_only())::text[]))
    AND EXISTS (SELECT FROM participation p WHERE p.victim_id = placement.victim_id AND p.case_id = placement.case_id)
);
CREATE POLICY admit ON placement FOR INSERT TO ruv_app WITH CHECK (
    (SELECT ruv.permits('placements:write')) AND unit_id = (SELECT (ruv.context()).unit_id)
    AND admitted_by = (SELECT (ruv.context()).user_id)
    AND EXISTS (SELECT FROM participation p WHERE p.victim_id = placement.victim_id AND p.case_id = placement.case_id)
);
CREATE POLICY leave ON placement FOR UPDATE TO ruv_app USING (
    (SELECT ruv.permits('placements:write')) AND unit_id = (SELECT (ruv.context()).unit_id) AND left_at IS NULL
    AND EXISTS (SELECT FROM participation p WHERE p.victim_id = placement.victim_id AND p.case_id = placement.case_id)
) WITH CHECK (unit_id = (SELECT (ruv.context()).unit_id));

-- The plan: its compartment, and for those who read it in part only their own unit's activities.
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['plan', 'plan_objective', 'plan_activity', 'progress_note', 'plan_version',
                             'plan_signature'] LOOP
        EXECUTE format($policy$
            CREATE POLICY scope ON %1$I FOR SELECT TO ruv_app USING (
                'plan' = ANY ((SELECT ruv.opened())::text[])
                AND EXISTS (SELECT FROM participation p WHERE p.victim_id = %1$I.victim_id
                            AND (p.compartments IS NULL OR 'plan' = ANY (p.compartments))))
        $policy$, t);
        EXECUTE format($policy$
            CREATE POLICY append ON %1$I FOR INSERT TO ruv_app WITH CHECK (
                'plan' = ANY ((SELECT ruv.written())::text[])
                AND EXISTS (SELECT FROM participation p WHERE p.victim_id = %1$I.victim_id
                            AND (p.compartments IS NULL OR 'plan' = ANY (p.compartments))))
        $policy$, t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['plan', 'plan_activity'] LOOP
        EXECUTE format($policy$
            CREATE POLICY change ON %1$I FOR UPDATE TO ruv_app USING (
                'plan' = ANY ((SELECT ruv.written())::text[])
                AND EXISTS (SELECT FROM participation p WHERE p.victim_id = %1$I.victim_id
                            AND (p.compartments IS NULL OR 'plan' = ANY (p.compartments))))
        $policy$, t);
    END LOOP;
END $$;
CREATE POLICY own_part ON plan_activity AS RESTRICTIVE FOR SELECT TO ruv_app USING (
    'plan' = ANY ((SELECT ruv.read_in_full())::text[])
    OR unit_id = (SELECT (ruv.context()).unit_id)
    OR EXISTS (SELECT FROM plan l WHERE l.id = plan_activity.plan_id AND l.victim_id = plan_activity.victim_id
               AND l.unit_id = (SELECT (ruv.context()).unit_id))
);
CREATE POLICY own_part ON plan_objective AS RESTRICTIVE FOR SELECT TO ruv_app USING (
    'plan' = ANY ((SELECT ruv.read_in_full())::text[])
    OR EXISTS (SELECT FROM plan l WHERE l.id = plan_objective.plan_id AND l.victim_id = plan_objective.victim_id
               AND l.unit_id = (SELECT (ruv.context()).unit_id))
);
CREATE POLICY own_part ON progress_note AS RESTRICTIVE FOR SELECT TO ruv_app USING (
    EXISTS (SELECT FROM plan_activity a WHERE a.id = progress_note.activity_id AND a.victim_id = progress_note.victim_id)
);
CREATE POLICY own_part ON plan_version AS RESTRICTIVE FOR SELECT TO ruv_app USING (
    'plan' = ANY ((SELECT ruv.read_in_full())::text[])
    OR EXISTS (SELECT FROM plan l WHERE l.id = plan_version.plan_id AND l.victim_id = plan_version.victim_id
               AND l.unit_id = (SELECT (ruv.context()).unit_id))
);
CREATE POLICY own_part ON plan AS RESTRICTIVE FOR UPDATE TO ruv_app USING (
    'plan' = ANY ((SELECT ruv.read_in_full())::text[]) OR unit_id = (SELECT (ruv.context()).unit_id)
);
CREATE POLICY own_part_change ON plan_activity AS RESTRICTIVE FOR UPDATE TO ruv_app USING (
    'plan' = ANY ((SELECT ruv.read_in_full())::text[])
    OR unit_id = (SELECT (ruv.context()).unit_id)
    OR EXISTS (SELECT FROM plan l WHERE l.id = plan_activity.plan_id AND l.victim_id = plan_activity.victim_id
               AND l.unit_id = (SELECT (ruv.context()).unit_id))
);

-- Rows of a plan are written in one's own name, and under a parent that the writer sees and may change.
CREATE POLICY author ON plan AS RESTRICTIVE FOR INSERT TO ruv_app WITH CHECK (
    unit_id = (SELECT (ruv.context()).unit_id)
    AND EXISTS (SELECT FROM participation p WHERE p.victim_id = plan.victim_id AND p.case_id = plan.case_id)
);
DO $$
DECLARE
    t text;
    author text;
BEGIN
    FOREACH t IN ARRAY ARRAY['plan_objective', 'plan_activity', 'plan_version', 'plan_signature'] LOOP
        author := CASE t WHEN 'plan_signature' THEN 'by_user_id' ELSE 'created_by' END;
        EXECUTE format($policy$
            CREATE POLICY author ON %1$I AS RESTRICTIVE FOR INSERT TO ruv_app WITH CHECK (
                %2$I = (SELECT (ruv.context()).user_id)
                AND EXISTS (SELECT FROM plan l WHERE l.id = %1$I.plan_id AND l.victim_id = %1$I.victim_id
                            AND ('plan' = ANY ((SELECT ruv.read_in_full())::text[])
                                 OR l.unit_id = (SELECT (ruv.context()).unit_id))))
        $policy$, t, author);
    END LOOP;
END $$;
CREATE POLICY author ON progress_note AS RESTRICTIVE FOR INSERT TO ruv_app WITH CHECK (
    by_user_id = (SELECT (ruv.context()).user_id) AND by_unit_id = (SELECT (ruv.context()).unit_id)
    AND EXISTS (SELECT FROM plan_activity a WHERE a.id = progress_note.activity_id
                AND a.victim_id = progress_note.victim_id AND a.plan_id = progress_note.plan_id)
);

-- The trace.
CREATE POLICY append ON audit_event FOR INSERT TO ruv_app WITH CHECK (
    ruv.may_append(user_id, unit_id, institution_id, victim_id, outcome, event)
);
-- Whole events are for who oversees the trace; everybody else reads ruv.access_log().
CREATE POLICY readers ON audit_event FOR SELECT TO ruv_app USING ((SELECT ruv.permits('audit:read')));
CREATE POLICY seal ON audit_event FOR SELECT TO ruv_sealer USING (true);
CREATE POLICY seal ON audit_queue TO ruv_sealer USING (true);

-- Institutions and units are known to all; only the set-up makes them.
CREATE POLICY known ON institution FOR SELECT TO ruv_app USING (true);
CREATE POLICY known ON unit FOR SELECT TO ruv_app USING (true);
CREATE POLICY set_up ON institution FOR INSERT TO ruv_app WITH CHECK ((SELECT (ruv.context()).role) = 'setup');
CREATE POLICY set_up ON unit FOR INSERT TO ruv_app WITH CHECK ((SELECT (ruv.context()).role) = 'setup');

-- Accounts and sessions.
CREATE POLICY reach ON user_account FOR SELECT TO ruv_app USING (
    (SELECT (ruv.context()).role) IN ('sign_in', 'setup')
    OR unit_id = (SELECT (ruv.context()).unit_id)
    OR institution_id = (SELECT (ruv.context()).institution_id) AND (SELECT ruv.permits('accounts:manage'))
);
-- An administrator makes accounts in the units of its own institution, and none with powers over the register
-- as a whole or over accounts.
CREATE POLICY create_account ON user_account FOR INSERT TO ruv_app WITH CHECK (
    EXISTS (SELECT FROM unit u WHERE u.id = user_account.unit_id AND u.institution_id = user_account.institution_id)
    AND ((SELECT (ruv.context()).role) = 'setup'
         OR institution_id = (SELECT (ruv.context()).institution_id) AND (SELECT ruv.permits('accounts:manage'))
            AND EXISTS (SELECT FROM role_grant g WHERE g.role = user_account.role AND NOT g.permissions
                        && ARRAY['accounts:manage', 'audit:read', 'releases:publish', 'imports:run']))
);
CREATE POLICY change ON user_account FOR UPDATE TO ruv_app USING (
    (SELECT (ruv.context()).role) IN ('sign_in', 'setup')
    OR id = (SELECT (ruv.context()).user_id)
    OR institution_id = (SELECT (ruv.context()).institution_id) AND (SELECT ruv.permits('accounts:manage'))
);
CREATE POLICY own ON auth_session TO ruv_app USING (
    (SELECT (ruv.context()).role) = 'sign_in' OR user_id = (SELECT (ruv.context()).user_id)
);
CREATE POLICY own ON refresh_token TO ruv_app USING ((SELECT (ruv.context()).role) = 'sign_in');
CREATE POLICY own ON idempotency_key TO ruv_app USING (user_id = (SELECT (ruv.context()).user_id));
