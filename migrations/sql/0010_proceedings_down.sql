-- Takes back 0010_proceedings.sql.
DROP TRIGGER referral_told ON referral;
DROP TRIGGER participation_told ON participation;
DROP TABLE family_link, protection_measure, protection_step, protection_procedure;
DROP POLICY scope ON proceeding;
DROP POLICY advance ON proceeding;
DROP TABLE case_proceeding, proceeding;
SET ROLE ruv_guard;
DROP FUNCTION ruv.step_units(bigint), ruv.proceeding_of(bytea), ruv.expire_measures(bigint[]),
    ruv.keep_from_consulates();
RESET ROLE;
