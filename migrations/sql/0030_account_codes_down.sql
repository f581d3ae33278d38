-- Takes 0030 back. Runs as ruv_owner.

DROP FUNCTION ruv.account_code(bigint);
ALTER TABLE user_account DROP COLUMN code;
DROP FUNCTION ruv.new_account_code();
