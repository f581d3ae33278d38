-- Takes back 0017_drafts.sql.
DROP FUNCTION ruv.keep_draft(json), ruv.drop_draft(text), ruv.sweep_drafts(timestamptz);
DROP TABLE draft, device;
