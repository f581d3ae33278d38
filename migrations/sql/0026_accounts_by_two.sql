-- Places of sign-in that wait by themselves, so that nobody elsewhere shuts an account. Runs as ruv_owner.

CREATE TABLE sign_in_try (
    name BYTEA NOT NULL,
    source BYTEA NOT NULL,
    failures INTEGER DEFAULT 0 NOT NULL,
    failed_at TIMESTAMP WITH TIME ZONE,
    known BOOLEAN DEFAULT false NOT NULL,
    kept_until TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_sign_in_try PRIMARY KEY (name, source)
);
CREATE INDEX ix_sign_in_try_kept_until ON sign_in_try (kept_until);
GRANT SELECT, INSERT, UPDATE (failures, failed_at, known, kept_until) ON sign_in_try TO ruv_app;
GRANT SELECT, UPDATE (kept_until), DELETE ON sign_in_try TO ruv_guard;
ALTER TABLE sign_in_try ENABLE ROW LEVEL SECURITY;
ALTER TABLE sign_in_try FORCE ROW LEVEL SECURITY;
CREATE POLICY guard ON sign_in_try TO ruv_guard USING (true);
CREATE POLICY counted ON sign_in_try FOR INSERT TO ruv_app WITH CHECK ((SELECT (ruv.context()).role) = 'sign_in');
-- Who administers accounts lets a name in again.
CREATE POLICY seen ON sign_in_try FOR SELECT TO ruv_app USING (
    (SELECT (ruv.context()).role) = 'sign_in' OR (SELECT ruv.permits('accounts:manage'))
);
CREATE POLICY counted_again ON sign_in_try FOR UPDATE TO ruv_app USING (
    (SELECT (ruv.context()).role) = 'sign_in' OR (SELECT ruv.permits('accounts:manage'))
);

GRANT CREATE ON SCHEMA ruv TO ruv_guard;
SET ROLE ruv_guard;

-- Forgets some of the counts whose time is over.
CREATE FUNCTION ruv.sweep_tries(most integer) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM public.sign_in_try t WHERE (t.name, t.source) IN (
        SELECT o.name, o.source FROM public.sign_in_try o WHERE o.kept_until < now()
        ORDER BY o.kept_until LIMIT most FOR UPDATE SKIP LOCKED)
$$;
REVOKE ALL ON FUNCTION ruv.sweep_tries(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ruv.sweep_tries(integer) TO ruv_app;
RESET ROLE;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;
