DROP TRIGGER no_shelter_in_directory ON unit;
DROP TRIGGER referral_steps ON referral;
DROP TRIGGER referral_moves ON referral;
DROP FUNCTION ruv.guard_referral();
DROP TABLE service_delivery, directory_service_at_location, directory_location, directory_service, referral_step;
DROP INDEX uq_referral_replaces;
ALTER TABLE referral DROP CONSTRAINT fk_referral_replaces_id_victim_id_referral, DROP COLUMN replaces_id;
REVOKE UPDATE (state) ON referral FROM ruv_guard;
GRANT CREATE ON SCHEMA ruv TO ruv_guard;
SET ROLE ruv_guard;
DROP FUNCTION ruv.note_referral_step(), ruv.keep_shelters_out(), ruv.keep_directory_out();
-- What the dispatcher of clocks calls is there without it, and does nothing.
CREATE OR REPLACE FUNCTION ruv.expire_referrals(ids bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$ BEGIN END $$;
RESET ROLE;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;
