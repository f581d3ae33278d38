-- Takes back 0021_text_size.sql.
GRANT CREATE ON SCHEMA ruv TO ruv_guard;
SET ROLE ruv_guard;
CREATE OR REPLACE FUNCTION ruv.may_grant(wanted text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ruv.permits('accounts:manage')
       AND EXISTS (SELECT FROM public.role_grant g WHERE g.role = wanted AND NOT g.permissions
                   && ARRAY['accounts:manage', 'audit:read', 'releases:publish', 'imports:run']);
END $$;
RESET ROLE;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;
ALTER TABLE user_preference DROP COLUMN text_size;
