-- Institutions administer their own accounts and units. Runs as ruv_owner.

-- Until when the password that somebody else set may be exchanged for one's own; null: it is one's own.
ALTER TABLE user_account ADD COLUMN initial_until TIMESTAMP WITH TIME ZONE;
GRANT SELECT (initial_until), UPDATE (initial_until) ON user_account TO ruv_app;
GRANT UPDATE (name, department) ON unit TO ruv_app;
GRANT UPDATE (unit_id, role, supervisor) ON user_account TO ruv_guard;
GRANT UPDATE (revoked_at, revoked_reason) ON auth_session TO ruv_guard;

GRANT CREATE ON SCHEMA ruv TO ruv_guard;

-- The bound administrator may give this role, or a new password to who has it: no powers over the register as a whole
-- or over accounts, which only the operator gives.
CREATE FUNCTION ruv.may_grant(wanted text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ruv.permits('accounts:manage')
       AND EXISTS (SELECT FROM public.role_grant g WHERE g.role = wanted AND NOT g.permissions
                   && ARRAY['accounts:manage', 'audit:read', 'releases:publish', 'imports:run']);
END $$;

-- A new unit of the bound administrator's institution is of a kind that it has already: what an institution does is
-- settled when it is set up.
CREATE FUNCTION ruv.may_found_unit(institution bigint, wanted text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN institution = (ruv.context()).institution_id AND ruv.permits('accounts:manage')
       AND EXISTS (SELECT FROM public.unit u WHERE u.institution_id = institution AND u.kind = wanted);
END $$;

-- An account of the own institution gets another unit of it, another role or the oversight of its unit. Its sessions
-- end; the trigger `user_account_moves` ends its charges in the unit it leaves.
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

-- What each may change of an account; a policy sees rows only. Runs as whoever updates: what is bound here is the
-- application. Whoever administers takes access away from everybody of the institution, but gives it back, or a new
-- password, only to who has a role it may give; and no password of its making lasts.
CREATE FUNCTION ruv.guard_account() RETURNS trigger
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
CREATE TRIGGER user_account_columns BEFORE UPDATE OF password_hash, initial_until, disabled_at ON user_account
    FOR EACH ROW EXECUTE FUNCTION ruv.guard_account();

DO $$
DECLARE
    f text;
BEGIN
    FOREACH f IN ARRAY ARRAY['may_grant(text)', 'may_found_unit(bigint, text)',
        'change_account(bigint, bigint, text, boolean)', 'guard_account()'] LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION ruv.%s FROM PUBLIC', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION ruv.%s TO ruv_app', f);
        EXECUTE format('ALTER FUNCTION ruv.%s OWNER TO ruv_guard', f);
    END LOOP;
END $$;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;

-- An administrator makes accounts in the units of its own institution, of roles it may give, with a password that has
-- to be exchanged.
DROP POLICY create_account ON user_account;
CREATE POLICY create_account ON user_account FOR INSERT TO ruv_app WITH CHECK (
    EXISTS (SELECT FROM unit u WHERE u.id = user_account.unit_id AND u.institution_id = user_account.institution_id)
    AND ((SELECT (ruv.context()).role) = 'setup'
         OR institution_id = (SELECT (ruv.context()).institution_id) AND ruv.may_grant(role)
            AND initial_until <= now() + interval '8 days')
);

-- Institutions are made by the set-up; units of its own institution also by who administers it.
DROP POLICY set_up ON unit;
CREATE POLICY found ON unit FOR INSERT TO ruv_app WITH CHECK (
    (SELECT (ruv.context()).role) = 'setup' OR ruv.may_found_unit(institution_id, kind)
);
CREATE POLICY rename ON unit FOR UPDATE TO ruv_app USING (
    institution_id = (SELECT (ruv.context()).institution_id) AND (SELECT ruv.permits('accounts:manage'))
);

-- Sessions are opened by signing in. Their owner and who administers the institution see and end them; what has ended
-- stays ended.
DROP POLICY own ON auth_session;
CREATE POLICY reach ON auth_session FOR SELECT TO ruv_app USING (
    (SELECT (ruv.context()).role) = 'sign_in' OR user_id = (SELECT (ruv.context()).user_id)
    OR (SELECT ruv.permits('accounts:manage'))
       AND EXISTS (SELECT FROM user_account u WHERE u.id = auth_session.user_id
                   AND u.institution_id = (SELECT (ruv.context()).institution_id))
);
CREATE POLICY open ON auth_session FOR INSERT TO ruv_app WITH CHECK ((SELECT (ruv.context()).role) = 'sign_in');
CREATE POLICY over ON auth_session FOR UPDATE TO ruv_app USING (
    revoked_at IS NULL
    AND ((SELECT (ruv.context()).role) = 'sign_in' OR user_id = (SELECT (ruv.context()).user_id)
         OR (SELECT ruv.permits('accounts:manage'))
            AND EXISTS (SELECT FROM user_account u WHERE u.id = auth_session.user_id
                        AND u.institution_id = (SELECT (ruv.context()).institution_id)))
) WITH CHECK (revoked_at IS NOT NULL);
