-- Takes back 0026_accounts_by_two.sql.
DROP TRIGGER user_account_fits ON user_account;
DROP TRIGGER command_request_hands ON command_request;
DROP POLICY open ON auth_session;
CREATE POLICY open ON auth_session FOR INSERT TO ruv_app WITH CHECK ((SELECT (ruv.context()).role) = 'sign_in');
DROP POLICY create_account ON user_account;
CREATE POLICY create_account ON user_account FOR INSERT TO ruv_app WITH CHECK (
    EXISTS (SELECT FROM unit u WHERE u.id = user_account.unit_id AND u.institution_id = user_account.institution_id)
    AND ((SELECT (ruv.context()).role) = 'setup'
         OR institution_id = (SELECT (ruv.context()).institution_id) AND ruv.may_grant(role)
            AND initial_until <= now() + interval '8 days')
);
DROP TABLE account_notice, account_request;

GRANT CREATE ON SCHEMA ruv TO ruv_guard;
SET ROLE ruv_guard;
DROP FUNCTION ruv.account_audience(bigint),
    ruv.account_request_face(bigint),
    ruv.check_settled(),
    ruv.settle_account(bigint, text),
    ruv.secret_mark_of(bigint),
    ruv.guard_account_request(),
    ruv.may_ask_about(text, bigint, bigint, text),
    ruv.may_second(bigint),
    ruv.command_of_one_hand(bigint),
    ruv.check_hands(),
    ruv.one_hand(bigint, bigint),
    ruv.two_to_close(text),
    ruv.may_ask(text),
    ruv.check_role_fits(),
    ruv.role_fits(text, bigint);
CREATE OR REPLACE FUNCTION ruv.may_grant(wanted text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ruv.permits('accounts:manage')
       AND EXISTS (SELECT FROM public.role_grant g WHERE g.role = wanted AND NOT g.permissions
                   && ARRAY['accounts:manage', 'audit:read', 'releases:publish']);
END $$;
CREATE OR REPLACE FUNCTION ruv.user_in_unit(account bigint, unit bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.user_account u WHERE u.id = account AND u.unit_id = unit AND u.disabled_at IS NULL
                   AND unit = (SELECT (ruv.context()).unit_id))
$$;
CREATE OR REPLACE FUNCTION ruv.session_state(session uuid)
RETURNS TABLE (user_id bigint, username text, unit_id bigint, institution_id bigint, role text, supervisor boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
        SELECT u.id, u.username, u.unit_id, u.institution_id, u.role, u.supervisor
        FROM public.auth_session s JOIN public.user_account u ON u.id = s.user_id
        WHERE s.id = session AND s.revoked_at IS NULL AND s.expires_at > now() AND u.disabled_at IS NULL;
END $$;
CREATE OR REPLACE FUNCTION ruv.plan_person(kase bigint, victim bigint, unit bigint) RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT u.id
    FROM public.participation p
    JOIN public.user_account u ON u.unit_id = p.unit_id AND u.disabled_at IS NULL AND NOT u.service_account
    JOIN public.role_grant g ON g.role = u.role
    LEFT JOIN public.assignment a ON a.case_id = p.case_id AND a.victim_id = p.victim_id AND a.user_id = u.id
        AND a.ended_at IS NULL
    WHERE p.case_id = kase AND p.victim_id = victim AND p.unit_id = unit AND p.ended_at IS NULL
      AND (p.compartments IS NULL OR 'plan' = ANY (p.compartments))
      AND 'plans:write' = ANY (g.permissions) AND 'plan' = ANY (g.written) AND g.population & p.population <> 0
      AND (u.supervisor OR a.id IS NOT NULL)
    ORDER BY a.id IS NULL, a.started_at, u.id LIMIT 1
$$;
CREATE OR REPLACE FUNCTION ruv.protection_officers(kase bigint) RETURNS TABLE (unit_id bigint, user_id bigint)
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
CREATE OR REPLACE FUNCTION ruv.guard_account() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me ruv.actor;
    new_password boolean := NEW.password_hash IS DISTINCT FROM OLD.password_hash;
    refused boolean;
BEGIN
    IF current_user <> 'ruv_app' THEN
        RETURN NEW;
    END IF;
    me := ruv.context();
    IF me.role IN ('sign_in', 'setup') THEN
        RETURN NEW;
    END IF;
    IF me.user_id = OLD.id THEN
        refused := NEW.disabled_at IS DISTINCT FROM OLD.disabled_at;
    ELSE
        refused := (new_password OR OLD.disabled_at IS NOT NULL AND NEW.disabled_at IS NULL)
                   AND (NEW.service_account OR NOT ruv.may_grant(NEW.role))
                OR new_password AND NOT coalesce(NEW.initial_until <= now() + interval '8 days', false)
                OR NOT new_password AND NEW.initial_until IS DISTINCT FROM OLD.initial_until;
    END IF;
    IF refused THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION ruv.change_account(account bigint, to_unit bigint, to_role text, oversees boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me ruv.actor := ruv.context();
    old public.user_account;
BEGIN
    SELECT * INTO old FROM public.user_account u WHERE u.id = account FOR UPDATE;
    IF old.id IS NULL OR old.institution_id <> me.institution_id OR old.id = me.user_id OR old.service_account
       OR NOT ruv.may_grant(old.role) OR NOT ruv.may_grant(to_role)
       OR NOT EXISTS (SELECT FROM public.unit t WHERE t.id = to_unit AND t.institution_id = me.institution_id) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    UPDATE public.user_account u SET unit_id = to_unit, role = to_role, supervisor = oversees WHERE u.id = account;
    UPDATE public.auth_session s SET revoked_at = now(), revoked_reason = 'cuenta modificada'
    WHERE s.user_id = account AND s.revoked_at IS NULL;
END $$;
REVOKE ALL ON FUNCTION ruv.change_account(bigint, bigint, text, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ruv.change_account(bigint, bigint, text, boolean) TO ruv_app;
DROP FUNCTION ruv.sweep_tries(integer);
RESET ROLE;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;

REVOKE UPDATE (password_hash, initial_until, disabled_at, failed_logins, locked_until) ON user_account FROM ruv_guard;
ALTER TABLE user_account DROP COLUMN approved_at;
ALTER TABLE role_grant DROP COLUMN unit_kinds, DROP COLUMN two_people;
DROP TABLE sign_in_try;
