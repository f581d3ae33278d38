-- Undoes 0007_linkage.sql. Rows that joined a person already registered go: the older version cannot tell them
-- from rows that made one.

ALTER POLICY append ON audit_event WITH CHECK (
    ruv.may_append(user_id, unit_id, institution_id,
                   CASE WHEN action <> 'matching.hit' OR (SELECT (ruv.context()).role) IS DISTINCT FROM 'matching'
                        THEN victim_id END, outcome, event)
);
DROP POLICY append ON import_row;
ALTER TABLE import_row NO FORCE ROW LEVEL SECURITY;
DELETE FROM import_row WHERE reference_year IS NOT NULL;
ALTER TABLE import_row FORCE ROW LEVEL SECURITY;
CREATE POLICY append ON import_row FOR INSERT TO ruv_app WITH CHECK (
    unit_id = (SELECT (ruv.context()).unit_id) AND imported_by = (SELECT (ruv.context()).user_id)
    AND imported_at = now() AND (SELECT ruv.permits('imports:run')) AND ruv.is_new_victim(victim_id)
);
DROP POLICY guard ON institution;
DROP POLICY guard ON import_row;
REVOKE SELECT ON institution, import_row FROM ruv_guard;
SET ROLE ruv_guard;
DROP FUNCTION ruv.reconciliation(integer), ruv.candidate_sides(bigint[]), ruv.reviews(bigint),
    ruv.may_review(bigint), ruv.row_is_of(bigint), ruv.known_tokens(bigint[]),
    ruv.row_decisions(bigint, bigint[]), ruv.row_stored(bigint, bigint, bigint);
RESET ROLE;
ALTER TABLE import_row DROP COLUMN reference_year;
ALTER TABLE match_candidate DROP CONSTRAINT fk_match_candidate_run_id_found_unit_id_linkage_run;
DROP TABLE linkage_run;
