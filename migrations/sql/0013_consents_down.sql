-- Takes back 0013_consents.sql.
DROP POLICY on_consent ON referral;
ALTER POLICY scope ON notice USING (
    unit_id = (SELECT (ruv.context()).unit_id)
    AND (user_id IS NULL OR user_id = (SELECT (ruv.context()).user_id))
    AND (NOT supervisors OR (SELECT (ruv.context()).unit_wide))
    AND (EXISTS (SELECT FROM participation p WHERE p.unit_id = (SELECT (ruv.context()).unit_id) AND p.ended_at IS NULL
                 AND p.victim_id = notice.victim_id AND p.case_id = notice.case_id)
         OR EXISTS (SELECT FROM referral r WHERE r.victim_id = notice.victim_id AND r.case_id = notice.case_id
                    AND r.code = notice.subject_code AND r.to_unit_id = (SELECT (ruv.context()).unit_id)
                    AND r.state IN ('ENVIADA', 'VENCIDA')))
);
DROP TRIGGER objection_narrows ON objection;
DROP TRIGGER participation_narrowed ON participation;
DROP TRIGGER placement_kept_shares ON placement;
DROP TRIGGER consent_event_ends ON consent_event;
DO $$
DECLARE
    p record;
BEGIN
    FOR p IN SELECT policyname, tablename FROM pg_policies WHERE schemaname = 'public'
             AND tablename IN ('consent', 'consent_event', 'objection', 'data_request', 'data_request_event') LOOP
        EXECUTE format('DROP POLICY %I ON public.%I', p.policyname, p.tablename);
    END LOOP;
END $$;
-- Narrowed views are as wide again as what was given.
ALTER TABLE participation NO FORCE ROW LEVEL SECURITY;
UPDATE participation SET compartments = given WHERE given IS NOT NULL;
ALTER TABLE participation FORCE ROW LEVEL SECURITY;

GRANT CREATE ON SCHEMA ruv TO ruv_guard;
SET ROLE ruv_guard;
DROP FUNCTION ruv.consent_covers(bigint, bigint, bigint, bigint, text[]);
DROP FUNCTION ruv.consent_names(public.consent, bigint);
DROP FUNCTION ruv.end_shares(bigint, text);
DROP FUNCTION ruv.close_view(bigint);
DROP FUNCTION ruv.consent_ends();
DROP FUNCTION ruv.end_kept_shares();
DROP FUNCTION ruv.consent_shares(bigint);
DROP FUNCTION ruv.consent_reads(bigint);
DROP FUNCTION ruv.reads_consent(bigint);
DROP FUNCTION ruv.tell_receivers(bigint, text[]);
DROP FUNCTION ruv.expired_shares(text[]);
DROP FUNCTION ruv.named_units(bigint);
DROP FUNCTION ruv.narrow_view();
DROP FUNCTION ruv.narrow_views();
DROP FUNCTION ruv.less_objected(text[], bigint, bigint, bigint);
DROP FUNCTION ruv.data_request_units(bigint[]);
CREATE OR REPLACE FUNCTION ruv.expire_consents(ids bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$ BEGIN END $$;
RESET ROLE;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;

REVOKE UPDATE (ended_at, result, legal_basis, consent_id) ON referral FROM ruv_guard;
ALTER TABLE referral DROP COLUMN consent_id;
ALTER TABLE participation DROP COLUMN given;
DROP TABLE data_request_event, data_request, objection, consent_event, consent;
