-- Undoes 0019_notes.sql: the notes go.

DROP TABLE case_note_addendum, case_note;
SET ROLE ruv_guard;
DROP FUNCTION ruv.known_notes(bigint, text, timestamptz, text, integer), ruv.resident_only();
RESET ROLE;
ALTER TABLE role_grant DROP COLUMN resident;
