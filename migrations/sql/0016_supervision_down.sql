SET ROLE ruv_guard;
DROP FUNCTION ruv.hand_over_clocks(bigint, json);
RESET ROLE;
DROP INDEX ix_plan_victim_id;
