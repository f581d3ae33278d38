-- Takes back 0002_releases.sql before the schema is dropped.
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['profile', 'trafficking_case', 'case_transition', 'exploitation', 'referral',
                             'placement', 'plan', 'plan_objective', 'plan_activity'] LOOP
        EXECUTE format('DROP POLICY counted ON public.%I', t);
        EXECUTE format('REVOKE ALL ON public.%I FROM ruv_report', t);
    END LOOP;
END $$;
