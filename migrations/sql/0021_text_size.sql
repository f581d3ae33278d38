-- The size of the text of one's own pages; and officers who may load registers in bulk, which only the command line of
-- the server does, are made by the administrators of their institutions. Runs as ruv_owner.

ALTER TABLE user_preference ADD COLUMN text_size TEXT DEFAULT 'normal' NOT NULL;
ALTER TABLE user_preference ADD CONSTRAINT ck_user_preference_text_size
    CHECK (text_size IN ('normal', 'grande', 'muy-grande'));
GRANT UPDATE (text_size) ON user_preference TO ruv_app;

GRANT CREATE ON SCHEMA ruv TO ruv_guard;
SET ROLE ruv_guard;
CREATE OR REPLACE FUNCTION ruv.may_grant(wanted text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ruv.permits('accounts:manage')
       AND EXISTS (SELECT FROM public.role_grant g WHERE g.role = wanted AND NOT g.permissions
                   && ARRAY['accounts:manage', 'audit:read', 'releases:publish']);
END $$;
RESET ROLE;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;
