-- Takes back 0026_accounts_by_two.sql.
SET ROLE ruv_guard;
DROP FUNCTION ruv.sweep_tries(integer);
RESET ROLE;
DROP TABLE sign_in_try;
