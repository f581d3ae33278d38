-- Takes back 0001_security.sql before the tables are dropped.
DROP TRIGGER participation_seats ON participation;
DROP TRIGGER assignment_seats ON assignment;
DROP TRIGGER placement_housed ON placement;
DROP TRIGGER profile_population ON profile;
DROP TRIGGER exploitation_population ON exploitation;
DROP TRIGGER audit_event_queue ON audit_event;
DROP TRIGGER user_account_moves ON user_account;
DROP TRIGGER trafficking_case_columns ON trafficking_case;
DO $$
DECLARE
    p record;
BEGIN
    FOR p IN SELECT policyname, tablename FROM pg_policies WHERE schemaname = 'public' LOOP
        EXECUTE format('DROP POLICY %I ON public.%I', p.policyname, p.tablename);
    END LOOP;
END $$;
SET ROLE ruv_guard;
DO $$
DECLARE
    f regprocedure;
BEGIN
    FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'ruv'::regnamespace LOOP
        EXECUTE format('DROP FUNCTION %s', f);
    END LOOP;
END $$;
DROP TABLE ruv.context_key;
RESET ROLE;
DROP SCHEMA ruv CASCADE;
